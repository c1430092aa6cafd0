//! The results of sign-in at providers, for the run over the whole contract.

use latchkey::repository::Repository as _;
use serde_json::{Value, json};

use crate::contract::Coverage;
use crate::support::{Device, PAGE, PASSWORD, Provider, Service, sign_up_input};

const OPTIONAL: (&str, &str) = ("LATCHKEY_MFA", "optional");
const REQUIRED: (&str, &str) = ("LATCHKEY_MFA", "required");

impl Coverage {
    pub async fn providers(&mut self) {
        let provider = Provider::start().await;
        let service = provider.service(&[OPTIONAL]).await;
        let (device, _) = service.device().signed_up("ada@x.test").await;
        let mut account = service.account("ada@x.test").await;
        account.user_mut().unwrap().email_verified = true;
        service.store.save(&account).await.unwrap();
        self.starts(&device, &provider).await;
        self.links(&device, &provider).await;
        self.ends(&device, &provider).await;
        self.tickets(&service, &provider).await;
        self.further_steps(&service, &provider).await;
    }

    /// Signs in at a provider.
    async fn at(&mut self, device: &Device, provider: &Provider, id: &str) -> Value {
        let started = device.start_provider(id).await;
        let input = device.provider_input(provider, &started).await;
        self.mutate(device, "finishProviderSignIn", input).await
    }

    /// Links an account at a provider in a session.
    async fn link(&mut self, device: &Device, provider: &Provider) {
        let input = json!({ "provider": "corp", "redirectTo": PAGE, "link": true });
        let started = self.mutate(device, "startProviderSignIn", input).await;
        let input = device.provider_input(provider, &started).await;
        self.mutate(device, "finishProviderSignIn", input).await;
    }

    async fn starts(&mut self, device: &Device, provider: &Provider) {
        for input in [
            json!({ "provider": "none", "redirectTo": PAGE }),
            json!({ "provider": "corp", "redirectTo": "x" }),
        ] {
            self.mutate(device, "startProviderSignIn", input).await;
        }
        let stale = [OPTIONAL, ("LATCHKEY_FRESH_SECONDS", "60")];
        let stale = provider.node(&device.service, &stale).await;
        device.service.wait(61);
        let stale = stale
            .device()
            .with_bearer(device.bearer.as_deref().unwrap());
        let input = json!({ "provider": "corp", "redirectTo": PAGE, "link": true });
        self.mutate(&stale, "startProviderSignIn", input).await;
        let many = device.at("198.51.100.9");
        for _ in 0..101 {
            let input = json!({ "provider": "corp", "redirectTo": PAGE });
            self.mutate(&many, "startProviderSignIn", input).await;
        }
    }

    async fn links(&mut self, device: &Device, provider: &Provider) {
        provider.script().user["sub"] = json!("7");
        self.link(device, provider).await;
        let (bob, _) = device.service.device().signed_up("bob@x.test").await;
        self.link(&bob, provider).await;
        let id = device.identities().await[0]["id"].clone();
        let unlink = json!({ "identityId": id });
        let stale = [OPTIONAL, ("LATCHKEY_FRESH_SECONDS", "60")];
        let stale = provider.node(&device.service, &stale).await;
        let stale = stale
            .device()
            .with_bearer(device.bearer.as_deref().unwrap());
        self.mutate(&stale, "unlinkIdentity", unlink.clone()).await;
        let mut account = device.service.account("ada@x.test").await;
        let password = account.user_mut().unwrap().password.take();
        device.service.store.save(&account).await.unwrap();
        self.mutate(device, "unlinkIdentity", unlink.clone()).await;
        let mut account = device.service.account("ada@x.test").await;
        account.user_mut().unwrap().password = password;
        device.service.store.save(&account).await.unwrap();
        for _ in 0..2 {
            self.mutate(device, "unlinkIdentity", unlink.clone()).await;
        }
        provider.script().user["sub"] = json!("1");
    }

