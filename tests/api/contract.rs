//! The whole contract in one walk: every member of every result, and every code of a refused field, is produced.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{Device, PASSWORD, Service, kind, sign_up_input};

const STRICT: (&str, &str) = ("LATCHKEY_VERIFY_EMAIL_FIRST", "true");
const NEW: &str = "a brand new password";

/// What was seen on the way: `SignupResult.EmailTaken`, `InvalidFieldCode.REQUIRED`.
#[derive(Default)]
struct Walk(BTreeSet<String>);

impl Walk {
    async fn act(&mut self, device: &Device, operation: &str, input: Value) -> Value {
        let answer = device.act(operation, input).await;
        self.see(operation, &answer);
        answer
    }

    /// Sends a document, and reads the one field of its answer.
    async fn send(&mut self, device: &Device, field: &str, document: &str) {
        let reply = device.post(document, json!({})).await;
        self.see(field, &reply.json["data"][field]);
    }

    fn see(&mut self, field: &str, answer: &Value) {
        let union = format!("{}{}Result", field[..1].to_uppercase(), &field[1..]);
        self.0.insert(format!("{union}.{}", kind(answer)));
        for field in answer["fields"].as_array().into_iter().flatten() {
            self.0.insert(format!(
                "InvalidFieldCode.{}",
                field["code"].as_str().unwrap()
            ));
        }
    }

    /// Does the same until there are too many attempts.
    async fn exhaust(&mut self, device: &Device, operation: &str, input: Value) {
        for _ in 0..40 {
            if kind(&self.act(device, operation, input.clone()).await) == "TooManyAttempts" {
                return;
            }
        }
    }

    async fn account(&mut self, service: &Service) -> Device {
        let device = service.device();
        let mut input = sign_up_input("ada@x.test");
        input["mobileNumber"] = json!("+4915112345678");
        let (signed_in, _) = device.signed_in_by(&self.act(&device, "signup", input.clone()).await);
        self.act(&device, "signup", input.clone()).await;
        input["email"] = json!("bob@x.test");
        self.act(&device, "signup", input.clone()).await;
        let wrong = [
            json!({ "email": "", "password": "short", "firstName": "x".repeat(101), "lastName": "\u{7}" }),
            json!({ "email": "x", "password": "password", "firstName": "Ada", "lastName": "Lovelace" }),
        ];
        for input in wrong {
            self.act(&device, "signup", input).await;
        }
        self.exhaust(
            &device.at("198.51.100.1"),
            "signup",
            json!({ "email": "", "password": "", "firstName": "", "lastName": "" }),
        )
        .await;
        signed_in
    }

    async fn sessions(&mut self, service: &Service) {
        let device = service.device();
        let good = json!({ "email": "ada@x.test", "password": PASSWORD });
        let wrong = json!({ "email": "ada@x.test", "password": "wrong" });
        let answer = self.act(&device, "login", good.clone()).await;
        let (signed_in, token) = device.signed_in_by(&answer);
        self.exhaust(&device.at("198.51.100.2"), "login", wrong)
            .await;
        let strict = service.node(&[STRICT]).await;
        self.act(&strict.device(), "login", good).await;
        self.act(&device, "refresh", json!({ "refreshToken": token }))
            .await;
        self.act(&device, "refresh", json!({ "refreshToken": "x" }))
            .await;
        let sessions = answer["user"]["sessions"].as_array().unwrap();
        let session = sessions
            .iter()
            .find(|session| session["current"] == true)
            .unwrap()["id"]
            .clone();
        self.act(&signed_in, "revokeSession", json!({ "sessionId": "x" }))
            .await;
        self.act(&signed_in, "revokeSession", json!({ "sessionId": session }))
            .await;
    }

    async fn profile(&mut self, signed_in: &Device) {
        let change =
            |current: &str, new: &str| json!({ "currentPassword": current, "newPassword": new });
        self.act(signed_in, "changePassword", change(PASSWORD, ""))
            .await;
        self.act(signed_in, "changePassword", change(PASSWORD, PASSWORD))
            .await;
        self.act(signed_in, "changePassword", change(PASSWORD, NEW))
            .await;
        self.exhaust(
            signed_in,
            "changePassword",
            change("wrong", "another new password"),
        )
        .await;
        self.act(
            signed_in,
            "updateProfile",
            json!({ "firstName": "Augusta" }),
        )
        .await;
        self.act(signed_in, "updateProfile", json!({ "firstName": "" }))
            .await;
        let (bob, _) = signed_in.signed_up("bob@x.test").await;
        self.act(
            &bob,
            "updateMobileNumber",
            json!({ "mobileNumber": "+4915112345678" }),
        )
        .await;
        self.act(&bob, "updateMobileNumber", json!({ "mobileNumber": "x" }))
            .await;
        self.exhaust(&bob, "updateMobileNumber", json!({ "mobileNumber": null }))
            .await;
    }

