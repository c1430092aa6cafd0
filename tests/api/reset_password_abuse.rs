//! `resetPassword` under attack: guessed codes, and a stranger who signed up with the owner's
//! email.

use serde_json::json;

use crate::reset_password::{NEW, code_for, reset};
use crate::support::{PASSWORD, Service, kind};

#[tokio::test]
async fn five_wrong_codes_void_it_across_restarts() {
    let service = Service::start().await;
    service.device().sign_up("ada@x.test").await;
    let code = code_for(&service, "ada@x.test").await;
    for attempt in 0..4 {
        let device = service.device().at(&format!("198.51.100.{attempt}"));
        assert_eq!(
            kind(&reset(&device, "ada@x.test", "000000").await),
            "InvalidCode"
        );
    }
    let restarted = service.node(&[]).await;
    assert_eq!(
        kind(&reset(&restarted.device(), "ada@x.test", "000000").await),
        "InvalidCode"
    );
    assert_eq!(
        kind(&reset(&restarted.device(), "ada@x.test", &code).await),
        "InvalidCode"
    );
}

#[tokio::test]
async fn fifth_attempt_may_still_be_right() {
    let service = Service::start().await;
    service.device().sign_up("ada@x.test").await;
    let code = code_for(&service, "ada@x.test").await;
    for wrong in ["000000", "000001", "000002", "٠٠٠٠٠٣"] {
        assert_eq!(
            kind(&reset(&service.device(), "ada@x.test", wrong).await),
            "InvalidCode",
            "{wrong}"
        );
    }
    assert_eq!(
        kind(&reset(&service.device(), "ada@x.test", &code).await),
        "PasswordReset"
    );
}

#[tokio::test]
async fn client_is_limited_after_thirty_wrong_codes() {
    let service = Service::start().await;
    service.device().sign_up("ada@x.test").await;
    let code = code_for(&service, "ada@x.test").await;
    let attacker = service.device().at("198.51.100.7");
    for attempt in 0..30 {
        let email = format!("user{attempt}@x.test");
        assert_eq!(
            kind(&reset(&attacker, &email, "000000").await),
            "InvalidCode",
            "{attempt}"
        );
    }
    let refused = reset(&attacker, "ada@x.test", &code).await;
    assert_eq!(kind(&refused), "TooManyAttempts");
    assert_eq!(refused["retryAfterSeconds"], 900);
    assert_eq!(
        kind(&reset(&service.device(), "ada@x.test", &code).await),
        "PasswordReset"
    );
}

#[tokio::test]
async fn reset_by_the_owner_evicts_an_impostor() {
    let service = Service::start().await;
    let attacker = service.device().at("198.51.100.7");
    let (signed_in, token) = attacker.signed_up("victim@x.test").await;
    signed_in
        .mutate("sendVerificationCode", json!({ "email": "victim@x.test" }))
        .await;
    let pending = service.code_for("victim@x.test").await;
    let code = code_for(&service, "victim@x.test").await;
    assert_eq!(
        kind(&reset(&service.device(), "victim@x.test", &code).await),
        "PasswordReset"
    );
    assert_eq!(signed_in.me().await, Err("UNAUTHENTICATED".to_owned()));
    assert_eq!(kind(&attacker.refresh(&token).await), "InvalidRefreshToken");
    assert_eq!(
        kind(&attacker.log_in("victim@x.test", PASSWORD).await),
        "InvalidCredentials"
    );
    let verified = attacker
        .mutate(
            "verifyEmail",
            json!({ "email": "victim@x.test", "code": pending }),
        )
        .await;
    assert_eq!(kind(&verified), "InvalidCode");
    assert_eq!(
        kind(&service.device().log_in("victim@x.test", NEW).await),
        "Authenticated"
    );
}
