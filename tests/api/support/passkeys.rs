//! Passkeys in the hands of a device.

use serde_json::{Value, json};

use super::{Device, Key, Passkey, kind};

/// The origin of the front end.
pub const ORIGIN: &str = "https://app.example.org";

/// The settings of a service with passkeys.
pub const PASSKEYS: [(&str, &str); 3] = [
    ("LATCHKEY_PASSKEYS", "on"),
    ("LATCHKEY_PASSKEY_RP_ID", "example.org"),
    ("LATCHKEY_PASSKEY_ORIGINS", ORIGIN),
];

const START: &str = "mutation { startPasskeyLogin { __typename ... on AccountError { message }
    ... on TooManyAttempts { retryAfterSeconds }
    ... on PasskeyLoginStarted { handle options { challenge timeout rpId userVerification hints allowCredentials { type id transports } } } } }";

impl Device {
    /// Starts to use a passkey.
    pub async fn start_passkey(&self) -> Value {
        let reply = self.post(START, json!({})).await;
        assert_eq!(reply.json.get("errors"), None);
        reply.json["data"]["startPasskeyLogin"].clone()
    }

    /// Starts to add a passkey in the device's session.
    pub async fn start_registration(&self) -> Value {
        let started = self.mutate("startPasskeyRegistration", json!({})).await;
        assert_eq!(kind(&started), "PasskeyRegistrationStarted", "{started}");
        started
    }

    /// Adds a passkey in the device's session.
    pub async fn with_passkey(&self, key: Key) -> Passkey {
        let started = self.start_registration().await;
        let (passkey, answer) = Passkey::create(&started["options"], ORIGIN, key);
        let added = self.finish_registration(&started, &answer).await;
        assert_eq!(kind(&added), "PasskeyRegistered", "{added}");
        passkey
    }

    /// Finishes a registration.
    pub async fn finish_registration(&self, started: &Value, answer: &Value) -> Value {
        let input = json!({ "handle": started["handle"], "name": "Phone", "credential": answer });
        self.mutate("finishPasskeyRegistration", input).await
    }

    /// Logs in with a passkey.
    pub async fn log_in_with(&self, passkey: &Passkey) -> Value {
        let started = self.start_passkey().await;
        let answer = passkey.sign_in(&started["options"]);
        self.finish_passkey(&started, &answer).await
    }

    /// Finishes a login.
    pub async fn finish_passkey(&self, started: &Value, answer: &Value) -> Value {
        let input = json!({ "handle": started["handle"], "credential": answer });
        self.mutate("finishPasskeyLogin", input).await
    }

    /// Returns a proof by a passkey, with a handle that is issued to this device.
    pub async fn passkey_proof(&self, passkey: &Passkey) -> Value {
        let started = self.start_passkey().await;
        let answer = passkey.sign_in(&started["options"]);
        json!({ "passkey": { "handle": started["handle"], "credential": answer } })
    }

    /// Returns the signed-in user's passkeys, with the signal for the password manager.
    pub async fn passkeys(&self) -> (Vec<Value>, Value) {
        let query = "{ me { passkeys { id name createdAt lastUsedAt backedUp aaguid }
            passkeySignal { rpId userId allAcceptedCredentialIds } } }";
        let me = self.post(query, json!({})).await.json["data"]["me"].clone();
        let passkeys = me["passkeys"].as_array().cloned();
        (passkeys.unwrap_or_default(), me["passkeySignal"].clone())
    }
}
