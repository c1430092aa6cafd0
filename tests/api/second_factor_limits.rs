//! Wrong proofs of a second factor: five a challenge, and limits that outlast challenges.

use serde_json::{Value, json};

use crate::support::{Authenticator, Device, PASSWORD, Service, kind};

const OPTIONAL: (&str, &str) = ("LATCHKEY_MFA", "optional");

async fn with_app() -> (Service, String, Authenticator) {
    let service = Service::with(&[OPTIONAL]).await;
    let (device, refresh_token) = service.device().signed_up("ada@x.test").await;
    let (app, _) = device.with_authenticator().await;
    service.wait(30);
    (service, refresh_token, app)
}

async fn prove(device: &Device, asked: &Value, code: &str) -> String {
    let answer = device.complete(asked, json!({ "totp": code })).await;
    kind(&answer).to_owned()
}

/// Guesses with new challenges until the account's limit is used up.
async fn exhaust(device: &Device, app: &Authenticator) {
    for guesses in 1.. {
        let asked = device.log_in("ada@x.test", PASSWORD).await;
        if prove(device, &asked, &app.wrong_code()).await == "TooManyAttempts" {
            assert_eq!(guesses, 21);
            return;
        }
    }
}

#[tokio::test]
async fn challenge_allows_five_wrong_proofs_and_no_more() {
    let (service, _, app) = with_app().await;
    let device = service.device();
    let asked = device.log_in("ada@x.test", PASSWORD).await;
    for _ in 0..5 {
        assert_eq!(
            prove(&device, &asked, &app.wrong_code()).await,
            "InvalidProof"
        );
    }
    assert_eq!(
        prove(&device, &asked, &app.code()).await,
        "ChallengeExpired"
    );
    let asked = device.log_in("ada@x.test", PASSWORD).await;
    assert_eq!(prove(&device, &asked, &app.code()).await, "Authenticated");
}

#[tokio::test]
async fn limit_of_an_account_outlasts_challenges_for_a_day() {
    let (service, _, app) = with_app().await;
    exhaust(&service.device().at("198.51.100.7"), &app).await;
    let device = service.device();
    let asked = device.log_in("ada@x.test", PASSWORD).await;
    assert_eq!(prove(&device, &asked, &app.code()).await, "TooManyAttempts");
    service.wait(24 * 60 * 60);
    let asked = device.log_in("ada@x.test", PASSWORD).await;
    assert_eq!(prove(&device, &asked, &app.code()).await, "Authenticated");
}

#[tokio::test]
async fn known_device_is_not_locked_out_by_strangers() {
    let (service, refresh_token, app) = with_app().await;
    exhaust(&service.device().at("198.51.100.7"), &app).await;
    let input =
        json!({ "email": "ada@x.test", "password": PASSWORD, "refreshToken": refresh_token });
    let asked = service.device().mutate("login", input).await;
    assert_eq!(
        prove(&service.device(), &asked, &app.code()).await,
        "Authenticated"
    );
}

#[tokio::test]
async fn right_proofs_are_not_counted_as_guesses() {
    let (service, _, app) = with_app().await;
    for _ in 0..25 {
        let asked = service.device().log_in("ada@x.test", PASSWORD).await;
        assert_eq!(
            prove(&service.device(), &asked, &app.code()).await,
            "Authenticated"
        );
        service.wait(30);
    }
}

#[tokio::test]
async fn first_codes_of_an_app_are_limited_too() {
    let service = Service::with(&[OPTIONAL]).await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    let started = device.mutate("startTotp", json!({})).await;
    let app = Authenticator::new(&started, &service.clock);
    for guess in 0..31 {
        let input = json!({ "totp": app.wrong_code() });
        let answer = device.mutate("confirmTotp", input).await;
        let expected = if guess < 30 {
            "InvalidProof"
        } else {
            "TooManyAttempts"
        };
        assert_eq!(kind(&answer), expected, "{guess}");
    }
}
