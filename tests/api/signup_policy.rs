//! `LATCHKEY_SIGNUP` and the terms: who can sign up, and what users accept.

use serde_json::{Value, json};

use crate::support::{PASSWORD, Service, invalid_fields, kind, sign_up_input};

const TERMS: [(&str, &str); 2] = [
    ("LATCHKEY_TERMS_VERSION", "2026-11-01"),
    ("LATCHKEY_TERMS_URL", "https://example.org/terms"),
];
const STRICT: (&str, &str) = ("LATCHKEY_VERIFY_EMAIL_FIRST", "true");

fn accepting(version: Value) -> Value {
    let mut input = sign_up_input("ada@x.test");
    input["acceptedTermsVersion"] = version;
    input
}

async fn policy(service: &Service) -> Value {
    let query = "{ policy { signup terms { version url } } }";
    service.device().post(query, json!({})).await.json["data"]["policy"].clone()
}

#[tokio::test]
async fn closed_sign_up_is_not_available() {
    let open = Service::start().await;
    open.device().signed_up("ada@x.test").await;
    let service = open.node(&[("LATCHKEY_SIGNUP", "closed")]).await;
    assert_eq!(
        policy(&service).await,
        json!({ "signup": "CLOSED", "terms": null })
    );
    let device = service.device();
    assert_eq!(kind(&device.sign_up("bob@x.test").await), "NotAvailable");
    assert_eq!(kind(&device.sign_up("").await), "NotAvailable");
    assert_eq!(
        kind(&device.log_in("ada@x.test", PASSWORD).await),
        "Authenticated"
    );
}

#[tokio::test]
async fn sign_up_is_limited_to_listed_domains() {
    for settings in [&[][..], &[STRICT]] {
        let domains = ("LATCHKEY_SIGNUP", "domains:x.test, Bücher.example");
        let service = Service::with(&[&[domains], settings].concat()).await;
        assert_eq!(policy(&service).await["signup"], "DOMAINS");
        let device = service.device();
        for refused in ["ada@y.test", "ada@sub.x.test", "ada@x.test.y.test"] {
            let answer = device.sign_up(refused).await;
            let expected = [("email".to_owned(), "NOT_ALLOWED".to_owned())];
            assert_eq!(invalid_fields(&answer), expected, "{refused}");
        }
        for accepted in ["Ada@X.test", "ada@bücher.example"] {
            let answer = device.sign_up(accepted).await;
            assert!(
                ["Authenticated", "SignupAccepted"].contains(&kind(&answer)),
                "{answer}"
            );
        }
    }
}

#[tokio::test]
async fn terms_in_force_must_be_accepted() {
    let service = Service::with(&TERMS).await;
    let terms = json!({ "version": "2026-11-01", "url": "https://example.org/terms" });
    assert_eq!(
        policy(&service).await,
        json!({ "signup": "OPEN", "terms": terms })
    );
    let device = service.device();
    for (version, code) in [
        (Value::Null, "REQUIRED"),
        (json!("2025-01-01"), "NOT_ALLOWED"),
    ] {
        let answer = device.mutate("signup", accepting(version)).await;
        let expected = [("acceptedTermsVersion".to_owned(), code.to_owned())];
        assert_eq!(invalid_fields(&answer), expected);
    }
    let answer = device
        .mutate("signup", accepting(json!("2026-11-01")))
        .await;
    assert_eq!(kind(&answer), "Authenticated");
    let account = service.account("ada@x.test").await;
    let accepted = account.user().unwrap().accepted_terms.clone().unwrap();
    assert_eq!(
        (&*accepted.version, accepted.at),
        ("2026-11-01", service.clock.now())
    );
}

#[tokio::test]
async fn accepted_terms_survive_until_the_address_is_verified() {
    let service = Service::with(&[&TERMS[..], &[STRICT]].concat()).await;
    let device = service.device();
    let accepted = device
        .mutate("signup", accepting(json!("2026-11-01")))
        .await;
    let at = service.clock.now();
    service.wait(60);
    let code = service.code_for("ada@x.test").await;
    let input = json!({ "email": "ada@x.test", "code": code, "ticket": accepted["ticket"] });
    assert_eq!(
        kind(&device.mutate("verifyEmail", input).await),
        "Authenticated"
    );
    let account = service.account("ada@x.test").await;
    assert_eq!(
        account.user().unwrap().accepted_terms.as_ref().unwrap().at,
        at
    );
}

#[tokio::test]
async fn terms_that_nothing_asks_for_are_not_kept() {
    let service = Service::start().await;
    let answer = service
        .device()
        .mutate("signup", accepting(json!("2026-11-01")))
        .await;
    assert_eq!(kind(&answer), "Authenticated");
    let account = service.account("ada@x.test").await;
    assert_eq!(account.user().unwrap().accepted_terms, None);
}