    async fn ends(&mut self, device: &Device, provider: &Provider) {
        let input = json!({ "handle": "x", "code": "x" });
        self.exhaust(
            &device.at("198.51.100.8"),
            "finishProviderSignIn",
            input.clone(),
        )
        .await;
        let off = device.service.node(&[]).await.device();
        self.mutate(&off, "finishProviderSignIn", input).await;
        let visit = device.visit(&device.start_provider("corp").await).await;
        let state = visit.parameter("state");
        let code = visit
            .back(&format!("error=access_denied&state={state}"))
            .await;
        self.mutate(device, "finishProviderSignIn", visit.input(&code))
            .await;
        let required = provider.service(&[REQUIRED]).await;
        self.at(&required.device(), provider, "corp").await;
        let leaving = provider.service(&[]).await;
        self.at(&leaving.device(), provider, "corp").await;
        leaving.delete_later("ada@x.test").await;
        self.at(&leaving.device(), provider, "corp").await;
    }

    async fn tickets(&mut self, service: &Service, provider: &Provider) {
        let device = service.device();
        provider.script().clock = service.clock.clone();
        let required = self.at(&device, provider, "corp").await;
        for proof in [
            json!({ "password": "wrong" }),
            json!({ "password": PASSWORD }),
            json!({ "password": PASSWORD }),
        ] {
            let input = json!({ "ticket": required["ticket"], "proof": proof });
            self.mutate(&device, "linkIdentity", input).await;
        }
        let (owner, _) = device.signed_in_by(&self.at(&device, provider, "corp").await);
        owner.with_authenticator().await;
        self.at(&device, provider, "corp").await;
        self.by_provider_code(service, provider, "ada@x.test").await;
    }

    /// Links accounts at a provider where the gate asks for more, or the limits for less.
    async fn further_steps(&mut self, service: &Service, provider: &Provider) {
        let device = service.device();
        let bob = self.known_at(service, provider, "bob@x.test").await;
        service.delete_later("bob@x.test").await;
        self.prove_owner(&device, &bob).await;
        let strict = provider.node(service, &[REQUIRED]).await;
        let eve = self.known_at(service, provider, "eve@x.test").await;
        self.prove_owner(&strict.device(), &eve).await;
        let wrong = json!({ "ticket": "x", "proof": { "password": "x" } });
        self.mutate(&device, "linkIdentity", wrong).await;
        let many = device.at("198.51.100.7");
        for _ in 0..3 {
            let asked = self.at(&many, provider, "corp").await;
            let input = json!({ "ticket": asked["ticket"], "proof": { "password": "wrong" } });
            for _ in 0..5 {
                self.mutate(&many, "linkIdentity", input.clone()).await;
            }
        }
    }

    /// Proves an address by a code whose provider is not trusted.
    async fn by_provider_code(&mut self, service: &Service, provider: &Provider, email: &str) {
        provider.script().user["sub"] = json!("by code");
        let device = service.device();
        let required = self.at(&device, provider, "other").await;
        let ticket = required["ticket"].clone();
        device
            .mutate("sendReauthenticationCode", json!({ "ticket": ticket }))
            .await;
        let code = service.code_for(email).await;
        let input = json!({ "ticket": ticket, "proof": { "emailCode": code } });
        self.mutate(&device, "linkIdentity", input).await;
    }

    /// Signs up with a password, and arrives with the same address at a provider.
    async fn known_at(&mut self, service: &Service, provider: &Provider, email: &str) -> Value {
        let device = service.device();
        if service.device().sign_up(email).await["__typename"] == "EmailTaken" {
            self.mutate(&device, "signup", sign_up_input(email)).await;
        }
        let mut account = service.account(email).await;
        account.user_mut().unwrap().email_verified = true;
        service.store.save(&account).await.unwrap();
        let subject = email.split('@').next().unwrap();
        provider.script().user = json!({ "sub": subject, "email": email, "email_verified": true });
        self.at(&device, provider, "corp").await
    }

    async fn prove_owner(&mut self, device: &Device, required: &Value) {
        let input = json!({ "ticket": required["ticket"], "proof": { "password": PASSWORD } });
        self.mutate(device, "linkIdentity", input).await;
    }
}
