//! The results of recent proofs, codes and trusted browsers, for the run over the whole contract.

use latchkey::repository::Repository as _;
use serde_json::{Value, json};

use crate::contract::Coverage;
use crate::support::{Authenticator, Device, PASSWORD, Service, sign_up_input};

const OPTIONAL: (&str, &str) = ("LATCHKEY_MFA", "optional");
const BY_CODE: (&str, &str) = ("LATCHKEY_LOGIN_BY_CODE", "true");

impl Coverage {
    pub async fn sign_in(&mut self) {
        let service = Service::with(&[OPTIONAL, BY_CODE]).await;
        let (device, _) = service.device().signed_up("ada@x.test").await;
        self.reauthenticate(&device).await;
        let device = self.sensitive_changes(&device).await;
        let (app, _) = device.with_authenticator().await;
        self.trusted_browsers(&device, &app).await;
        self.by_code(&service).await;
        let rule = [("LATCHKEY_SIGNUP", "closed")];
        let closed = service.node(&rule).await.device();
        self.mutate(&closed, "signup", sign_up_input("zoe@x.test"))
            .await;
        let rule = [("LATCHKEY_SIGNUP", "domains:y.test")];
        let domains = service.node(&rule).await.device();
        self.mutate(&domains, "signup", sign_up_input("zoe@x.test"))
            .await;
        let off = Service::start().await.device();
        self.mutate(&off, "startLogin", json!({ "email": "ada@x.test" }))
            .await;
        let input = json!({ "email": "ada@x.test", "code": "000000", "ticket": "x" });
        self.mutate(&off, "loginWithCode", input).await;
    }

    async fn reauthenticate(&mut self, device: &Device) {
        for proof in [
            json!({ "password": PASSWORD }),
            json!({ "emailCode": "000000" }),
            json!({ "totp": "000000" }),
        ] {
            let input = json!({ "proof": proof });
            self.mutate(device, "reauthenticate", input).await;
        }
        for ticket in [json!("x"), Value::Null] {
            let input = json!({ "ticket": ticket });
            self.mutate(device, "sendReauthenticationCode", input).await;
        }
        self.exhaust(device, "sendReauthenticationCode", json!({}))
            .await;
        let wrong = json!({ "proof": { "password": "wrong" } });
        self.exhaust(device, "reauthenticate", wrong).await;
    }

    /// Asks for changes in a session that is not fresh.
    async fn sensitive_changes(&mut self, device: &Device) -> Device {
        let service = &device.service;
        let (bob, _) = service.device().signed_up("bob@x.test").await;
        bob.with_authenticator().await;
        let (eve, _) = service.device().signed_up("eve@x.test").await;
        service.wait(601);
        self.mutate(&bob, "updateMobileNumber", json!({ "mobileNumber": null }))
            .await;
        self.mutate(&bob, "sendReauthenticationCode", json!({}))
            .await;
        let mut account = service.account("eve@x.test").await;
        account.user_mut().unwrap().password = None;
        service.store.save(&account).await.unwrap();
        let new = json!({ "newPassword": "a brand new password" });
        self.mutate(&eve, "changePassword", new).await;
        service.device().logged_in("ada@x.test").await.0
    }

    async fn trusted_browsers(&mut self, device: &Device, app: &Authenticator) {
        device.service.wait(30);
        let asked = device.log_in("ada@x.test", PASSWORD).await;
        let input = json!({
            "challenge": asked["challenge"], "proof": { "totp": app.code() }, "trustBrowser": true,
            "delivery": "COOKIE",
        });
        device.mutate("completeLogin", input).await;
        let account = device.service.account("ada@x.test").await;
        let id = account.user().unwrap().factors.trusted_browsers[0]
            .id
            .to_string();
        for id in [id, "x".to_owned()] {
            let input = json!({ "trustedBrowserId": id });
            self.mutate(device, "revokeTrustedBrowser", input).await;
        }
    }

    async fn by_code(&mut self, service: &Service) {
        let required = service.node(&[BY_CODE, ("LATCHKEY_MFA", "required")]).await;
        service.device().signed_up("zoe@x.test").await;
        self.log_in_by_code(&service.device(), "zoe@x.test").await;
        self.log_in_by_code(&required.device(), "zoe@x.test").await;
        let answer = service.device().log_in("ada@x.test", PASSWORD).await;
        assert_eq!(answer["__typename"], "MfaRequired");
        // The address is verified, so that the first proof by code leaves the factor.
        let mut account = service.account("ada@x.test").await;
        account.user_mut().unwrap().email_verified = true;
        service.store.save(&account).await.unwrap();
        service.wait(24 * 60 * 60);
        self.log_in_by_code(&service.device(), "ada@x.test").await;
        service.delete_later("zoe@x.test").await;
        service.wait(24 * 60 * 60);
        self.log_in_by_code(&service.device(), "zoe@x.test").await;
        let other = service.device().at("198.51.100.9");
        self.mutate(&other, "startLogin", json!({ "email": "x" }))
            .await;
        self.exhaust(&other, "startLogin", json!({ "email": "zoe@x.test" }))
            .await;
        let wrong = json!({ "email": "zoe@x.test", "code": "000000", "ticket": "x" });
        self.exhaust(&other, "loginWithCode", wrong).await;
    }

    async fn log_in_by_code(&mut self, device: &Device, email: &str) {
        let sent = self
            .mutate(device, "startLogin", json!({ "email": email }))
            .await;
        let code = device.service.code_for(email).await;
        let input = json!({ "email": email, "code": code, "ticket": sent["ticket"] });
        self.mutate(device, "loginWithCode", input).await;
    }
}
