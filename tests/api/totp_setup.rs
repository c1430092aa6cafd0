//! Authenticator apps: the secret, and the first code that makes an app count.

use serde_json::json;

use crate::support::{Authenticator, PASSWORD, Service, capture_log, kind, recovery_codes};

const OPTIONAL: (&str, &str) = ("LATCHKEY_MFA", "optional");

#[tokio::test]
async fn secret_and_uri_are_what_apps_read() {
    let service = Service::with(&[OPTIONAL, ("LATCHKEY_TOTP_ISSUER", "Süd & Co")]).await;
    let (device, _) = service.device().signed_up("ada+1@x.test").await;
    let started = device.mutate("startTotp", json!({})).await;
    let secret = started["secret"].as_str().unwrap();
    let is_base32 = |byte: u8| byte.is_ascii_uppercase() || (b'2'..=b'7').contains(&byte);
    assert!(
        secret.len() == 32 && secret.bytes().all(is_base32),
        "{secret}"
    );
    let uri = format!(
        "otpauth://totp/S%C3%BCd%20%26%20Co:ada%2B1%40x%2Etest?secret={secret}&issuer=S%C3%BCd%20%26%20Co\
         &algorithm=SHA1&digits=6&period=30"
    );
    assert_eq!(started["uri"], uri);
}

#[tokio::test]
async fn store_and_log_hold_no_secret_in_clear() {
    let service = Service::with(&[OPTIONAL]).await;
    let (log, _guard) = capture_log(&service.device()).await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    let started = device.mutate("startTotp", json!({})).await;
    let app = Authenticator::new(&started, &service.clock);
    let confirmed = device
        .mutate("confirmTotp", json!({ "totp": app.code() }))
        .await;
    let stored = serde_json::to_string(&service.account("ada@x.test").await).unwrap();
    let mut secrets = recovery_codes(&confirmed);
    secrets.push(started["secret"].as_str().unwrap().to_owned());
    let written = log.text();
    for secret in secrets {
        assert!(!stored.contains(&secret) && !written.contains(&secret));
    }
}

#[tokio::test]
async fn app_counts_only_after_its_first_code() {
    let service = Service::with(&[OPTIONAL]).await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    let confirm = async |code: &str| {
        let answer = device.mutate("confirmTotp", json!({ "totp": code })).await;
        kind(&answer).to_owned()
    };
    assert_eq!(
        confirm("123456").await,
        "ChallengeExpired",
        "nothing was started"
    );
    let started = device.mutate("startTotp", json!({})).await;
    let app = Authenticator::new(&started, &service.clock);
    assert_eq!(confirm(&app.wrong_code()).await, "InvalidProof");
    service.device().logged_in("ada@x.test").await;
    let (other, _) = service.device().logged_in("ada@x.test").await;
    let elsewhere = other
        .mutate("confirmTotp", json!({ "totp": app.code() }))
        .await;
    assert_eq!(
        kind(&elsewhere),
        "ChallengeExpired",
        "it belongs to one session"
    );
    assert_eq!(confirm(&app.code()).await, "RecoveryCodes");
    let answer = service.device().log_in("ada@x.test", PASSWORD).await;
    assert_eq!(kind(&answer), "MfaRequired");
    service.wait(600);
    assert_eq!(
        confirm(&app.code()).await,
        "ChallengeExpired",
        "it is confirmed already"
    );
}

#[tokio::test]
async fn first_code_is_refused_after_ten_minutes() {
    let service = Service::with(&[OPTIONAL]).await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    let started = device.mutate("startTotp", json!({})).await;
    let app = Authenticator::new(&started, &service.clock);
    service.wait(600);
    let answer = device
        .mutate("confirmTotp", json!({ "totp": app.code() }))
        .await;
    assert_eq!(kind(&answer), "ChallengeExpired");
}
