//! `SignupInput.attempt`: a client that lost the response to its sign-up signs in again.

use serde_json::{Value, json};

use crate::signup::sign_up_with;
use crate::support::{Device, Failure, PASSWORD, Service, kind};

const ATTEMPT: &str = "Zm9yIG9uZSBzaWduLXVw-_0123";
const OTHER: &str = "YW5vdGhlciBzaWduLXVw-_0123";
const EMAIL: &str = "ada@x.test";
const VERIFY_FIRST: (&str, &str) = ("LATCHKEY_VERIFY_EMAIL_FIRST", "true");

async fn sign_up(device: &Device, attempt: Option<&str>) -> Value {
    sign_up_with(device, EMAIL, json!({ "attempt": attempt })).await
}

async fn with_password(device: &Device, password: &str) -> Value {
    let inputs = json!({ "attempt": ATTEMPT, "password": password });
    sign_up_with(device, EMAIL, inputs).await
}

#[tokio::test]
async fn repeated_signup_signs_in_and_ends_the_first_session() {
    let service = Service::start().await;
    let first = sign_up(&service.device(), Some(ATTEMPT)).await;
    service.wait(599);
    let again = sign_up(&service.device(), Some(ATTEMPT)).await;
    assert_eq!(again["user"]["id"], first["user"]["id"]);
    let (lost, _) = service.device().signed_in_by(&first);
    assert_eq!(lost.me().await, Err("UNAUTHENTICATED".to_owned()));
    let (device, token) = service.device().signed_in_by(&again);
    let me = device.me().await.unwrap();
    assert_eq!(me["sessions"].as_array().map(Vec::len), Some(1));
    assert_eq!(kind(&device.refresh(&token).await), "Authenticated");
    assert_eq!(service.received_emails().await.len(), 0);
}

#[tokio::test]
async fn repeated_signup_may_be_repeated_again() {
    let service = Service::start().await;
    for _ in 0..4 {
        let answer = sign_up(&service.device(), Some(ATTEMPT)).await;
        let (device, _) = service.device().signed_in_by(&answer);
        let sessions = device.me().await.unwrap()["sessions"].clone();
        assert_eq!(sessions.as_array().map(Vec::len), Some(1));
    }
}

#[tokio::test]
async fn signup_without_its_attempt_finds_the_email_taken() {
    let service = Service::start().await;
    let device = service.device();
    let first = sign_up(&device, Some(ATTEMPT)).await;
    for attempt in [None, Some(OTHER)] {
        let answer = sign_up(&device, attempt).await;
        assert_eq!(kind(&answer), "EmailTaken", "{attempt:?}");
    }
    service.wait(600);
    let answer = sign_up(&device, Some(ATTEMPT)).await;
    assert_eq!(kind(&answer), "EmailTaken", "after ten minutes");
    let (device, _) = device.signed_in_by(&first);
    assert!(device.me().await.is_ok(), "its session goes on");
}

#[tokio::test]
async fn attempt_is_useless_where_the_signup_had_none() {
    let service = Service::start().await;
    let (device, _) = service.device().signed_up(EMAIL).await;
    let answer = sign_up(&device, Some(ATTEMPT)).await;
    assert_eq!(kind(&answer), "EmailTaken");
    assert!(device.me().await.is_ok());
}

#[tokio::test]
async fn account_used_since_is_not_signed_in_again() {
    let profile = json!({ "firstName": "Augusta" });
    let password = json!({ "currentPassword": PASSWORD, "newPassword": "a brand new password" });
    for (operation, input) in [
        ("updateProfile", profile),
        ("changePassword", password),
        ("logout", json!({})),
        ("login", json!({ "email": EMAIL, "password": PASSWORD })),
        ("refresh", Value::Null),
    ] {
        let service = Service::start().await;
        let answer = sign_up(&service.device(), Some(ATTEMPT)).await;
        let (device, token) = service.device().signed_in_by(&answer);
        service.wait(1);
        if operation == "refresh" {
            device.refresh(&token).await;
        } else {
            device.mutate(operation, input).await;
        }
        let answer = sign_up(&service.device(), Some(ATTEMPT)).await;
        assert_eq!(kind(&answer), "EmailTaken", "{operation}");
    }
}

#[tokio::test]
async fn wrong_passwords_of_repeated_signups_count_as_logins() {
    let service = Service::start().await;
    sign_up(&service.device(), Some(ATTEMPT)).await;
    for index in 0..10 {
        let answer = with_password(&service.device(), &format!("a wrong password {index}")).await;
        assert_eq!(kind(&answer), "EmailTaken", "{index}");
    }
    for answer in [
        with_password(&service.device(), "a wrong password").await,
        sign_up(&service.device(), Some(ATTEMPT)).await,
        service.device().log_in(EMAIL, PASSWORD).await,
    ] {
        assert_eq!(kind(&answer), "TooManyAttempts");
    }
    let elsewhere = service.device().at("198.51.100.1");
    let answer = sign_up(&elsewhere, Some(ATTEMPT)).await;
    assert_eq!(
        kind(&answer),
        "Authenticated",
        "other clients are not locked out"
    );
}

