//! Passkeys that end: with the operator's setting, with a claim of the address, by the command line,
//! with an address that comes back.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::support::{Device, Key, PASSKEYS, PASSWORD, Passkey, Service, kind};

const OPTIONAL: (&str, &str) = ("LATCHKEY_MFA", "optional");
const BY_CODE: (&str, &str) = ("LATCHKEY_LOGIN_BY_CODE", "true");

async fn with_passkey(settings: &[(&str, &str)]) -> (Service, Device, Passkey) {
    let service = Service::with(&[&PASSKEYS[..], settings].concat()).await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    let passkey = device.with_passkey(Key::ed25519()).await;
    (service, device, passkey)
}

async fn without_password(service: &Service) {
    let mut account = service.account("ada@x.test").await;
    account.user_mut().unwrap().password = None;
    latchkey::repository::Repository::save(&service.store, &account)
        .await
        .unwrap();
}

/// Verifies the address in a session, which keeps everything.
async fn verify(device: &Device) {
    let service = &device.service;
    let input = json!({ "email": "ada@x.test" });
    device.mutate("sendVerificationCode", input).await;
    let code = service.code_for("ada@x.test").await;
    let input = json!({ "email": "ada@x.test", "code": code });
    assert_eq!(
        kind(&device.mutate("verifyEmail", input).await),
        "EmailVerified"
    );
}

async fn reset(service: &Service) {
    let device = service.device();
    device
        .mutate("forgotPassword", json!({ "email": "ada@x.test" }))
        .await;
    let code = service.code_for("ada@x.test").await;
    let input =
        json!({ "email": "ada@x.test", "code": code, "newPassword": "a brand new password" });
    assert_eq!(
        kind(&device.mutate("resetPassword", input).await),
        "PasswordReset"
    );
}

#[tokio::test]
async fn nothing_is_available_while_passkeys_are_off() {
    let (service, device, passkey) = with_passkey(&[OPTIONAL]).await;
    let started = service.device().start_passkey().await;
    let off = service.node(&[OPTIONAL]).await;
    let device = off.device().with_bearer(device.bearer.as_deref().unwrap());
    assert_eq!(
        kind(&device.mutate("startPasskeyRegistration", json!({})).await),
        "NotAvailable"
    );
    assert_eq!(kind(&device.start_passkey().await), "NotAvailable");
    let answer = passkey.sign_in(&started["options"]);
    assert_eq!(
        kind(&device.finish_passkey(&started, &answer).await),
        "NotAvailable"
    );
    let answer = off.device().log_in("ada@x.test", PASSWORD).await;
    assert_eq!(kind(&answer), "Authenticated", "it cannot be asked for");
    let (passkeys, signal) = device.passkeys().await;
    assert_eq!((passkeys.len(), signal), (1, Value::Null));
    let input = json!({ "passkeyId": passkeys[0]["id"] });
    assert_eq!(
        kind(&device.mutate("removePasskey", input).await),
        "UserUpdated"
    );
    for (service, on) in [(&service, true), (&off, false)] {
        let reply = service
            .device()
            .post("{ policy { passkeys } }", json!({}))
            .await;
        assert_eq!(reply.json["data"]["policy"]["passkeys"], on);
    }
}

