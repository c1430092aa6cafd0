//! `reauthenticate`: a session is fresh after a recent proof, whatever the account can give.

use latchkey::model::SignInMethod::{Password, RecoveryCode, Totp};
use serde_json::{Value, json};

use crate::support::{Device, PASSWORD, Service, kind};

const OPTIONAL: (&str, &str) = ("LATCHKEY_MFA", "optional");

async fn prove(device: &Device, proof: Value) -> Value {
    device
        .mutate("reauthenticate", json!({ "proof": proof }))
        .await
}

async fn prove_by_code(device: &Device) -> Value {
    let sent = device.mutate("sendReauthenticationCode", json!({})).await;
    assert_eq!(kind(&sent), "CodeSent");
    let code = device.service.code_for("ada@x.test").await;
    prove(device, json!({ "emailCode": code })).await
}

/// Signs up, and lets the proof of it grow old.
async fn stale() -> (Service, Device) {
    let service = Service::with(&[OPTIONAL]).await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    service.wait(601);
    assert_eq!(kind(&start(&device).await), "ReauthenticationRequired");
    (service, device)
}

async fn start(device: &Device) -> Value {
    device.mutate("startTotp", json!({})).await
}

/// Takes the password of the user away, as of an imported user who never had one.
async fn without_password(service: &Service) {
    let mut account = service.account("ada@x.test").await;
    account.user_mut().unwrap().password = None;
    latchkey::repository::Repository::save(&service.store, &account)
        .await
        .unwrap();
}

#[tokio::test]
async fn password_makes_a_session_fresh_for_ten_minutes() {
    let (service, device) = stale().await;
    assert_eq!(
        start(&device).await["methods"],
        json!(["PASSWORD", "EMAIL_CODE"])
    );
    assert_eq!(
        kind(&prove(&device, json!({ "password": "wrong" })).await),
        "InvalidProof"
    );
    let proven = prove(&device, json!({ "password": PASSWORD })).await;
    assert_eq!(
        proven["session"]["authenticatedAt"],
        "2026-11-22T09:40:01.000Z"
    );
    assert_eq!(proven["session"]["current"], true);
    service.wait(599);
    assert_eq!(kind(&start(&device).await), "TotpStarted");
    service.wait(1);
    assert_eq!(kind(&start(&device).await), "ReauthenticationRequired");
}

#[tokio::test]
async fn refresh_does_not_make_a_session_fresh() {
    let service = Service::with(&[OPTIONAL]).await;
    let (device, token) = service.device().signed_up("ada@x.test").await;
    service.wait(601);
    let answer = device.refresh(&token).await;
    let (device, _) = service.device().signed_in_by(&answer);
    assert_eq!(kind(&start(&device).await), "ReauthenticationRequired");
}

#[tokio::test]
async fn proof_counts_for_its_own_session_only() {
    let (service, device) = stale().await;
    let (other, _) = service.device().logged_in("ada@x.test").await;
    service.wait(601);
    prove(&other, json!({ "password": PASSWORD })).await;
    assert_eq!(kind(&start(&device).await), "ReauthenticationRequired");
    assert_eq!(kind(&start(&other).await), "TotpStarted");
}

#[tokio::test]
async fn emailed_code_proves_once_and_recently() {
    let (service, device) = stale().await;
    let early = prove(&device, json!({ "emailCode": "123456" })).await;
    assert_eq!(kind(&early), "ChallengeExpired", "no code was sent");
    assert_eq!(kind(&prove_by_code(&device).await), "Reauthenticated");
    let code = service.code_for("ada@x.test").await;
    let again = prove(&device, json!({ "emailCode": code })).await;
    assert_eq!(kind(&again), "ChallengeExpired");
    device.mutate("sendReauthenticationCode", json!({})).await;
    let wrong = prove(&device, json!({ "emailCode": "000000" })).await;
    assert_eq!(kind(&wrong), "InvalidProof");
    service.wait(600);
    let code = service.code_for("ada@x.test").await;
    let late = prove(&device, json!({ "emailCode": code })).await;
    assert_eq!(kind(&late), "ChallengeExpired");
}