#[tokio::test]
async fn right_passwords_of_repeated_signups_are_not_counted() {
    let service = Service::start().await;
    for _ in 0..12 {
        let answer = sign_up(&service.device(), Some(ATTEMPT)).await;
        assert_eq!(kind(&answer), "Authenticated");
    }
}

#[tokio::test]
async fn signup_whose_acknowledgement_was_lost_may_be_repeated() {
    let service = Service::with(&[("LATCHKEY_LIMITS", "off")]).await;
    service.store.fail(Failure::Unacknowledged);
    let mut input = crate::support::sign_up_input(EMAIL);
    input["attempt"] = json!(ATTEMPT);
    input["mobileNumber"] = json!("+4915112345678");
    let query = "mutation($input: SignupInput!) { signup(input: $input) { __typename } }";
    let reply = service
        .device()
        .post(query, json!({ "input": input }))
        .await;
    assert_eq!(reply.json["errors"][0]["extensions"]["outcome"], "UNKNOWN");
    service.store.recover();
    let answer = service.device().mutate("signup", input).await;
    assert_eq!(kind(&answer), "Authenticated");
    assert_eq!(answer["user"]["mobileNumber"], "+4915112345678");
}

#[tokio::test]
async fn malformed_attempt_of_a_signup_creates_no_account() {
    let service = Service::start().await;
    let query = "mutation($input: SignupInput!) { signup(input: $input) { __typename } }";
    for attempt in ["short".to_owned(), "a".repeat(129), format!("{ATTEMPT}!")] {
        let mut input = crate::support::sign_up_input(EMAIL);
        input["attempt"] = json!(attempt);
        let reply = service
            .device()
            .post(query, json!({ "input": input }))
            .await;
        assert_eq!(reply.code(), "BAD_USER_INPUT", "{}", reply.json);
        assert!(!reply.json.to_string().contains(&attempt));
    }
    assert_eq!(
        kind(&service.device().sign_up(EMAIL).await),
        "Authenticated"
    );
}

#[tokio::test]
async fn repeated_signup_to_be_verified_returns_the_same_ticket() {
    let service = Service::with(&[VERIFY_FIRST]).await;
    let first = sign_up(&service.device(), Some(ATTEMPT)).await;
    let again = sign_up(&service.device(), Some(ATTEMPT)).await;
    assert_eq!(kind(&again), "SignupAccepted");
    assert_eq!(again["ticket"], first["ticket"]);
    let code = service.code_for(EMAIL).await;
    assert_eq!(service.emails_to(EMAIL).await, 1, "no second email");
    let input = json!({ "email": EMAIL, "code": code, "ticket": again["ticket"] });
    let verified = service.device().mutate("verifyEmail", input).await;
    assert_eq!(kind(&verified), "Authenticated");
}

#[tokio::test]
async fn signup_repeated_later_sends_a_new_code() {
    let service = Service::with(&[VERIFY_FIRST]).await;
    let ticket = sign_up(&service.device(), Some(ATTEMPT)).await["ticket"].clone();
    let old = service.code_for(EMAIL).await;
    service.wait(600);
    sign_up(&service.device(), Some(ATTEMPT)).await;
    let code = service.code_for(EMAIL).await;
    assert_eq!(service.emails_to(EMAIL).await, 2);
    let verify = async |code: &str| {
        let input = json!({ "email": EMAIL, "code": code, "ticket": ticket });
        let answer = service.device().mutate("verifyEmail", input).await;
        kind(&answer).to_owned()
    };
    if old != code {
        assert_eq!(verify(&old).await, "InvalidCode");
    }
    assert_eq!(verify(&code).await, "Authenticated");
}

/// The tickets that a client receives show neither whether the address has an account nor whether
/// another sign-up waits for it.
#[tokio::test]
async fn repeated_signup_does_not_reveal_a_known_address() {
    let service = Service::with(&[VERIFY_FIRST, ("LATCHKEY_LIMITS", "off")]).await;
    let owner = service.node(&[("LATCHKEY_LIMITS", "off")]).await;
    owner.device().sign_up("known@x.test").await;
    let mut patterns = Vec::new();
    for email in ["known@x.test", "unknown@x.test"] {
        let mut tickets = Vec::new();
        for (attempt, password) in [
            (ATTEMPT, PASSWORD),
            (ATTEMPT, "another good password"),
            (OTHER, PASSWORD),
            (ATTEMPT, PASSWORD),
        ] {
            let inputs = json!({ "attempt": attempt, "password": password });
            service.store.work();
            let answer = sign_up_with(&service.device(), email, inputs).await;
            assert_eq!(kind(&answer), "SignupAccepted");
            let seen = tickets.iter().position(|it| *it == answer["ticket"]);
            tickets.push(answer["ticket"].clone());
            patterns.push((seen, service.store.work()));
        }
    }
    assert_eq!(patterns[..4], patterns[4..]);
    assert_eq!(patterns[3].0, Some(0));
    let notices = service.emails_to("known@x.test").await;
    assert_eq!(notices, 1, "one notice for requests that may be repeated");
}
