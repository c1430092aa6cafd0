//! The results of second factors, for the run over the whole contract.

use serde_json::{Value, json};

use crate::contract::Coverage;
use crate::support::{Authenticator, Device, PASSWORD, Service, sign_up_input};

const OPTIONAL: (&str, &str) = ("LATCHKEY_MFA", "optional");
const REQUIRED: (&str, &str) = ("LATCHKEY_MFA", "required");
const STRICT: (&str, &str) = ("LATCHKEY_VERIFY_EMAIL_FIRST", "true");

impl Coverage {
    pub async fn second_factor(&mut self) {
        let service = Service::with(&[OPTIONAL]).await;
        let (signed_in, _) = service.device().signed_up("ada@x.test").await;
        let app = self.set_up(&signed_in, &Value::Null).await;
        self.log_in_by(&service, &app).await;
        service.wait(30);
        self.change_factors(&signed_in).await;
        self.limits(&service).await;
        self.required().await;
    }

    /// Sets up an app in a session or in the sign-in of a challenge.
    async fn set_up(&mut self, device: &Device, challenge: &Value) -> Authenticator {
        let input = json!({ "challenge": challenge });
        let started = self.mutate(device, "startTotp", input).await;
        let app = Authenticator::new(&started, &device.service.clock);
        for code in [app.wrong_code(), app.code(), app.code()] {
            let input = json!({ "totp": code, "challenge": challenge });
            self.mutate(device, "confirmTotp", input).await;
        }
        device.service.wait(30);
        app
    }

    async fn log_in_by(&mut self, service: &Service, app: &Authenticator) {
        let device = service.device();
        let good = json!({ "email": "ada@x.test", "password": PASSWORD });
        let asked = self.mutate(&device, "login", good.clone()).await;
        for code in [app.wrong_code(), app.code(), app.code()] {
            let input = json!({ "challenge": asked["challenge"], "proof": { "totp": code } });
            self.mutate(&device, "completeLogin", input).await;
        }
        service.wait(30);
        service.delete_later("ada@x.test").await;
        let asked = self.mutate(&device, "login", good).await;
        let proof = json!({ "totp": app.code() });
        let input = json!({ "challenge": asked["challenge"], "proof": proof });
        self.mutate(&device, "completeLogin", input).await;
    }

    async fn change_factors(&mut self, device: &Device) {
        let documents = ["regenerateRecoveryCodes", "disableTotp"]
            .map(|field| (field, format!("mutation {{ {field} {{ __typename }} }}")));
        let stale = device
            .service
            .node(&[OPTIONAL, ("LATCHKEY_FRESH_SECONDS", "60")])
            .await;
        let stale = stale
            .device()
            .with_bearer(device.bearer.as_deref().unwrap());
        for device in [&stale, device, device] {
            self.mutate(device, "startTotp", json!({})).await;
            for (field, document) in &documents {
                self.send(device, field, document).await;
            }
        }
        self.send(device, "regenerateRecoveryCodes", &documents[0].1)
            .await;
        let off = device.service.node(&[]).await;
        let off = off.device().with_bearer(device.bearer.as_deref().unwrap());
        self.mutate(&off, "startTotp", json!({})).await;
        self.mutate(&off, "startTotp", json!({ "challenge": "x" }))
            .await;
        self.mutate(device, "startTotp", json!({ "challenge": "x" }))
            .await;
        let good = json!({ "email": "ada@x.test", "password": PASSWORD });
        self.mutate(&off, "login", good).await;
    }

    async fn limits(&mut self, service: &Service) {
        let (bob, _) = service.device().signed_up("bob@x.test").await;
        self.mutate(&bob, "startTotp", json!({})).await;
        self.exhaust(&bob, "confirmTotp", json!({ "totp": "000000" }))
            .await;
        let (eve, _) = service.device().signed_up("eve@x.test").await;
        eve.with_authenticator().await;
        for _ in 0..5 {
            let asked = service.device().log_in("eve@x.test", PASSWORD).await;
            let proof = json!({ "recoveryCode": "wrong" });
            let input = json!({ "challenge": asked["challenge"], "proof": proof });
            for _ in 0..5 {
                self.mutate(&service.device(), "completeLogin", input.clone())
                    .await;
            }
        }
    }

    async fn required(&mut self) {
        let service = Service::with(&[REQUIRED]).await;
        let device = service.device();
        self.mutate(&device, "signup", sign_up_input("ada@x.test"))
            .await;
        let good = json!({ "email": "ada@x.test", "password": PASSWORD });
        let asked = self.mutate(&device, "login", good).await;
        self.set_up(&device, &asked["challenge"]).await;
        let strict = Service::with(&[REQUIRED, STRICT]).await.device();
        let accepted = self
            .mutate(&strict, "signup", sign_up_input("ada@x.test"))
            .await;
        let code = strict.service.code_for("ada@x.test").await;
        let input = json!({ "email": "ada@x.test", "code": code, "ticket": accepted["ticket"] });
        self.mutate(&strict, "verifyEmail", input).await;
    }
}
