//! The whole contract in one run: produces every member of every result, and every code of an
//! invalid field.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{Device, PASSWORD, SUBSCRIPTION, Service, kind, sign_up_input};

const STRICT: (&str, &str) = ("LATCHKEY_VERIFY_EMAIL_FIRST", "true");
const NEW: &str = "a brand new password";

/// The members and codes produced so far, such as `SignupResult.EmailTaken` and
/// `InvalidFieldCode.REQUIRED`.
#[derive(Default)]
pub struct Coverage(BTreeSet<String>);

impl Coverage {
    pub async fn mutate(&mut self, device: &Device, operation: &str, input: Value) -> Value {
        let answer = device.mutate(operation, input).await;
        self.record(operation, &answer);
        answer
    }

    /// Sends a document and records the result of its only field.
    pub async fn send(&mut self, device: &Device, field: &str, document: &str) {
        let reply = device.post(document, json!({})).await;
        self.record(field, &reply.json["data"][field]);
    }

    fn record(&mut self, field: &str, answer: &Value) {
        let union = format!("{}{}Result", field[..1].to_uppercase(), &field[1..]);
        self.0.insert(format!("{union}.{}", kind(answer)));
        for field in answer["fields"].as_array().into_iter().flatten() {
            self.0.insert(format!(
                "InvalidFieldCode.{}",
                field["code"].as_str().unwrap()
            ));
        }
    }

    /// Repeats an operation until it answers `TooManyAttempts`.
    pub async fn exhaust(&mut self, device: &Device, operation: &str, input: Value) {
        for _ in 0..40 {
            if kind(&self.mutate(device, operation, input.clone()).await) == "TooManyAttempts" {
                return;
            }
        }
    }

    async fn account(&mut self, service: &Service) -> Device {
        let device = service.device();
        let mut input = sign_up_input("ada@x.test");
        input["mobileNumber"] = json!("+4915112345678");
        let (signed_in, _) =
            device.signed_in_by(&self.mutate(&device, "signup", input.clone()).await);
        self.mutate(&device, "signup", input.clone()).await;
        input["email"] = json!("bob@x.test");
        self.mutate(&device, "signup", input.clone()).await;
        let wrong = [
            json!({ "email": "", "password": "short", "firstName": "x".repeat(101), "lastName": "\u{7}" }),
            json!({ "email": "x", "password": "password", "firstName": "Ada", "lastName": "Lovelace" }),
        ];
        for input in wrong {
            self.mutate(&device, "signup", input).await;
        }
        // An address that is taken: a refused form would not count.
        self.exhaust(
            &device.at("198.51.100.1"),
            "signup",
            sign_up_input("ada@x.test"),
        )
        .await;
        signed_in
    }

    async fn sessions(&mut self, service: &Service) {
        let device = service.device();
        let good = json!({ "email": "ada@x.test", "password": PASSWORD });
        let wrong = json!({ "email": "ada@x.test", "password": "wrong" });
        let answer = self.mutate(&device, "login", good.clone()).await;
        let (signed_in, token) = device.signed_in_by(&answer);
        self.exhaust(&device.at("198.51.100.2"), "login", wrong)
            .await;
        let strict = service.node(&[STRICT]).await;
        self.mutate(&strict.device(), "login", good).await;
        self.mutate(&device, "refresh", json!({ "refreshToken": token }))
            .await;
        self.mutate(&device, "refresh", json!({ "refreshToken": "x" }))
            .await;
        let sessions = answer["user"]["sessions"].as_array().unwrap();
        let session = sessions
            .iter()
            .find(|session| session["current"] == true)
            .unwrap()["id"]
            .clone();
        self.mutate(&signed_in, "revokeSession", json!({ "sessionId": "x" }))
            .await;
        self.mutate(&signed_in, "revokeSession", json!({ "sessionId": session }))
            .await;
    }

    async fn profile(&mut self, signed_in: &Device) {
        let change =
            |current: &str, new: &str| json!({ "currentPassword": current, "newPassword": new });
        self.mutate(signed_in, "changePassword", change(PASSWORD, ""))
            .await;
        self.mutate(signed_in, "changePassword", change(PASSWORD, PASSWORD))
            .await;
        self.mutate(signed_in, "changePassword", change(PASSWORD, NEW))
            .await;
        self.exhaust(
            signed_in,
            "changePassword",
            change("wrong", "another new password"),
        )
        .await;
        self.mutate(
            signed_in,
            "updateProfile",
            json!({ "firstName": "Augusta" }),
        )
        .await;
        self.mutate(signed_in, "updateProfile", json!({ "firstName": "" }))
            .await;
        let (bob, _) = signed_in.signed_up("bob@x.test").await;
        self.mutate(
            &bob,
            "updateMobileNumber",
            json!({ "mobileNumber": "+4915112345678" }),
        )
        .await;
        self.mutate(&bob, "updateMobileNumber", json!({ "mobileNumber": "x" }))
            .await;
        self.exhaust(&bob, "updateMobileNumber", json!({ "mobileNumber": null }))
            .await;
    }

