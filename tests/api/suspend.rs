//! `latchkey user suspend` and `reinstate`: a suspended user cannot sign in.

use latchkey::accounts::AdminOutcome;
use serde_json::json;

use crate::support::{PASSWORD, Service, kind};

const ADA: &str = "ada@x.test";

async fn suspend(service: &Service) {
    assert_eq!(
        service.app.accounts.suspend(ADA).await.unwrap(),
        AdminOutcome::Done
    );
}

#[tokio::test]
async fn suspension_ends_every_session_of_the_user() {
    let service = Service::start().await;
    let (ada, refresh_token) = service.device().signed_up(ADA).await;
    let (bob, _) = service.device().signed_up("bob@x.test").await;
    suspend(&service).await;
    assert_eq!(ada.me().await, Err("UNAUTHENTICATED".to_owned()));
    assert_eq!(
        kind(&ada.refresh(&refresh_token).await),
        "InvalidRefreshToken"
    );
    assert!(bob.me().await.is_ok());
}

#[tokio::test]
async fn suspended_user_gets_invalid_credentials_and_is_limited() {
    let service = Service::start().await;
    let device = service.device();
    device.sign_up(ADA).await;
    suspend(&service).await;
    for _ in 0..10 {
        assert_eq!(
            kind(&device.log_in(ADA, PASSWORD).await),
            "InvalidCredentials"
        );
    }
    assert_eq!(kind(&device.log_in(ADA, PASSWORD).await), "TooManyAttempts");
}

#[tokio::test]
async fn suspension_voids_codes_and_stops_new_ones() {
    let service = Service::start().await;
    let device = service.device();
    device.sign_up(ADA).await;
    let ask = json!({ "email": ADA });
    device.mutate("forgotPassword", ask.clone()).await;
    let code = service.code_for(ADA).await;
    suspend(&service).await;
    let input = json!({ "email": ADA, "code": code, "newPassword": "nanoseconds of copper wire" });
    assert_eq!(
        kind(&device.mutate("resetPassword", input).await),
        "InvalidCode"
    );

    let messages = service.emails_to(ADA).await;
    for operation in ["forgotPassword", "sendVerificationCode"] {
        assert_eq!(
            kind(&device.mutate(operation, ask.clone()).await),
            "CodeSent"
        );
    }
    assert_eq!(service.emails_to(ADA).await, messages);
}

#[tokio::test]
async fn email_of_a_suspended_user_stays_taken() {
    let service = Service::start().await;
    service.device().sign_up(ADA).await;
    suspend(&service).await;
    assert_eq!(kind(&service.device().sign_up(ADA).await), "EmailTaken");
}

#[tokio::test]
async fn reinstated_user_logs_in_without_old_sessions() {
    let service = Service::start().await;
    let (before, _) = service.device().signed_up(ADA).await;
    suspend(&service).await;
    suspend(&service).await;
    assert_eq!(
        service.app.accounts.reinstate(" ADA@x.test").await.unwrap(),
        AdminOutcome::Done
    );
    assert!(service.device().logged_in(ADA).await.0.me().await.is_ok());
    assert_eq!(before.me().await, Err("UNAUTHENTICATED".to_owned()));
}

#[tokio::test]
async fn unknown_email_cannot_be_suspended_or_reinstated() {
    let service = Service::start().await;
    for email in ["unknown@x.test", "no address"] {
        assert_eq!(
            service.app.accounts.suspend(email).await.unwrap(),
            AdminOutcome::NoSuchUser
        );
        assert_eq!(
            service.app.accounts.reinstate(email).await.unwrap(),
            AdminOutcome::NoSuchUser
        );
    }
}
