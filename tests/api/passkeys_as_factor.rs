//! Passkeys as a second factor, and as a recent proof.

use serde_json::{Value, json};

use crate::support::{
    Authenticator, Device, Key, ORIGIN, PASSKEYS, PASSWORD, Passkey, Service, kind,
};

const OPTIONAL: (&str, &str) = ("LATCHKEY_MFA", "optional");
const REQUIRED: (&str, &str) = ("LATCHKEY_MFA", "required");

async fn start(mfa: (&str, &str)) -> Service {
    Service::with(&[&PASSKEYS[..], &[mfa]].concat()).await
}

async fn with_passkey() -> (Service, Device, Passkey) {
    let service = start(OPTIONAL).await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    let passkey = device.with_passkey(Key::ed25519()).await;
    (service, device, passkey)
}

/// Adds a passkey with the challenge of a sign-in, and returns it with the answer.
async fn set_up(device: &Device, asked: &Value) -> (Passkey, Value) {
    assert_eq!(kind(asked), "MfaSetupRequired", "{asked}");
    let input = json!({ "challenge": asked["challenge"] });
    let started = device.mutate("startPasskeyRegistration", input).await;
    let (passkey, answer) = Passkey::create(&started["options"], ORIGIN, Key::ed25519());
    (passkey, device.finish_registration(&started, &answer).await)
}

#[tokio::test]
async fn password_login_asks_for_the_passkey() {
    let (service, _, passkey) = with_passkey().await;
    let guest = service.device();
    let asked = guest.log_in("ada@x.test", PASSWORD).await;
    assert_eq!(asked["methods"], json!(["PASSKEY"]));
    let proof = guest.passkey_proof(&passkey).await;
    let answer = guest.complete(&asked, proof.clone()).await;
    let (device, _) = guest.signed_in_by(&answer);
    let user = device.me().await.unwrap();
    let sessions = user["sessions"].as_array().unwrap().iter();
    let current = sessions.clone().find(|it| it["current"] == true).unwrap();
    assert_eq!(current["methods"], json!(["PASSWORD", "PASSKEY"]));
    let asked = guest.log_in("ada@x.test", PASSWORD).await;
    let again = guest.complete(&asked, proof).await;
    assert_eq!(kind(&again), "InvalidProof", "the handle is used");
}

#[tokio::test]
async fn passkey_of_another_account_completes_nothing() {
    let (service, _, _) = with_passkey().await;
    let (bob, _) = service.device().signed_up("bob@x.test").await;
    let other = bob.with_passkey(Key::ed25519()).await;
    let asked = service.device().log_in("ada@x.test", PASSWORD).await;
    for _ in 0..5 {
        let proof = service.device().passkey_proof(&other).await;
        let answer = service.device().complete(&asked, proof).await;
        assert_eq!(kind(&answer), "InvalidProof");
    }
    let proof = service.device().passkey_proof(&other).await;
    let answer = service.device().complete(&asked, proof).await;
    assert_eq!(kind(&answer), "ChallengeExpired", "five tries");
}

#[tokio::test]
async fn passkey_is_not_asked_for_where_factors_are_off() {
    let service = Service::with(&PASSKEYS).await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    let passkey = device.with_passkey(Key::ed25519()).await;
    let answer = service.device().log_in("ada@x.test", PASSWORD).await;
    assert_eq!(kind(&answer), "Authenticated");
    let answer = service.device().log_in_with(&passkey).await;
    assert_eq!(kind(&answer), "Authenticated");
}

