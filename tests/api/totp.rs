//! Authenticator apps: set up in a session, asked for at each login, removed.

use serde_json::{Value, json};

use crate::support::{Authenticator, Device, PASSWORD, Service, kind};

const OPTIONAL: (&str, &str) = ("LATCHKEY_MFA", "optional");

/// Starts a service where the user has an authenticator app, at the step after its first code.
async fn with_app() -> (Service, Device, Authenticator) {
    let service = Service::with(&[OPTIONAL]).await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    let (app, _) = device.with_authenticator().await;
    service.wait(30);
    (service, device, app)
}

async fn complete(service: &Service, asked: &Value, code: &str) -> String {
    let answer = service
        .device()
        .complete(asked, json!({ "totp": code }))
        .await;
    kind(&answer).to_owned()
}

#[tokio::test]
async fn login_asks_for_the_code_of_the_app() {
    let (service, _, app) = with_app().await;
    let asked = service.device().log_in("ada@x.test", PASSWORD).await;
    assert_eq!(asked["methods"], json!(["TOTP", "RECOVERY_CODE"]));
    assert_eq!(asked["expiresInSeconds"], 600);
    let answer = service
        .device()
        .complete(&asked, json!({ "totp": app.code() }))
        .await;
    let (device, _) = service.device().signed_in_by(&answer);
    let user = device.me().await.unwrap();
    let current = user["sessions"].as_array().unwrap().iter();
    let current = current.filter(|session| session["current"] == true);
    let methods: Vec<_> = current.map(|session| session["methods"].clone()).collect();
    assert_eq!(methods, [json!(["PASSWORD", "TOTP"])]);
    let expected = json!({ "totp": true, "recoveryCodesLeft": 10, "requiredByPolicy": false });
    assert_eq!(device.mfa().await, expected);
}

#[tokio::test]
async fn challenge_is_finished_once_and_expires() {
    let (service, _, app) = with_app().await;
    let asked = service.device().log_in("ada@x.test", PASSWORD).await;
    assert_eq!(
        complete(&service, &asked, &app.code()).await,
        "Authenticated"
    );
    assert_eq!(
        complete(&service, &asked, &app.code_in(1)).await,
        "ChallengeExpired"
    );
    let late = service.device().log_in("ada@x.test", PASSWORD).await;
    service.wait(600);
    assert_eq!(
        complete(&service, &late, &app.code()).await,
        "ChallengeExpired"
    );
    for garbage in ["", "lkc_AAAA", "x"] {
        let asked = json!({ "__typename": "MfaRequired", "challenge": garbage });
        assert_eq!(
            complete(&service, &asked, &app.code()).await,
            "ChallengeExpired"
        );
    }
}

#[tokio::test]
async fn no_step_is_accepted_twice_in_any_sign_in() {
    let (service, _, app) = with_app().await;
    let asked = service.device().log_in("ada@x.test", PASSWORD).await;
    let again = service.device().log_in("ada@x.test", PASSWORD).await;
    let used = app.code();
    assert_eq!(
        complete(&service, &again, &app.code_in(-1)).await,
        "InvalidProof",
        "the first code"
    );
    assert_eq!(complete(&service, &asked, &used).await, "Authenticated");
    assert_eq!(complete(&service, &again, &used).await, "InvalidProof");
    assert_eq!(
        complete(&service, &again, &app.code_in(1)).await,
        "Authenticated"
    );
    let third = service.device().log_in("ada@x.test", PASSWORD).await;
    service.wait(30);
    assert_eq!(
        complete(&service, &third, &app.code()).await,
        "InvalidProof",
        "an adjacent step"
    );
    service.wait(30);
    let spaced = app.code();
    let spaced = format!(" {} {}", &spaced[..3], &spaced[3..]);
    assert_eq!(complete(&service, &third, &spaced).await, "Authenticated");
}

