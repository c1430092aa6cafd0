//! Account enumeration: neither a response nor the work behind it shows whether an email has an
//! account.

use std::collections::BTreeMap;

use latchkey::accounts::AdminOutcome;
use serde_json::{Value, json};

use crate::support::{Service, Work, document};

const STATES: [&str; 8] = [
    "unknown",
    "unverified",
    "verified",
    "signed-out",
    "coded",
    "code-voided",
    "suspended",
    "pending",
];
const UNLIMITED: (&str, &str) = ("LATCHKEY_LIMITS", "off");

/// The email of a state. All have the same length, because a response repeats it.
fn email_of(state: &str) -> String {
    format!("{state:x>12}@x.test")
}

/// Signs up with the email of a state and brings the account into the state.
async fn create_account_in(service: &Service, state: &str) {
    let device = service.device();
    let email = email_of(state);
    let (signed_in, _) = device.signed_up(&email).await;
    let request = async |operation: &str| device.mutate(operation, json!({ "email": email })).await;
    match state {
        "verified" => {
            request("sendVerificationCode").await;
            let code = service.code_for(&email).await;
            let input = json!({ "email": email, "code": code });
            device.mutate("verifyEmail", input).await;
        }
        "signed-out" => drop(signed_in.mutate("logout", json!({})).await),
        "coded" | "code-voided" => {
            request("forgotPassword").await;
            request("sendVerificationCode").await;
        }
        "suspended" => {
            request("forgotPassword").await;
            assert_eq!(
                service.app.accounts.suspend(&email).await.unwrap(),
                AdminOutcome::Done
            );
        }
        _ => {}
    }
}

/// A service with one email in each state that an email can be in.
async fn service_with_every_state() -> Service {
    let service = Service::with(&[UNLIMITED]).await;
    let strict = service
        .node(&[UNLIMITED, ("LATCHKEY_VERIFY_EMAIL_FIRST", "true")])
        .await;
    for state in STATES {
        if !["unknown", "pending"].contains(&state) {
            create_account_in(&service, state).await;
        }
    }
    for _ in 0..5 {
        for operation in ["resetPassword", "verifyEmail"] {
            let input = input(operation, &email_of("code-voided"));
            service.device().mutate(operation, input).await;
        }
    }
    strict.device().sign_up(&email_of("pending")).await;
    service.received_emails().await;
    service
}

/// The input that a stranger can send.
fn input(operation: &str, email: &str) -> Value {
    match operation {
        "login" => json!({ "email": email, "password": "wrong password" }),
        "resetPassword" => {
            json!({ "email": email, "code": "wrong", "newPassword": "a brand new password" })
        }
        "verifyEmail" => json!({ "email": email, "code": "wrong" }),
        _ => json!({ "email": email }),
    }
}

/// Sends an operation for the email of a state; returns the response, and the store's work.
async fn probe(service: &Service, operation: &str, state: &str) -> (String, Work) {
    let email = email_of(state);
    service.store.work();
    let reply = service
        .device()
        .post(
            &document(operation),
            json!({ "input": input(operation, &email) }),
        )
        .await;
    let mut headers = reply.headers;
    assert!(headers.remove("x-request-id").is_some());
    let seen = format!("{} {headers:?} {}", reply.status, reply.json).replace(&email, "EMAIL");
    (seen, service.store.work())
}

/// Groups the states by an aspect of their probes. A leak makes more than one group.
async fn groups<T: Ord>(
    operation: &str,
    pick: impl Fn((String, Work)) -> T,
) -> BTreeMap<T, Vec<&'static str>> {
    let service = service_with_every_state().await;
    let mut groups = BTreeMap::<T, Vec<_>>::new();
    for state in STATES {
        groups
            .entry(pick(probe(&service, operation, state).await))
            .or_default()
            .push(state);
    }
    groups
}

#[tokio::test]
async fn every_email_gets_the_same_response() {
    for operation in [
        "login",
        "forgotPassword",
        "resetPassword",
        "sendVerificationCode",
        "verifyEmail",
    ] {
        let groups = groups(operation, |(seen, _)| seen).await;
        assert_eq!(groups.len(), 1, "{operation}: {groups:#?}");
    }
}

async fn assert_same_work(operation: &str) {
    let groups = groups(operation, |(_, work)| (work.reads, work.writes)).await;
    assert_eq!(
        groups.len(),
        1,
        "{operation}, states by (reads, writes): {groups:?}"
    );
}

#[tokio::test]
async fn login_costs_the_same_for_every_email() {
    assert_same_work("login").await;
}

#[tokio::test]
async fn forgot_password_costs_the_same_for_every_email() {
    assert_same_work("forgotPassword").await;
}

#[tokio::test]
async fn failed_reset_costs_the_same_for_every_email() {
    assert_same_work("resetPassword").await;
}

#[tokio::test]
async fn verification_code_costs_the_same_for_every_email() {
    assert_same_work("sendVerificationCode").await;
}

#[tokio::test]
async fn failed_verification_costs_the_same_for_every_email() {
    assert_same_work("verifyEmail").await;
}

#[tokio::test]
async fn verify_first_signup_looks_the_same_for_every_email() {
    let service = service_with_every_state()
        .await
        .node(&[UNLIMITED, ("LATCHKEY_VERIFY_EMAIL_FIRST", "true")])
        .await;
    let mut groups = BTreeMap::<_, Vec<_>>::new();
    for state in STATES {
        service.store.work();
        let email = email_of(state);
        let mut answer = service.device().sign_up(&email).await;
        let ticket = answer["ticket"].take();
        let work = service.store.work();
        let seen = (
            answer.to_string().replace(&email, "EMAIL"),
            ticket.to_string().len(),
            work.reads,
            work.writes,
        );
        groups.entry(seen).or_default().push(state);
    }
    assert_eq!(groups.len(), 1, "{groups:#?}");
}