#[tokio::test]
async fn account_with_a_factor_proves_that_and_nothing_else() {
    let service = Service::with(&[OPTIONAL]).await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    let (app, codes) = device.with_authenticator().await;
    service.wait(601);
    for proof in [
        json!({ "password": PASSWORD }),
        json!({ "emailCode": "123456" }),
    ] {
        assert_eq!(kind(&prove(&device, proof).await), "NotAvailable");
    }
    let sent = device.mutate("sendReauthenticationCode", json!({})).await;
    assert_eq!(kind(&sent), "NotAvailable");
    let used = app.code();
    assert_eq!(
        kind(&prove(&device, json!({ "totp": used })).await),
        "Reauthenticated"
    );
    assert_eq!(
        kind(&prove(&device, json!({ "totp": used })).await),
        "InvalidProof"
    );
    service.wait(601);
    let proof = json!({ "recoveryCode": codes[3] });
    assert_eq!(
        kind(&prove(&device, proof.clone()).await),
        "Reauthenticated"
    );
    assert_eq!(kind(&prove(&device, proof).await), "InvalidProof");
    let account = service.account("ada@x.test").await;
    let methods = &account.user().unwrap().sessions[0].methods;
    assert_eq!(methods, &[Password, Totp, RecoveryCode]);
    assert_eq!(device.run("disableTotp").await, "TotpDisabled");
}

#[tokio::test]
async fn account_without_a_factor_cannot_prove_one() {
    let (_, device) = stale().await;
    for proof in [json!({ "totp": "123456" }), json!({ "recoveryCode": "x" })] {
        assert_eq!(kind(&prove(&device, proof).await), "NotAvailable");
    }
}

#[tokio::test]
async fn wrong_proofs_are_limited_by_session() {
    let (service, device) = stale().await;
    for _ in 0..10 {
        prove(&device, json!({ "password": "wrong" })).await;
    }
    let limited = prove(&device, json!({ "password": PASSWORD })).await;
    assert_eq!(kind(&limited), "TooManyAttempts");
    let (other, _) = service.device().logged_in("ada@x.test").await;
    let proven = prove(&other, json!({ "password": PASSWORD })).await;
    assert_eq!(kind(&proven), "Reauthenticated");
}

#[tokio::test]
async fn user_without_password_sets_one_in_fresh_session() {
    let (service, device) = stale().await;
    without_password(&service).await;
    let new = json!({ "newPassword": "a brand new password" });
    let refused = device.mutate("changePassword", new.clone()).await;
    assert_eq!(kind(&refused), "ReauthenticationRequired");
    assert_eq!(refused["methods"], json!(["EMAIL_CODE"]));
    assert_eq!(kind(&prove_by_code(&device).await), "Reauthenticated");
    assert_eq!(
        kind(&device.mutate("changePassword", new).await),
        "PasswordChanged"
    );
    let answer = service
        .device()
        .log_in("ada@x.test", "a brand new password")
        .await;
    assert_eq!(kind(&answer), "Authenticated");
}

#[tokio::test]
async fn mobile_number_beside_a_factor_needs_fresh_session() {
    let service = Service::with(&[OPTIONAL]).await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    let number = json!({ "mobileNumber": "+4915112345678" });
    service.wait(601);
    assert_eq!(
        kind(&device.mutate("updateMobileNumber", number.clone()).await),
        "UserUpdated"
    );
    let (device, _) = service.device().logged_in("ada@x.test").await;
    let (app, _) = device.with_authenticator().await;
    service.wait(601);
    let refused = device.mutate("updateMobileNumber", number.clone()).await;
    assert_eq!(kind(&refused), "ReauthenticationRequired");
    prove(&device, json!({ "totp": app.code() })).await;
    assert_eq!(
        kind(&device.mutate("updateMobileNumber", number).await),
        "UserUpdated"
    );
}

#[tokio::test]
async fn reauthentication_without_a_session_is_refused() {
    let service = Service::start().await;
    let input = json!({ "proof": { "password": PASSWORD } });
    assert_eq!(
        service.device().error("reauthenticate", input).await,
        "UNAUTHENTICATED"
    );
    let device = service.device();
    assert_eq!(
        device.error("sendReauthenticationCode", json!({})).await,
        "UNAUTHENTICATED"
    );
    let unknown = device
        .mutate("sendReauthenticationCode", json!({ "ticket": "x" }))
        .await;
    assert_eq!(kind(&unknown), "ChallengeExpired");
}
