//! `resetPassword`: sets a new password, given an emailed code.

use serde_json::{Value, json};

use crate::support::{Device, PASSWORD, Service, invalid_fields, kind};

pub const NEW: &str = "a brand new password";

/// Requests a code and reads it from the email.
pub async fn code_for(service: &Service, email: &str) -> String {
    service
        .device()
        .mutate("forgotPassword", json!({ "email": email }))
        .await;
    service.code_for(email).await
}

pub async fn reset(device: &Device, email: &str, code: &str) -> Value {
    device
        .mutate(
            "resetPassword",
            json!({ "email": email, "code": code, "newPassword": NEW }),
        )
        .await
}

#[tokio::test]
async fn reset_sets_password_ends_sessions_and_verifies_email() {
    let service = Service::start().await;
    let (device, token) = service.device().signed_up("ada@x.test").await;
    let code = code_for(&service, "ada@x.test").await;
    service.wait(60);
    let answer = reset(
        &service.device(),
        " ADA@x.test",
        &format!(" {} {} ", &code[..3], &code[3..]),
    )
    .await;
    assert_eq!(
        answer,
        json!({ "__typename": "PasswordReset", "email": "ada@x.test" })
    );
    assert_eq!(device.me().await, Err("UNAUTHENTICATED".to_owned()));
    assert_eq!(kind(&device.refresh(&token).await), "InvalidRefreshToken");
    assert_eq!(
        kind(&device.log_in("ada@x.test", PASSWORD).await),
        "InvalidCredentials"
    );
    let user = device.log_in("ada@x.test", NEW).await["user"].clone();
    assert_eq!(user["emailVerified"], true);
    assert_eq!(user["passwordChangedAt"], "2026-11-22T09:31:00.000Z");
    assert_eq!(user["updatedAt"], "2026-11-22T09:31:00.000Z");
    assert_eq!(user["sessions"].as_array().unwrap().len(), 1);
    let messages = service.received_emails().await;
    let topics: Vec<_> = messages
        .iter()
        .map(|message| message.topic.as_str())
        .collect();
    let unknown_device = "New device on your account";
    assert_eq!(
        topics,
        [
            "Your code to reset your password",
            "Your password was reset",
            unknown_device
        ]
    );
}

#[tokio::test]
async fn reset_code_works_only_once() {
    let service = Service::start().await;
    service.device().sign_up("ada@x.test").await;
    let code = code_for(&service, "ada@x.test").await;
    assert_eq!(
        kind(&reset(&service.device(), "ada@x.test", &code).await),
        "PasswordReset"
    );
    assert_eq!(
        kind(&reset(&service.device(), "ada@x.test", &code).await),
        "InvalidCode"
    );
}

#[tokio::test]
async fn reset_code_expires_after_its_lifetime() {
    let service = Service::start().await;
    service.device().sign_up("ada@x.test").await;
    let code = code_for(&service, "ada@x.test").await;
    service.wait(600);
    assert_eq!(
        kind(&reset(&service.device(), "ada@x.test", &code).await),
        "InvalidCode"
    );
    let code = code_for(&service, "ada@x.test").await;
    service.wait(599);
    assert_eq!(
        kind(&reset(&service.device(), "ada@x.test", &code).await),
        "PasswordReset"
    );
}

#[tokio::test]
async fn only_the_newest_reset_code_works() {
    let service = Service::start().await;
    service.device().sign_up("ada@x.test").await;
    let older = code_for(&service, "ada@x.test").await;
    let newer = code_for(&service, "ada@x.test").await;
    // One code in a million equals the one before.
    if older != newer {
        assert_eq!(
            kind(&reset(&service.device(), "ada@x.test", &older).await),
            "InvalidCode"
        );
    }
    assert_eq!(
        kind(&reset(&service.device(), "ada@x.test", &newer).await),
        "PasswordReset"
    );
}

#[tokio::test]
async fn reset_code_is_bound_to_email_and_purpose() {
    let service = Service::start().await;
    let device = service.device();
    device.sign_up("ada@x.test").await;
    device.sign_up("bob@x.test").await;
    let code = code_for(&service, "ada@x.test").await;
    code_for(&service, "bob@x.test").await;
    assert_eq!(
        kind(&reset(&device, "bob@x.test", &code).await),
        "InvalidCode"
    );
    let verified = device
        .mutate(
            "verifyEmail",
            json!({ "email": "ada@x.test", "code": code }),
        )
        .await;
    assert_eq!(kind(&verified), "InvalidCode");
    device
        .mutate("sendVerificationCode", json!({ "email": "ada@x.test" }))
        .await;
    let proof = service.code_for("ada@x.test").await;
    assert_eq!(
        kind(&reset(&device, "ada@x.test", &proof).await),
        "InvalidCode"
    );
    assert_eq!(
        kind(&reset(&device, "ada@x.test", &code).await),
        "PasswordReset"
    );
    let verified = device
        .mutate(
            "verifyEmail",
            json!({ "email": "ada@x.test", "code": proof }),
        )
        .await;
    assert_eq!(
        kind(&verified),
        "InvalidCode",
        "a reset voids the account's other codes"
    );
}

#[tokio::test]
async fn unknown_email_answers_like_a_wrong_code() {
    let service = Service::start().await;
    service.device().sign_up("ada@x.test").await;
    code_for(&service, "ada@x.test").await;
    let wrong = reset(&service.device(), "ada@x.test", "wrong").await;
    assert_eq!(kind(&wrong), "InvalidCode");
    assert_eq!(reset(&service.device(), "bob@x.test", "wrong").await, wrong);
}

#[tokio::test]
async fn invalid_input_does_not_spend_the_code() {
    let service = Service::start().await;
    let device = service.device();
    device.sign_up("ada@x.test").await;
    let code = code_for(&service, "ada@x.test").await;
    let input = json!({ "email": "no address", "code": code, "newPassword": "password" });
    let both = [
        ("email".to_owned(), "MALFORMED".to_owned()),
        ("newPassword".to_owned(), "TOO_COMMON".to_owned()),
    ];
    assert_eq!(
        invalid_fields(&device.mutate("resetPassword", input).await),
        both
    );
    for _ in 0..6 {
        let input = json!({ "email": "ada@x.test", "code": "wrong", "newPassword": "short" });
        invalid_fields(&device.mutate("resetPassword", input).await);
    }
    assert_eq!(
        kind(&reset(&device, "ada@x.test", &code).await),
        "PasswordReset"
    );
}

#[tokio::test]
async fn pending_signup_has_no_password_to_reset() {
    let service = Service::with(&[("LATCHKEY_VERIFY_EMAIL_FIRST", "true")]).await;
    let device = service.device();
    device.sign_up("ada@x.test").await;
    let code = service.code_for("ada@x.test").await;
    device
        .mutate("forgotPassword", json!({ "email": "ada@x.test" }))
        .await;
    assert_eq!(service.emails_to("ada@x.test").await, 1);
    assert_eq!(
        kind(&reset(&device, "ada@x.test", &code).await),
        "InvalidCode"
    );
}