#[tokio::test]
async fn account_with_app_and_passkey_takes_either() {
    let (service, device, passkey) = with_passkey().await;
    let (app, _) = device.with_authenticator().await;
    service.wait(30);
    assert_eq!(
        device.passkeys().await.0.len(),
        1,
        "the app replaces no passkey"
    );
    let asked = service.device().log_in("ada@x.test", PASSWORD).await;
    assert_eq!(
        asked["methods"],
        json!(["TOTP", "RECOVERY_CODE", "PASSKEY"])
    );
    let answer = service
        .device()
        .complete(&asked, json!({ "totp": app.code() }))
        .await;
    assert_eq!(kind(&answer), "Authenticated");
    let answer = service.device().log_in_with(&passkey).await;
    assert_eq!(kind(&answer), "Authenticated", "it is two factors");
    assert_eq!(device.run("disableTotp").await, "TotpDisabled");
    let asked = service.device().log_in("ada@x.test", PASSWORD).await;
    assert_eq!(asked["methods"], json!(["PASSKEY"]));
}

#[tokio::test]
async fn passkey_satisfies_a_required_factor() {
    let service = start(REQUIRED).await;
    let device = service.device();
    let asked = device.sign_up("ada@x.test").await;
    let (passkey, added) = set_up(&device, &asked).await;
    assert_eq!(kind(&added), "PasskeyRegistered", "{added}");
    let (signed_in, _) = device.signed_in_by(&added["authenticated"]);
    let user = signed_in.me().await.unwrap();
    assert_eq!(
        user["sessions"][0]["methods"],
        json!(["PASSWORD", "PASSKEY"])
    );
    let answer = device.log_in_with(&passkey).await;
    assert_eq!(kind(&answer), "Authenticated");
    let asked = device.log_in("ada@x.test", PASSWORD).await;
    assert_eq!(kind(&asked), "MfaRequired");
    let (passkeys, _) = signed_in.passkeys().await;
    let input = json!({ "passkeyId": passkeys[0]["id"] });
    let last = signed_in.mutate("removePasskey", input.clone()).await;
    assert_eq!(kind(&last), "LastSignInMethod");
    signed_in.with_authenticator().await;
    let removed = signed_in.mutate("removePasskey", input).await;
    assert_eq!(kind(&removed), "UserUpdated");
    assert_eq!(signed_in.run("disableTotp").await, "NotAvailable");
}

#[tokio::test]
async fn required_app_can_go_while_a_passkey_stays() {
    let service = start(REQUIRED).await;
    let device = service.device();
    let asked = device.sign_up("ada@x.test").await;
    let (_, added) = set_up(&device, &asked).await;
    let (signed_in, _) = device.signed_in_by(&added["authenticated"]);
    signed_in.with_authenticator().await;
    assert_eq!(signed_in.run("disableTotp").await, "TotpDisabled");
}

#[tokio::test]
async fn later_sign_in_cannot_add_a_second_first_factor() {
    let service = start(REQUIRED).await;
    let device = service.device();
    let first = device.sign_up("ada@x.test").await;
    let second = device.log_in("ada@x.test", PASSWORD).await;
    let input = json!({ "challenge": second["challenge"] });
    let late = device
        .mutate("startPasskeyRegistration", input.clone())
        .await;
    set_up(&device, &first).await;
    let (_, answer) = Passkey::create(&late["options"], ORIGIN, Key::ed25519());
    let refused = device.finish_registration(&late, &answer).await;
    assert_eq!(kind(&refused), "ChallengeExpired");
    let again = device.mutate("startPasskeyRegistration", input).await;
    assert_eq!(kind(&again), "ChallengeExpired");
}

#[tokio::test]
async fn wrong_answers_use_up_the_challenge_of_a_setup() {
    let service = start(REQUIRED).await;
    let device = service.device();
    let asked = device.sign_up("ada@x.test").await;
    let input = json!({ "challenge": asked["challenge"] });
    let started = device.mutate("startPasskeyRegistration", input).await;
    let (mut passkey, _) = Passkey::create(&started["options"], ORIGIN, Key::ed25519());
    "https://evil.test".clone_into(&mut passkey.origin);
    let answer = passkey.register(&started["options"]);
    for expected in [["InvalidProof"; 5].as_slice(), &["ChallengeExpired"]].concat() {
        let refused = device.finish_registration(&started, &answer).await;
        assert_eq!(kind(&refused), expected);
    }
}

