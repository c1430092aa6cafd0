//! The members of the operations that change the email address.

use serde_json::{Value, json};

use crate::contract::Coverage;
use crate::support::{Device, PASSWORD, Service};

const NEW: &str = "ada@new.test";

fn request(new_email: &str, password: &str) -> Value {
    json!({ "newEmail": new_email, "currentPassword": password })
}

impl Coverage {
    pub async fn email_change(&mut self) {
        let service = Service::start().await;
        let (device, _) = service.device().signed_up("ada@x.test").await;
        self.mutate(&device, "requestEmailChange", request("x", PASSWORD))
            .await;
        self.mutate(&device, "requestEmailChange", request(NEW, PASSWORD))
            .await;
        let code = service.code_for(NEW).await;
        // The address is taken before the code is entered.
        let (other, _) = service.device().signed_up(NEW).await;
        other.prove(NEW).await;
        self.mutate(&device, "confirmEmailChange", json!({ "code": code }))
            .await;
        self.change(&service, &device).await;
        self.undo(&service, &device).await;
        let wrong = request("a@b.test", "wrong");
        self.exhaust(&other, "requestEmailChange", wrong).await;
        self.stale().await;
    }

    /// A change to a third address, after which no code is good.
    async fn change(&mut self, service: &Service, device: &Device) {
        let third = "ada@third.test";
        self.mutate(device, "requestEmailChange", request(third, PASSWORD))
            .await;
        let code = service.code_for(third).await;
        self.mutate(device, "confirmEmailChange", json!({ "code": code }))
            .await;
        self.exhaust(
            &device.at("198.51.100.6"),
            "confirmEmailChange",
            json!({ "code": "000000" }),
        )
        .await;
    }

    /// A session whose proof of the second factor is too old.
    async fn stale(&mut self) {
        let service = Service::with(&[("LATCHKEY_MFA", "optional")]).await;
        let (device, _) = service.device().signed_up("ada@x.test").await;
        device.with_authenticator().await;
        service.wait(601);
        self.mutate(&device, "requestEmailChange", request(NEW, PASSWORD))
            .await;
    }

    async fn undo(&mut self, service: &Service, device: &Device) {
        let messages = service.received_emails().await;
        let lines = messages.iter().rev().flat_map(|it| it.text.lines());
        let mut tokens = lines.filter(|line| line.len() == 43 && !line.contains(' '));
        let token = tokens.next().expect("a token");
        self.mutate(device, "undoEmailChange", json!({ "token": token }))
            .await;
        self.exhaust(
            &device.at("198.51.100.7"),
            "undoEmailChange",
            json!({ "token": token }),
        )
        .await;
    }
}