#[tokio::test]
async fn factor_changes_only_in_a_fresh_session() {
    let (service, device, app) = with_app().await;
    service.wait(600);
    assert_eq!(device.run("disableTotp").await, "ReauthenticationRequired");
    assert_eq!(
        device.run("regenerateRecoveryCodes").await,
        "ReauthenticationRequired"
    );
    let stale = device.mutate("startTotp", json!({})).await;
    assert_eq!(stale["methods"], json!(["TOTP", "RECOVERY_CODE"]));
    let asked = service.device().log_in("ada@x.test", PASSWORD).await;
    let answer = service
        .device()
        .complete(&asked, json!({ "totp": app.code() }))
        .await;
    let (fresh, _) = service.device().signed_in_by(&answer);
    assert_eq!(fresh.run("disableTotp").await, "TotpDisabled");
    assert_eq!(fresh.run("disableTotp").await, "NotAvailable");
    assert_eq!(fresh.run("regenerateRecoveryCodes").await, "NotAvailable");
    let answer = service.device().log_in("ada@x.test", PASSWORD).await;
    assert_eq!(kind(&answer), "Authenticated");
}

#[tokio::test]
async fn session_from_before_the_factor_is_not_fresh() {
    let service = Service::with(&[OPTIONAL]).await;
    let (before, _) = service.device().signed_up("ada@x.test").await;
    let (device, _) = service.device().logged_in("ada@x.test").await;
    device.with_authenticator().await;
    assert_eq!(before.run("disableTotp").await, "ReauthenticationRequired");
    assert_eq!(device.run("disableTotp").await, "TotpDisabled");
}

#[tokio::test]
async fn new_app_replaces_the_one_before() {
    let (service, device, old) = with_app().await;
    let (new, _) = device.with_authenticator().await;
    service.wait(60);
    let asked = service.device().log_in("ada@x.test", PASSWORD).await;
    assert_eq!(
        complete(&service, &asked, &old.code()).await,
        "InvalidProof"
    );
    assert_eq!(
        complete(&service, &asked, &new.code()).await,
        "Authenticated"
    );
}

#[tokio::test]
async fn every_change_of_a_factor_is_announced_by_email() {
    let (service, device, _) = with_app().await;
    assert_eq!(service.emails_to("ada@x.test").await, 1);
    assert_eq!(device.run("regenerateRecoveryCodes").await, "RecoveryCodes");
    assert_eq!(service.emails_to("ada@x.test").await, 2);
    assert_eq!(device.run("disableTotp").await, "TotpDisabled");
    assert_eq!(service.emails_to("ada@x.test").await, 3);
}

/// Sets another password by an emailed code, and returns the answer of a login with it.
async fn reset_and_log_in(service: &Service) -> Value {
    let device = service.device();
    device
        .mutate("forgotPassword", json!({ "email": "ada@x.test" }))
        .await;
    let code = service.code_for("ada@x.test").await;
    let new = "a brand new password";
    let input = json!({ "email": "ada@x.test", "code": code, "newPassword": new });
    assert_eq!(
        kind(&device.mutate("resetPassword", input).await),
        "PasswordReset"
    );
    device.log_in("ada@x.test", new).await
}

#[tokio::test]
async fn password_reset_neither_removes_nor_skips_the_factor() {
    let (service, device, app) = with_app().await;
    device
        .mutate("sendVerificationCode", json!({ "email": "ada@x.test" }))
        .await;
    let code = service.code_for("ada@x.test").await;
    let input = json!({ "email": "ada@x.test", "code": code });
    assert_eq!(
        kind(&device.mutate("verifyEmail", input).await),
        "EmailVerified"
    );
    let asked = reset_and_log_in(&service).await;
    assert_eq!(
        complete(&service, &asked, &app.code()).await,
        "Authenticated"
    );
}

#[tokio::test]
async fn reset_that_first_proves_the_address_voids_the_factor() {
    let (service, _, _) = with_app().await;
    let answer = reset_and_log_in(&service).await;
    assert_eq!(
        kind(&answer),
        "Authenticated",
        "a stranger may have set it up"
    );
}

#[tokio::test]
async fn operations_need_a_session_or_a_challenge() {
    let service = Service::with(&[OPTIONAL]).await;
    let device = service.device();
    assert_eq!(
        device.error("startTotp", json!({})).await,
        "UNAUTHENTICATED"
    );
    let input = json!({ "totp": "123456" });
    assert_eq!(device.error("confirmTotp", input).await, "UNAUTHENTICATED");
    let input = json!({ "challenge": "x" });
    let answer = device.mutate("startTotp", input.clone()).await;
    assert_eq!(kind(&answer), "ChallengeExpired");
    let input = json!({ "challenge": "x", "totp": "123456" });
    assert_eq!(
        kind(&device.mutate("confirmTotp", input).await),
        "ChallengeExpired"
    );
}
