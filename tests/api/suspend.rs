//! A suspended user is nobody: `latchkey user suspend`, and `reinstate`.

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
async fn every_session_ends_with_both_of_its_tokens() {
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
async fn the_right_password_is_as_wrong_as_any_and_counts_as_much() {
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
async fn a_code_that_was_mailed_before_is_void_and_none_is_mailed_after() {
    let service = Service::start().await;
    let device = service.device();
    device.sign_up(ADA).await;
    let ask = json!({ "email": ADA });
    device.act("forgotPassword", ask.clone()).await;
    let code = service.code_for(ADA).await;
    suspend(&service).await;
    let input = json!({ "email": ADA, "code": code, "newPassword": "nanoseconds of copper wire" });
    assert_eq!(
        kind(&device.act("resetPassword", input).await),
        "InvalidCode"
    );

    let messages = service.emails_to(ADA).await;
    for operation in ["forgotPassword", "sendVerificationCode"] {
        assert_eq!(kind(&device.act(operation, ask.clone()).await), "CodeSent");
    }
    assert_eq!(service.emails_to(ADA).await, messages);
}

#[tokio::test]
async fn the_address_stays_taken() {
    let service = Service::start().await;
    service.device().sign_up(ADA).await;
    suspend(&service).await;
    assert_eq!(kind(&service.device().sign_up(ADA).await), "EmailTaken");
}

#[tokio::test]
async fn whoever_is_reinstated_logs_in_as_before_and_no_session_comes_back() {
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
async fn who_has_no_account_cannot_be_suspended() {
    let service = Service::start().await;
    for email in ["nobody@x.test", "no address"] {
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