#[tokio::test]
async fn related_origins_are_listed_for_browsers() {
    let origins = (
        "LATCHKEY_PASSKEY_ORIGINS",
        "https://app.example.org,https://shop.example.com",
    );
    let service = Service::with(&[PASSKEYS[0], PASSKEYS[1], origins]).await;
    let reply = service.device().get("/.well-known/webauthn").await;
    assert_eq!(
        reply.json,
        json!({ "origins": ["https://shop.example.com"] })
    );
    assert_eq!(reply.headers["content-type"], "application/json");
    assert_eq!(reply.headers["access-control-allow-origin"], "*");
    let off = Service::start().await.device();
    let reply = off.get("/.well-known/webauthn").await;
    assert_eq!(reply.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn first_proof_from_outside_voids_passkeys() {
    let (service, _, passkey) = with_passkey(&[]).await;
    reset(&service).await;
    let answer = service.device().log_in_with(&passkey).await;
    assert_eq!(
        kind(&answer),
        "UnknownPasskey",
        "a stranger may have added it"
    );
}

#[tokio::test]
async fn reset_of_a_verified_address_keeps_passkeys() {
    let (service, device, passkey) = with_passkey(&[OPTIONAL]).await;
    verify(&device).await;
    reset(&service).await;
    let answer = service
        .device()
        .log_in("ada@x.test", "a brand new password")
        .await;
    assert_eq!(answer["methods"], json!(["PASSKEY"]), "it is not skipped");
    let answer = service.device().log_in_with(&passkey).await;
    assert_eq!(kind(&answer), "Authenticated");
}

#[tokio::test]
async fn operators_reset_removes_passkeys_and_notifies() {
    let (service, device, passkey) = with_passkey(&[]).await;
    let before = service.emails_to("ada@x.test").await;
    service.app.accounts.reset_mfa("ada@x.test").await.unwrap();
    assert_eq!(device.me().await, Err("UNAUTHENTICATED".to_owned()));
    let answer = service.device().log_in_with(&passkey).await;
    assert_eq!(kind(&answer), "UnknownPasskey");
    let emails = service.received_emails().await;
    assert_eq!(emails.len(), before + 1);
    assert!(
        emails[before].text.contains("Passkey"),
        "{}",
        emails[before].text
    );
}

#[tokio::test]
async fn undone_change_of_address_voids_later_passkeys_alone() {
    let (service, device, before) = with_passkey(&[]).await;
    verify(&device).await;
    let input = json!({ "newEmail": "ada@new.test", "currentPassword": PASSWORD });
    assert_eq!(
        kind(&device.mutate("requestEmailChange", input).await),
        "CodeSent"
    );
    let code = service.code_for("ada@new.test").await;
    let changed = device
        .mutate("confirmEmailChange", json!({ "code": code }))
        .await;
    assert_eq!(kind(&changed), "EmailChanged");
    let later = device.with_passkey(Key::es256()).await;
    let emails = service.received_emails().await;
    let lines = emails.iter().filter(|it| it.to == "ada@x.test");
    let mut lines = lines.flat_map(|it| it.text.lines());
    let token = lines
        .find(|line| line.len() == 43 && !line.contains(' '))
        .unwrap();
    let undone = service
        .device()
        .mutate("undoEmailChange", json!({ "token": token }))
        .await;
    assert_eq!(kind(&undone), "EmailChangeUndone");
    let answer = service.device().log_in_with(&later).await;
    assert_eq!(kind(&answer), "UnknownPasskey");
    let answer = service.device().log_in_with(&before).await;
    assert_eq!(kind(&answer), "Authenticated");
}

#[tokio::test]
async fn only_way_in_cannot_be_removed() {
    let (service, device, _) = with_passkey(&[]).await;
    without_password(&service).await;
    let (passkeys, _) = device.passkeys().await;
    let input = json!({ "passkeyId": passkeys[0]["id"] });
    let refused = device.mutate("removePasskey", input.clone()).await;
    assert_eq!(kind(&refused), "LastSignInMethod");
    let by_code = service.node(&[&PASSKEYS[..], &[BY_CODE]].concat()).await;
    let by_code = by_code
        .device()
        .with_bearer(device.bearer.as_deref().unwrap());
    let removed = by_code.mutate("removePasskey", input).await;
    assert_eq!(kind(&removed), "UserUpdated");
}

#[tokio::test]
async fn unverified_address_is_refused_where_it_comes_first() {
    let (service, _, passkey) = with_passkey(&[]).await;
    let strict = ("LATCHKEY_VERIFY_EMAIL_FIRST", "true");
    let strict = service.node(&[&PASSKEYS[..], &[strict]].concat()).await;
    let refused = strict.device().log_in_with(&passkey).await;
    assert_eq!(kind(&refused), "NotAvailable");
}

#[tokio::test]
async fn account_to_be_deleted_waits_for_its_ticket() {
    let (service, _, passkey) = with_passkey(&[]).await;
    service.delete_later("ada@x.test").await;
    let waiting = service.device().log_in_with(&passkey).await;
    assert_eq!(kind(&waiting), "DeletionPending");
}

#[tokio::test]
async fn handle_from_before_a_restore_is_refused() {
    let (service, _, passkey) = with_passkey(&[]).await;
    let started = service.device().start_passkey().await;
    let answer = passkey.sign_in(&started["options"]);
    let mut account = service.account("ada@x.test").await;
    account.void_credentials(service.clock.now());
    latchkey::repository::Repository::save(&service.store, &account)
        .await
        .unwrap();
    let refused = service.device().finish_passkey(&started, &answer).await;
    assert_eq!(kind(&refused), "ChallengeExpired");
    service.wait(1);
    let answer = service.device().log_in_with(&passkey).await;
    assert_eq!(kind(&answer), "Authenticated");
}
