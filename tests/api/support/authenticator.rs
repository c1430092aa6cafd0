//! An authenticator app, as a user has it in a pocket.

use latchkey::model::{Clock, TotpSecret};
use serde_json::{Value, json};

use super::{Device, kind};

/// An authenticator app with one account, on the test's clock.
#[derive(Clone, Debug)]
pub struct Authenticator {
    secret: TotpSecret,
    clock: Clock,
}

impl Authenticator {
    /// Takes the secret of a `TotpStarted`.
    pub fn new(started: &Value, clock: &Clock) -> Self {
        assert_eq!(kind(started), "TotpStarted", "{started}");
        let secret = started["secret"].as_str().unwrap();
        Self {
            secret: TotpSecret::from_base32(secret).unwrap(),
            clock: clock.clone(),
        }
    }

    /// Returns the code that the app shows now.
    pub fn code(&self) -> String {
        self.code_in(0)
    }

    /// Returns the code that the app shows some steps from now.
    pub fn code_in(&self, steps: i64) -> String {
        self.secret
            .code(TotpSecret::step_at(self.clock.now()) + steps)
    }

    /// Returns six digits that no step near the present has.
    pub fn wrong_code(&self) -> String {
        let near: Vec<_> = (-3..=3).map(|steps| self.code_in(steps)).collect();
        let codes = (0..10).map(|code| format!("{code:06}"));
        let mut wrong = codes.filter(|code| !near.contains(code));
        wrong.next().unwrap()
    }
}

impl Device {
    /// Sets up an authenticator app in the device's session, and returns it with the recovery
    /// codes. The code of the present step is used up.
    pub async fn with_authenticator(&self) -> (Authenticator, Vec<String>) {
        let started = self.mutate("startTotp", json!({})).await;
        let app = Authenticator::new(&started, &self.service.clock);
        let confirmed = self
            .mutate("confirmTotp", json!({ "totp": app.code() }))
            .await;
        (app, recovery_codes(&confirmed))
    }

    /// Proves the second factor of a sign-in that asks for it.
    pub async fn complete(&self, asked: &Value, proof: Value) -> Value {
        assert_eq!(kind(asked), "MfaRequired", "{asked}");
        let input = json!({ "challenge": asked["challenge"], "proof": proof });
        self.mutate("completeLogin", input).await
    }

    /// Returns the signed-in user's second factors.
    pub async fn mfa(&self) -> Value {
        let query = "{ me { mfa { totp recoveryCodesLeft requiredByPolicy } } }";
        self.post(query, json!({})).await.json["data"]["me"]["mfa"].clone()
    }

    /// Runs a mutation without an input, and returns the type of its result.
    pub async fn run(&self, operation: &str) -> String {
        let document = format!("mutation {{ {operation} {{ __typename }} }}");
        let reply = self.post(&document, json!({})).await;
        kind(&reply.json["data"][operation]).to_owned()
    }
}

/// Returns the codes of a `RecoveryCodes`.
pub fn recovery_codes(answer: &Value) -> Vec<String> {
    assert_eq!(kind(answer), "RecoveryCodes", "{answer}");
    let codes = answer["codes"].as_array().unwrap().iter();
    codes
        .map(|code| code.as_str().unwrap().to_owned())
        .collect()
}
