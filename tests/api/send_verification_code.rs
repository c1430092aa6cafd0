//! `sendVerificationCode`: emails a code that verifies the user's email.

use serde_json::{Value, json};

use crate::support::{Device, Service, invalid_fields, kind};

async fn send(device: &Device, email: &str) -> Value {
    device
        .mutate("sendVerificationCode", json!({ "email": email }))
        .await
}

async fn verify(device: &Device, email: &str, code: &str) -> Value {
    device
        .mutate("verifyEmail", json!({ "email": email, "code": code }))
        .await
}

#[tokio::test]
async fn unverified_email_receives_a_code() {
    let service = Service::start().await;
    let device = service.device();
    device.sign_up("ada@x.test").await;
    assert_eq!(service.received_emails().await.len(), 0);
    let answer = send(&device, "Ada@x.test").await;
    assert_eq!(
        answer,
        json!({ "__typename": "CodeSent", "email": "ada@x.test", "expiresInSeconds": 600 })
    );
    assert_eq!(service.emails_to("ada@x.test").await, 1);
    let code = service.code_for("ada@x.test").await;
    assert_eq!(
        kind(&verify(&device, "ada@x.test", &code).await),
        "EmailVerified"
    );
}

#[tokio::test]
async fn verified_or_unknown_email_receives_nothing() {
    let service = Service::start().await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    let unverified = send(&device, "ada@x.test").await;
    verify(&device, "ada@x.test", &service.code_for("ada@x.test").await).await;
    assert_eq!(send(&device, "ada@x.test").await, unverified);
    let unknown = send(&device, "bob@x.test").await;
    assert_eq!(
        unknown.to_string().replace("bob@", "ada@"),
        unverified.to_string()
    );
    assert_eq!(service.received_emails().await.len(), 1);
}

#[tokio::test]
async fn only_the_newest_verification_code_works() {
    let service = Service::start().await;
    let device = service.device();
    device.sign_up("ada@x.test").await;
    send(&device, "ada@x.test").await;
    let older = service.code_for("ada@x.test").await;
    send(&device, "ada@x.test").await;
    let newer = service.code_for("ada@x.test").await;
    // One code in a million equals the one before.
    if older != newer {
        assert_eq!(
            kind(&verify(&device, "ada@x.test", &older).await),
            "InvalidCode"
        );
    }
    assert_eq!(
        kind(&verify(&device, "ada@x.test", &newer).await),
        "EmailVerified"
    );
}

#[tokio::test]
async fn malformed_email_is_refused_with_its_code() {
    let device = Service::start().await.device();
    for (wrong, code) in [
        ("", "REQUIRED"),
        ("ada", "MALFORMED"),
        (&*format!("{}@x.test", "a".repeat(250)), "TOO_LONG"),
    ] {
        assert_eq!(
            invalid_fields(&send(&device, wrong).await),
            [("email".to_owned(), code.to_owned())],
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn all_kinds_of_email_share_one_limit() {
    let service = Service::start().await;
    service.device().sign_up("ada@x.test").await;
    for attempt in 0..6 {
        let device = service.device().at(&format!("198.51.100.{attempt}"));
        let answer = match attempt % 2 {
            0 => send(&device, "ada@x.test").await,
            _ => {
                device
                    .mutate("forgotPassword", json!({ "email": "ada@x.test" }))
                    .await
            }
        };
        assert_eq!(kind(&answer), "CodeSent", "{attempt}");
        service.received_emails().await;
    }
    assert_eq!(service.emails_to("ada@x.test").await, 3);
}
