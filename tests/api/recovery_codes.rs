//! Recovery codes: ten, each of which is good once.

use serde_json::json;

use crate::races::{MANY, UNLIMITED, in_parallel, tally};
use crate::support::{PASSWORD, Service, kind};

const OPTIONAL: (&str, &str) = ("LATCHKEY_MFA", "optional");

#[tokio::test]
async fn ten_recovery_codes_are_each_good_once() {
    let service = Service::with(&[OPTIONAL]).await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    let (_, codes) = device.with_authenticator().await;
    assert_eq!(codes.len(), 10);
    for (spent, code) in codes.iter().enumerate() {
        let asked = service.device().log_in("ada@x.test", PASSWORD).await;
        let typed = code.to_uppercase().replace('-', " ");
        let answer = service
            .device()
            .complete(&asked, json!({ "recoveryCode": typed }))
            .await;
        let (device, _) = service.device().signed_in_by(&answer);
        let left = device.mfa().await["recoveryCodesLeft"].clone();
        assert_eq!(left, json!(9 - spent));
        let asked = service.device().log_in("ada@x.test", PASSWORD).await;
        let again = service
            .device()
            .complete(&asked, json!({ "recoveryCode": code }))
            .await;
        assert_eq!(kind(&again), "InvalidProof");
    }
    let asked = service.device().log_in("ada@x.test", PASSWORD).await;
    assert_eq!(asked["methods"], json!(["TOTP"]));
}

#[tokio::test]
async fn new_codes_void_the_ones_before() {
    let service = Service::with(&[OPTIONAL]).await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    let (_, old) = device.with_authenticator().await;
    let document = "mutation { regenerateRecoveryCodes { ... on RecoveryCodes { codes } } }";
    let reply = device.post(document, json!({})).await;
    let new = reply.json["data"]["regenerateRecoveryCodes"]["codes"].clone();
    for (code, expected) in [
        (json!(old[0]), "InvalidProof"),
        (new[0].clone(), "Authenticated"),
    ] {
        let asked = service.device().log_in("ada@x.test", PASSWORD).await;
        let answer = service
            .device()
            .complete(&asked, json!({ "recoveryCode": code }))
            .await;
        assert_eq!(kind(&answer), expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_logins_with_one_recovery_code_have_one_winner() {
    let service = Service::with(&[OPTIONAL, UNLIMITED]).await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    let (_, codes) = device.with_authenticator().await;
    let mut challenges = Vec::new();
    for _ in 0..10 {
        let asked = service.device().log_in("ada@x.test", PASSWORD).await;
        challenges.push(asked["challenge"].clone());
    }
    let answers = in_parallel(&service.device(), "completeLogin", |index| {
        json!({ "challenge": challenges[index % 10], "proof": { "recoveryCode": codes[0] } })
    })
    .await;
    let tally = tally(&answers);
    assert_eq!(tally.get("Authenticated"), Some(&1), "{tally:?}");
    let refused = ["InvalidProof", "ChallengeExpired"].map(|it| tally.get(it).copied());
    assert_eq!(
        refused.iter().flatten().sum::<usize>(),
        MANY - 1,
        "{tally:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_logins_with_one_totp_have_one_winner() {
    let service = Service::with(&[OPTIONAL, UNLIMITED]).await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    let (app, _) = device.with_authenticator().await;
    service.wait(30);
    let mut challenges = Vec::new();
    for _ in 0..10 {
        let asked = service.device().log_in("ada@x.test", PASSWORD).await;
        challenges.push(asked["challenge"].clone());
    }
    let answers = in_parallel(
        &service.device(),
        "completeLogin",
        |index| json!({ "challenge": challenges[index % 10], "proof": { "totp": app.code() } }),
    )
    .await;
    assert_eq!(tally(&answers).get("Authenticated"), Some(&1));
}
