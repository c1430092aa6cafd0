//! The results of passkeys, for the run over the whole contract.

use serde_json::{Value, json};

use crate::contract::Coverage;
use crate::support::{Device, Key, ORIGIN, PASSKEYS, PASSWORD, Passkey, Service};

const REQUIRED: (&str, &str) = ("LATCHKEY_MFA", "required");

impl Coverage {
    pub async fn passkeys(&mut self) {
        let service = Service::with(&PASSKEYS).await;
        let (device, _) = service.device().signed_up("ada@x.test").await;
        let passkey = self.register_passkeys(&device).await;
        self.use_passkey(&service, &passkey).await;
        self.change_passkeys(&service, &device).await;
        self.passkeys_off(&service).await;
        self.passkey_in_setup().await;
    }

    async fn register_passkeys(&mut self, device: &Device) -> Passkey {
        let operation = "finishPasskeyRegistration";
        let mut passkey = None;
        for index in 0..21 {
            let started = self
                .mutate(device, "startPasskeyRegistration", json!({}))
                .await;
            if index == 20 {
                continue;
            }
            let (made, answer) = Passkey::create(&started["options"], ORIGIN, Key::ed25519());
            let input = |name: &str, answer: &Value| json!({ "handle": started["handle"], "name": name, "credential": answer });
            if index == 0 {
                let mut wrong = answer.clone();
                wrong["rawId"] = json!("AAAA");
                self.mutate(device, operation, input("", &answer)).await;
                self.mutate(device, operation, input("x", &wrong)).await;
            }
            let waiting = device.start_registration().await;
            self.mutate(device, operation, input("x", &answer)).await;
            self.mutate(device, operation, input("x", &answer)).await;
            if index == 19 {
                let (_, answer) = Passkey::create(&waiting["options"], ORIGIN, Key::ed25519());
                let input =
                    json!({ "handle": waiting["handle"], "name": "x", "credential": answer });
                self.mutate(device, operation, input).await;
            }
            passkey.get_or_insert(made);
        }
        self.limit_registrations(device).await;
        passkey.expect("a passkey")
    }

    async fn limit_registrations(&mut self, device: &Device) {
        let (bob, _) = device.service.device().signed_up("bob@x.test").await;
        let started = bob.start_registration().await;
        let (_, mut answer) = Passkey::create(&started["options"], ORIGIN, Key::ed25519());
        answer["rawId"] = json!("AAAA");
        let input = json!({ "handle": started["handle"], "name": "x", "credential": answer });
        self.exhaust(&bob, "finishPasskeyRegistration", input).await;
    }

    async fn use_passkey(&mut self, service: &Service, passkey: &Passkey) {
        let operation = "finishPasskeyLogin";
        let guest = service.device();
        let input = |started: &Value, answer: &Value| json!({ "handle": started["handle"], "credential": answer });
        let started = guest.start_passkey().await;
        let answer = passkey.sign_in(&started["options"]);
        let mut wrong = answer.clone();
        wrong["rawId"] = json!("AAAA");
        for answer in [&wrong, &answer, &answer] {
            self.mutate(&guest, operation, input(&started, answer))
                .await;
        }
        let started = guest.start_passkey().await;
        let (stranger, _) = Passkey::create(&device_options(service).await, ORIGIN, Key::ed25519());
        let answer = stranger.sign_in(&started["options"]);
        self.mutate(&guest, operation, input(&started, &answer))
            .await;
        let limited = guest.at("198.51.100.8");
        for _ in 0..101 {
            self.mutate(&limited, operation, input(&started, &wrong))
                .await;
        }
        let start = "mutation { startPasskeyLogin { __typename } }";
        for _ in 0..1001 {
            self.send(&limited, "startPasskeyLogin", start).await;
        }
    }

    async fn change_passkeys(&mut self, service: &Service, device: &Device) {
        let (passkeys, _) = device.passkeys().await;
        let id = &passkeys[0]["id"];
        for (id, name) in [(id, "Laptop"), (id, ""), (&json!("x"), "x")] {
            let input = json!({ "passkeyId": id, "name": name });
            self.mutate(device, "renamePasskey", input).await;
        }
        for id in [id, id] {
            let input = json!({ "passkeyId": id });
            self.mutate(device, "removePasskey", input).await;
        }
        self.last_passkey(service).await;
    }

    /// Tries to remove the only way in, in a fresh session and in an older one.
    async fn last_passkey(&mut self, service: &Service) {
        let (eve, _) = service.device().signed_up("eve@x.test").await;
        let passkey = eve.with_passkey(Key::ed25519()).await;
        let mut account = service.account("eve@x.test").await;
        account.user_mut().unwrap().password = None;
        latchkey::repository::Repository::save(&service.store, &account)
            .await
            .unwrap();
        let input = json!({ "passkeyId": eve.passkeys().await.0[0]["id"] });
        self.mutate(&eve, "removePasskey", input.clone()).await;
        service.delete_later("eve@x.test").await;
        let started = service.device().start_passkey().await;
        let answer = passkey.sign_in(&started["options"]);
        let finish = json!({ "handle": started["handle"], "credential": answer });
        self.mutate(&service.device(), "finishPasskeyLogin", finish)
            .await;
        service.wait(600);
        self.mutate(&eve, "removePasskey", input).await;
        self.mutate(&eve, "startPasskeyRegistration", json!({}))
            .await;
        let expired = json!({ "challenge": "x" });
        self.mutate(&eve, "startPasskeyRegistration", expired).await;
    }

    async fn passkeys_off(&mut self, service: &Service) {
        let off = service.node(&[]).await.device();
        let start = "mutation { startPasskeyLogin { __typename } }";
        self.send(&off, "startPasskeyLogin", start).await;
        let expired = json!({ "challenge": "x" });
        self.mutate(&off, "startPasskeyRegistration", expired).await;
        let (passkey, _) = Passkey::create(&device_options(service).await, ORIGIN, Key::ed25519());
        let answer = passkey.sign_in(&json!({ "challenge": "x" }));
        let input = json!({ "handle": "x", "credential": answer });
        self.mutate(&off, "finishPasskeyLogin", input).await;
    }

    async fn passkey_in_setup(&mut self) {
        let service = Service::with(&[&PASSKEYS[..], &[REQUIRED]].concat()).await;
        let device = service.device();
        device.sign_up("ada@x.test").await;
        let asked = device.log_in("ada@x.test", PASSWORD).await;
        let input = json!({ "challenge": asked["challenge"] });
        self.mutate(&device, "startPasskeyRegistration", input)
            .await;
    }
}

/// Returns the options of a registration by another user.
async fn device_options(service: &Service) -> Value {
    let (device, _) = service.device().logged_in("bob@x.test").await;
    device.start_registration().await["options"].clone()
}