    async fn codes(&mut self, service: &Service) {
        let device = service.device();
        let code = |code: &str| json!({ "email": "ada@x.test", "code": code });
        let reset = |code: &str| json!({ "email": "ada@x.test", "code": code, "newPassword": NEW });
        self.mutate(
            &device,
            "sendVerificationCode",
            json!({ "email": "ada@x.test" }),
        )
        .await;
        self.mutate(
            &device,
            "verifyEmail",
            code(&service.code_for("ada@x.test").await),
        )
        .await;
        self.mutate(&device, "forgotPassword", json!({ "email": "ada@x.test" }))
            .await;
        self.mutate(
            &device,
            "resetPassword",
            reset(&service.code_for("ada@x.test").await),
        )
        .await;
        self.mutate(
            &device,
            "resetPassword",
            json!({ "email": "x", "code": "x", "newPassword": "x" }),
        )
        .await;
        for operation in ["sendVerificationCode", "forgotPassword"] {
            self.mutate(&device, operation, json!({ "email": "x" }))
                .await;
            self.exhaust(
                &device,
                operation,
                json!({ "email": format!("{}@x.test", operation.to_lowercase()) }),
            )
            .await;
        }
        self.exhaust(&device.at("198.51.100.3"), "verifyEmail", code("000000"))
            .await;
        self.exhaust(&device.at("198.51.100.4"), "resetPassword", reset("000000"))
            .await;
    }

    async fn verify_first(&mut self) {
        let strict = Service::with(&[STRICT]).await;
        let ticket = self
            .mutate(&strict.device(), "signup", sign_up_input("ada@x.test"))
            .await["ticket"]
            .clone();
        let code = strict.code_for("ada@x.test").await;
        let input = json!({ "email": "ada@x.test", "code": code, "ticket": ticket });
        self.mutate(&strict.device(), "verifyEmail", input).await;
        self.email_change().await;
        self.second_factor().await;
        self.passkeys().await;
        self.sign_in().await;
        self.leaving().await;
        self.providers().await;
    }
}

/// Records the live changes of an account: a login and a logout elsewhere.
async fn live_changes(coverage: &mut Coverage, service: &Service, device: &Device) {
    let mut stream = device.stream(SUBSCRIPTION).await;
    let mut events = vec![stream.event().await];
    let other = service.device().at("198.51.100.6");
    let (other, _) = other.signed_in_by(&other.log_in("ada@x.test", NEW).await);
    events.push(stream.event().await);
    other.mutate("logout", json!({})).await;
    events.push(stream.event().await);
    let members = events.iter().map(kind);
    coverage
        .0
        .extend(members.map(|it| format!("AccountChange.{it}")));
}

/// Members that the schema declares for features that are not built yet. The list may only shrink.
const PENDING: [&str; 3] = [
    "VerifyEmailResult.MfaRequired",
    "VerifyEmailResult.DeletionPending",
    "VerifyEmailResult.InvalidInput",
];

/// Lists every result member and every field code in the schema.
async fn declared(device: &Device) -> BTreeSet<String> {
    let query = "{ __schema { types { kind name possibleTypes { name } enumValues { name } } } }";
    let types = device.post(query, json!({})).await.json["data"]["__schema"]["types"]
        .as_array()
        .unwrap()
        .clone();
    let mut declared = BTreeSet::new();
    for declaration in types {
        let name = declaration["name"].as_str().unwrap();
        let members = match declaration["kind"].as_str().unwrap() {
            "UNION" => &declaration["possibleTypes"],
            "ENUM" if name == "InvalidFieldCode" => &declaration["enumValues"],
            _ => continue,
        };
        let members = members
            .as_array()
            .unwrap()
            .iter()
            .map(|member| member["name"].as_str().unwrap());
        declared.extend(members.map(|member| format!("{name}.{member}")));
    }
    declared
}

#[tokio::test]
async fn every_result_member_and_field_code_is_produced() {
    let service = Service::start().await;
    let mut coverage = Coverage::default();
    let signed_in = coverage.account(&service).await;
    coverage.sessions(&service).await;
    coverage.profile(&signed_in).await;
    coverage.codes(&service).await;
    coverage.verify_first().await;
    let device = service.device().at("198.51.100.5");
    let (device, _) = device.signed_in_by(&device.log_in("ada@x.test", NEW).await);
    coverage
        .send(
            &device,
            "revokeOtherSessions",
            "mutation { revokeOtherSessions { __typename } }",
        )
        .await;
    for password in ["", PASSWORD] {
        let document = format!(
            "mutation {{ checkPassword(input: {{ password: {password:?} }}) {{ __typename }} }}"
        );
        coverage.send(&device, "checkPassword", &document).await;
    }
    live_changes(&mut coverage, &service, &device).await;
    coverage.mutate(&device, "logout", json!({})).await;

    let declared = declared(&service.device()).await;
    assert!(declared.len() > 40, "{declared:?}");
    let produced_or_pending: BTreeSet<_> = PENDING
        .map(str::to_owned)
        .into_iter()
        .chain(coverage.0.iter().cloned())
        .collect();
    let built: Vec<_> = PENDING
        .iter()
        .filter(|it| coverage.0.contains(**it))
        .collect();
    assert!(built.is_empty(), "take these off the list: {built:?}");
    let missing: Vec<_> = declared.difference(&produced_or_pending).collect();
    let undeclared: Vec<_> = coverage.0.difference(&declared).collect();
    assert!(
        missing.is_empty() && undeclared.is_empty(),
        "never produced: {missing:?}, not in the schema: {undeclared:?}"
    );
}