#[tokio::test]
async fn passkey_makes_its_own_session_fresh() {
    let (service, device, passkey) = with_passkey().await;
    let (other, _) = device.signed_in_by(&device.log_in_with(&passkey).await);
    service.wait(601);
    let stale = device.mutate("startPasskeyRegistration", json!({})).await;
    assert_eq!(stale["methods"], json!(["PASSKEY"]));
    let prove = async |device: &Device, proof: &Value| {
        let answer = device
            .mutate("reauthenticate", json!({ "proof": proof }))
            .await;
        kind(&answer).to_owned()
    };
    let guests = service.device().passkey_proof(&passkey).await;
    assert_eq!(
        prove(&device, &guests).await,
        "ChallengeExpired",
        "of no session"
    );
    let proof = device.passkey_proof(&passkey).await;
    assert_eq!(
        prove(&other, &proof).await,
        "ChallengeExpired",
        "of another session"
    );
    assert_eq!(prove(&device, &proof).await, "Reauthenticated");
    assert_eq!(prove(&device, &proof).await, "ChallengeExpired", "used");
    let password = json!({ "password": PASSWORD });
    assert_eq!(prove(&device, &password).await, "NotAvailable");
    let mut wrong = device.passkey_proof(&passkey).await;
    wrong["passkey"]["credential"]["response"]["signature"] = json!("AAAA");
    assert_eq!(prove(&device, &wrong).await, "InvalidProof");
    device.start_registration().await;
    let stale = other.mutate("startPasskeyRegistration", json!({})).await;
    assert_eq!(kind(&stale), "ReauthenticationRequired");
}

#[tokio::test]
async fn passkey_of_a_session_also_signs_in() {
    let (_, device, passkey) = with_passkey().await;
    let answer = device.log_in_with(&passkey).await;
    assert_eq!(kind(&answer), "Authenticated");
}

#[tokio::test]
async fn password_or_passkey_proves_where_factors_are_off() {
    let service = Service::with(&PASSKEYS).await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    let passkey = device.with_passkey(Key::ed25519()).await;
    for proof in [
        json!({ "password": PASSWORD }),
        device.passkey_proof(&passkey).await,
    ] {
        let answer = device
            .mutate("reauthenticate", json!({ "proof": proof }))
            .await;
        assert_eq!(kind(&answer), "Reauthenticated", "{answer}");
    }
}

#[tokio::test]
async fn new_passkey_ends_the_trust_in_browsers() {
    let (service, device, passkey) = with_passkey().await;
    let asked = service.device().log_in("ada@x.test", PASSWORD).await;
    let proof = service.device().passkey_proof(&passkey).await;
    let input = json!({
        "challenge": asked["challenge"], "proof": proof, "trustBrowser": true, "delivery": "COOKIE",
    });
    service.device().mutate("completeLogin", input).await;
    let trusted = async || {
        let account = service.account("ada@x.test").await;
        account.user().unwrap().factors.trusted_browsers.len()
    };
    assert_eq!(trusted().await, 1);
    device.with_passkey(Key::es256()).await;
    assert_eq!(trusted().await, 0);
}

#[tokio::test]
async fn app_cannot_be_confirmed_after_a_first_passkey() {
    let service = start(REQUIRED).await;
    let device = service.device();
    let asked = device.sign_up("ada@x.test").await;
    let input = json!({ "challenge": asked["challenge"] });
    let started = device.mutate("startTotp", input).await;
    let app = Authenticator::new(&started, &service.clock);
    set_up(&device, &asked).await;
    let input = json!({ "totp": app.code(), "challenge": asked["challenge"] });
    let refused = device.mutate("confirmTotp", input).await;
    assert_eq!(kind(&refused), "ChallengeExpired");
}