    async fn codes(&mut self, service: &Service) {
        let device = service.device();
        let code = |code: &str| json!({ "email": "ada@x.test", "code": code });
        let reset = |code: &str| json!({ "email": "ada@x.test", "code": code, "newPassword": NEW });
        self.act(
            &device,
            "sendVerificationCode",
            json!({ "email": "ada@x.test" }),
        )
        .await;
        self.act(
            &device,
            "verifyEmail",
            code(&service.code_for("ada@x.test").await),
        )
        .await;
        self.act(&device, "forgotPassword", json!({ "email": "ada@x.test" }))
            .await;
        self.act(
            &device,
            "resetPassword",
            reset(&service.code_for("ada@x.test").await),
        )
        .await;
        self.act(
            &device,
            "resetPassword",
            json!({ "email": "x", "code": "x", "newPassword": "x" }),
        )
        .await;
        for operation in ["sendVerificationCode", "forgotPassword"] {
            self.act(&device, operation, json!({ "email": "x" })).await;
            self.exhaust(
                &device,
                operation,
                json!({ "email": format!("{}@x.test", operation.to_lowercase()) }),
            )
            .await;
        }
        self.exhaust(&device.at("198.51.100.3"), "verifyEmail", code("wrong"))
            .await;
        self.exhaust(&device.at("198.51.100.4"), "resetPassword", reset("wrong"))
            .await;
        let strict = Service::with(&[STRICT]).await;
        let ticket = self
            .act(&strict.device(), "signup", sign_up_input("ada@x.test"))
            .await["ticket"]
            .clone();
        let mut input = code(&strict.code_for("ada@x.test").await);
        input["ticket"] = ticket;
        self.act(&strict.device(), "verifyEmail", input).await;
    }
}

/// What the schema says can be seen.
async fn promised(device: &Device) -> BTreeSet<String> {
    let query = "{ __schema { types { kind name possibleTypes { name } enumValues { name } } } }";
    let types = device.post(query, json!({})).await.json["data"]["__schema"]["types"]
        .as_array()
        .unwrap()
        .clone();
    let mut promised = BTreeSet::new();
    for promise in types {
        let name = promise["name"].as_str().unwrap();
        let members = match promise["kind"].as_str().unwrap() {
            "UNION" => &promise["possibleTypes"],
            "ENUM" if name == "InvalidFieldCode" => &promise["enumValues"],
            _ => continue,
        };
        let members = members
            .as_array()
            .unwrap()
            .iter()
            .map(|member| member["name"].as_str().unwrap());
        promised.extend(members.map(|member| format!("{name}.{member}")));
    }
    promised
}

#[tokio::test]
async fn every_result_member_and_field_code_is_produced() {
    let service = Service::start().await;
    let mut walk = Walk::default();
    let signed_in = walk.account(&service).await;
    walk.sessions(&service).await;
    walk.profile(&signed_in).await;
    walk.codes(&service).await;
    let (device, _) = {
        let answer = service
            .device()
            .at("198.51.100.5")
            .log_in("ada@x.test", NEW)
            .await;
        service.device().signed_in_by(&answer)
    };
    walk.send(
        &device,
        "revokeOtherSessions",
        "mutation { revokeOtherSessions { __typename } }",
    )
    .await;
    for password in ["", PASSWORD] {
        let document =
            format!("{{ checkPassword(input: {{ password: {password:?} }}) {{ __typename }} }}");
        walk.send(&device, "checkPassword", &document).await;
    }
    walk.act(&device, "logout", json!({})).await;

    let promised = promised(&service.device()).await;
    assert!(promised.len() > 40, "{promised:?}");
    let never: Vec<_> = promised.difference(&walk.0).collect();
    let unheard_of: Vec<_> = walk.0.difference(&promised).collect();
    assert!(
        never.is_empty() && unheard_of.is_empty(),
        "never produced: {never:?}, not in the schema: {unheard_of:?}"
    );
}
