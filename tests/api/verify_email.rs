//! `verifyEmail`: verifies the email of an existing account. `signup_verify_first` has pending
//! sign-ups.

use serde_json::{Value, json};

use crate::support::{Device, PASSWORD, Service, kind, sign_up_input};

/// Signs up, and requests a code that verifies the email.
async fn unverified(service: &Service) -> (Device, String) {
    let (device, _) = service.device().signed_up("ada@x.test").await;
    device
        .mutate("sendVerificationCode", json!({ "email": "ada@x.test" }))
        .await;
    let code = service.code_for("ada@x.test").await;
    (device, code)
}

async fn verify(device: &Device, email: &str, code: &str) -> Value {
    device
        .mutate("verifyEmail", json!({ "email": email, "code": code }))
        .await
}

#[tokio::test]
async fn code_verifies_the_email_without_signing_in() {
    let service = Service::start().await;
    let (device, code) = unverified(&service).await;
    service.wait(60);
    let answer = verify(
        &device,
        " ADA@x.test",
        &format!("{} {}", &code[..3], &code[3..]),
    )
    .await;
    assert_eq!(
        answer,
        json!({ "__typename": "EmailVerified", "email": "ada@x.test" })
    );
    let user = device.me().await.unwrap();
    assert_eq!(user["emailVerified"], true);
    assert_eq!(user["updatedAt"], "2026-11-22T09:31:00.000Z");
    assert_eq!(user["sessions"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn code_works_once_within_its_lifetime() {
    let service = Service::start().await;
    let (device, code) = unverified(&service).await;
    service.wait(600);
    assert_eq!(
        kind(&verify(&device, "ada@x.test", &code).await),
        "InvalidCode"
    );
    device
        .mutate("sendVerificationCode", json!({ "email": "ada@x.test" }))
        .await;
    let code = service.code_for("ada@x.test").await;
    service.wait(599);
    assert_eq!(
        kind(&verify(&device, "ada@x.test", &code).await),
        "EmailVerified"
    );
    assert_eq!(
        kind(&verify(&device, "ada@x.test", &code).await),
        "InvalidCode"
    );
}

#[tokio::test]
async fn five_wrong_codes_void_the_right_one() {
    let service = Service::start().await;
    let (device, code) = unverified(&service).await;
    for wrong in ["000000", "000001", "000002", "000003", "000004"] {
        assert_eq!(
            kind(&verify(&device, "ada@x.test", wrong).await),
            "InvalidCode",
            "{wrong}"
        );
    }
    assert_eq!(
        kind(&verify(&device, "ada@x.test", &code).await),
        "InvalidCode"
    );
    assert_eq!(device.me().await.unwrap()["emailVerified"], false);
}

#[tokio::test]
async fn unknown_email_answers_like_a_wrong_code() {
    let service = Service::start().await;
    let (device, _) = unverified(&service).await;
    let wrong = verify(&device, "ada@x.test", "000000").await;
    assert_eq!(kind(&wrong), "InvalidCode");
    for unknown in ["bob@x.test", "no address", "", "ada"] {
        assert_eq!(verify(&device, unknown, "000000").await, wrong, "{unknown}");
    }
}

#[tokio::test]
async fn code_verifies_only_its_own_email() {
    let service = Service::start().await;
    let (ada, code) = unverified(&service).await;
    let (bob, _) = ada.signed_up("bob@x.test").await;
    bob.mutate("sendVerificationCode", json!({ "email": "bob@x.test" }))
        .await;
    assert_eq!(
        kind(&verify(&ada, "bob@x.test", &code).await),
        "InvalidCode"
    );
    assert_eq!(bob.me().await.unwrap()["emailVerified"], false);
}

#[tokio::test]
async fn account_code_with_a_ticket_never_signs_in() {
    let service = Service::start().await;
    let (device, code) = unverified(&service).await;
    let strict = service
        .node(&[("LATCHKEY_VERIFY_EMAIL_FIRST", "true")])
        .await;
    let attacker = strict.device().at("198.51.100.7");
    let ticket = attacker.sign_up("ada@x.test").await["ticket"].clone();
    let answer = attacker
        .mutate(
            "verifyEmail",
            json!({ "email": "ada@x.test", "code": code, "ticket": ticket }),
        )
        .await;
    assert_ne!(kind(&answer), "Authenticated");
    assert_eq!(
        device.me().await.unwrap()["sessions"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn verified_email_logs_in_under_verify_first() {
    let service = Service::start().await;
    let (device, code) = unverified(&service).await;
    let strict = service
        .node(&[("LATCHKEY_VERIFY_EMAIL_FIRST", "true")])
        .await;
    let log_in = async || {
        strict
            .device()
            .log_in("ada@x.test", crate::support::PASSWORD)
            .await
    };
    assert_eq!(kind(&log_in().await), "EmailNotVerified");
    assert_eq!(
        kind(&verify(&device, "ada@x.test", &code).await),
        "EmailVerified"
    );
    assert_eq!(kind(&log_in().await), "Authenticated");
}

#[tokio::test]
async fn client_is_limited_across_both_code_operations() {
    let service = Service::start().await;
    let (owner, code) = unverified(&service).await;
    let attacker = service.device().at("198.51.100.7");
    for attempt in 0..30 {
        let email = format!("user{attempt}@x.test");
        let answer = if attempt % 2 == 0 {
            verify(&attacker, &email, "000000").await
        } else {
            let input =
                json!({ "email": email, "code": "000000", "newPassword": "a brand new password" });
            attacker.mutate("resetPassword", input).await
        };
        assert_eq!(kind(&answer), "InvalidCode", "{attempt}");
    }
    let refused = verify(&attacker, "ada@x.test", &code).await;
    assert_eq!(kind(&refused), "TooManyAttempts");
    assert_eq!(refused["retryAfterSeconds"], 900);
    assert_eq!(
        kind(&verify(&owner, "ada@x.test", &code).await),
        "EmailVerified"
    );
}

#[tokio::test]
async fn first_proof_from_outside_removes_what_was_set_up() {
    let service = Service::start().await;
    let mut input = sign_up_input("ada@x.test");
    input["mobileNumber"] = json!("+4915112345678");
    let answer = service.device().mutate("signup", input).await;
    let (stranger, _) = service.device().signed_in_by(&answer);
    let owner = service.device();
    for operation in ["sendVerificationCode", "forgotPassword"] {
        let input = json!({ "email": "ada@x.test" });
        assert_eq!(kind(&owner.mutate(operation, input).await), "CodeSent");
        let code = service.code_for("ada@x.test").await;
        if operation == "forgotPassword" {
            let input = json!({ "email": "ada@x.test", "code": code, "newPassword": "an owner's password" });
            let answer = owner.mutate("resetPassword", input).await;
            assert_eq!(kind(&answer), "PasswordReset");
            break;
        }
        let verified = verify(&owner, "ada@x.test", &code).await;
        assert_eq!(kind(&verified), "EmailVerified");
        assert_eq!(stranger.me().await, Err("UNAUTHENTICATED".to_owned()));
        let answer = stranger.log_in("ada@x.test", PASSWORD).await;
        assert_eq!(kind(&answer), "InvalidCredentials");
        let notice = service.received_emails().await.pop().unwrap();
        assert_eq!(notice.topic, "Your email address was confirmed");
    }
    let user = owner.log_in("ada@x.test", "an owner's password").await["user"].clone();
    assert_eq!(user["mobileNumber"], Value::Null);
}

#[tokio::test]
async fn proof_by_the_account_itself_keeps_everything() {
    let service = Service::start().await;
    let (device, code) = unverified(&service).await;
    let (other, _) = service.device().signed_up("bob@x.test").await;
    assert_eq!(
        kind(&verify(&device, "ada@x.test", &code).await),
        "EmailVerified"
    );
    assert!(device.me().await.is_ok());
    let answer = device.log_in("ada@x.test", PASSWORD).await;
    assert_eq!(kind(&answer), "Authenticated");
    // The token of another account is no proof of this one.
    let input = json!({ "email": "bob@x.test" });
    device.mutate("sendVerificationCode", input).await;
    let code = service.code_for("bob@x.test").await;
    assert_eq!(
        kind(&verify(&device, "bob@x.test", &code).await),
        "EmailVerified"
    );
    assert_eq!(other.me().await, Err("UNAUTHENTICATED".to_owned()));
}
