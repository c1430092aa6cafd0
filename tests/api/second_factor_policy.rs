//! `LATCHKEY_MFA`: each way in asks for what the policy wants.

use latchkey::model::Role;
use serde_json::{Value, json};

use crate::support::{
    Authenticator, Device, PASSWORD, Service, kind, recovery_codes, sign_up_input,
};

const OPTIONAL: (&str, &str) = ("LATCHKEY_MFA", "optional");
const REQUIRED: (&str, &str) = ("LATCHKEY_MFA", "required");
const STRICT: (&str, &str) = ("LATCHKEY_VERIFY_EMAIL_FIRST", "true");

/// Sets up an app with the challenge of a sign-in, and returns the app and the confirmation.
async fn set_up(device: &Device, asked: &Value) -> (Authenticator, Value) {
    assert_eq!(kind(asked), "MfaSetupRequired", "{asked}");
    let challenge = &asked["challenge"];
    let started = device
        .mutate("startTotp", json!({ "challenge": challenge }))
        .await;
    let app = Authenticator::new(&started, &device.service.clock);
    let input = json!({ "challenge": challenge, "totp": app.code() });
    let confirmed = device.mutate("confirmTotp", input).await;
    (app, confirmed)
}

/// Signs up under the verify-first policy, and returns the answer of `verifyEmail`.
async fn verified_sign_up(service: &Service, email: &str) -> Value {
    let device = service.device();
    let accepted = device.mutate("signup", sign_up_input(email)).await;
    let code = service.code_for(email).await;
    let input = json!({ "email": email, "code": code, "ticket": accepted["ticket"] });
    device.mutate("verifyEmail", input).await
}

#[tokio::test]
async fn policy_reports_the_rule_for_second_factors() {
    for (value, mfa, totp) in [
        ("off", "OFF", false),
        ("optional", "OPTIONAL", true),
        ("required", "REQUIRED", true),
        ("required-for-admin", "REQUIRED_FOR_ADMIN", true),
    ] {
        let service = Service::with(&[("LATCHKEY_MFA", value)]).await;
        let reply = service
            .device()
            .post("{ policy { mfa totp } }", json!({}))
            .await;
        assert_eq!(
            reply.json["data"]["policy"],
            json!({ "mfa": mfa, "totp": totp })
        );
    }
}

#[tokio::test]
async fn required_factor_is_set_up_before_any_token() {
    let service = Service::with(&[REQUIRED]).await;
    let device = service.device();
    let asked = device.sign_up("ada@x.test").await;
    let asked_again = device.log_in("ada@x.test", PASSWORD).await;
    assert_eq!(kind(&asked_again), "MfaSetupRequired");
    assert!(
        service
            .account("ada@x.test")
            .await
            .user()
            .unwrap()
            .sessions
            .is_empty()
    );
    let (app, confirmed) = set_up(&device, &asked).await;
    assert_eq!(recovery_codes(&confirmed).len(), 10);
    let (signed_in, _) = device.signed_in_by(&confirmed["authenticated"]);
    let user = signed_in.me().await.unwrap();
    assert_eq!(signed_in.mfa().await["requiredByPolicy"], true);
    assert_eq!(user["sessions"][0]["methods"], json!(["PASSWORD", "TOTP"]));
    assert_eq!(signed_in.run("disableTotp").await, "NotAvailable");
    service.wait(30);
    let asked = device.log_in("ada@x.test", PASSWORD).await;
    let answer = device.complete(&asked, json!({ "totp": app.code() })).await;
    assert_eq!(kind(&answer), "Authenticated");
    let subjects = service.received_emails().await;
    assert!(
        subjects
            .iter()
            .all(|it| it.subject != "New device on your account")
    );
}

#[tokio::test]
async fn later_sign_in_cannot_replace_a_first_factor() {
    let service = Service::with(&[REQUIRED]).await;
    let device = service.device();
    let (first, second) = (
        device.sign_up("ada@x.test").await,
        device.log_in("ada@x.test", PASSWORD).await,
    );
    let challenge = &second["challenge"];
    let started = device
        .mutate("startTotp", json!({ "challenge": challenge }))
        .await;
    let other = Authenticator::new(&started, &service.clock);
    set_up(&device, &first).await;
    let input = json!({ "challenge": challenge, "totp": other.code() });
    assert_eq!(
        kind(&device.mutate("confirmTotp", input).await),
        "ChallengeExpired"
    );
    let again = device
        .mutate("startTotp", json!({ "challenge": challenge }))
        .await;
    assert_eq!(kind(&again), "ChallengeExpired");
}

#[tokio::test]
async fn challenge_of_a_setup_allows_five_wrong_codes() {
    let service = Service::with(&[REQUIRED]).await;
    let device = service.device();
    let challenge = device.sign_up("ada@x.test").await["challenge"].clone();
    let started = device
        .mutate("startTotp", json!({ "challenge": challenge }))
        .await;
    let app = Authenticator::new(&started, &service.clock);
    let confirm = async |code: String| {
        let input = json!({ "challenge": challenge, "totp": code });
        kind(&device.mutate("confirmTotp", input).await).to_owned()
    };
    for _ in 0..5 {
        assert_eq!(confirm(app.wrong_code()).await, "InvalidProof");
    }
    assert_eq!(confirm(app.code()).await, "ChallengeExpired");
}

#[tokio::test]
async fn challenges_are_not_taken_for_each_other() {
    let service = Service::with(&[REQUIRED]).await;
    let device = service.device();
    let setup = device.sign_up("ada@x.test").await;
    let (app, _) = set_up(&device, &setup).await;
    service.wait(30);
    let asked = device.log_in("ada@x.test", PASSWORD).await;
    let started = device
        .mutate("startTotp", json!({ "challenge": asked["challenge"] }))
        .await;
    assert_eq!(
        kind(&started),
        "ChallengeExpired",
        "it is no challenge of a setup"
    );
    let other = device.sign_up("bob@x.test").await;
    let input = json!({ "challenge": other["challenge"], "proof": { "totp": app.code() } });
    let answer = device.mutate("completeLogin", input).await;
    assert_eq!(kind(&answer), "ChallengeExpired", "it waits for no proof");
}

#[tokio::test]
async fn every_way_in_asks_for_the_required_factor() {
    let service = Service::with(&[REQUIRED]).await;
    let strict = service.node(&[REQUIRED, STRICT]).await;
    let answers = [
        service.device().sign_up("ada@x.test").await,
        service.device().log_in("ada@x.test", PASSWORD).await,
        verified_sign_up(&strict, "bob@x.test").await,
        strict.device().log_in("bob@x.test", PASSWORD).await,
    ];
    for answer in &answers {
        assert_eq!(kind(answer), "MfaSetupRequired");
    }
    let (_, confirmed) = set_up(&strict.device(), &answers[2]).await;
    assert_eq!(kind(&confirmed["authenticated"]), "Authenticated");
    let answer = strict.device().log_in("bob@x.test", PASSWORD).await;
    assert_eq!(kind(&answer), "MfaRequired");
    let answer = strict.device().log_in("ada@x.test", PASSWORD).await;
    assert_eq!(kind(&answer), "EmailNotVerified", "the address comes first");
}

#[tokio::test]
async fn administrators_alone_need_a_factor_where_set() {
    let service = Service::with(&[("LATCHKEY_MFA", "required-for-admin")]).await;
    let device = service.device();
    assert_eq!(kind(&device.sign_up("ada@x.test").await), "Authenticated");
    let accounts = &service.app.accounts;
    accounts.set_role("ada@x.test", Role::Admin).await.unwrap();
    let asked = device.log_in("ada@x.test", PASSWORD).await;
    let (_, confirmed) = set_up(&device, &asked).await;
    let (signed_in, _) = device.signed_in_by(&confirmed["authenticated"]);
    assert_eq!(signed_in.run("disableTotp").await, "NotAvailable");
}

#[tokio::test]
async fn sessions_from_before_the_setting_go_on() {
    let service = Service::start().await;
    let (device, token) = service.device().signed_up("ada@x.test").await;
    let required = service.node(&[REQUIRED]).await;
    let device = required
        .device()
        .with_bearer(device.bearer.as_deref().unwrap());
    assert!(device.me().await.is_ok());
    assert_eq!(kind(&device.refresh(&token).await), "Authenticated");
    assert_eq!(
        kind(&device.log_in("ada@x.test", PASSWORD).await),
        "MfaSetupRequired"
    );
}

#[tokio::test]
async fn factor_is_asked_for_after_it_is_switched_off() {
    let service = Service::with(&[OPTIONAL]).await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    device.with_authenticator().await;
    let off = service.node(&[]).await;
    assert_eq!(
        kind(&off.device().log_in("ada@x.test", PASSWORD).await),
        "MfaRequired"
    );
    let device = off.device().with_bearer(device.bearer.as_deref().unwrap());
    let answer = device.mutate("startTotp", json!({})).await;
    assert_eq!(kind(&answer), "NotAvailable");
    assert_eq!(device.run("disableTotp").await, "TotpDisabled");
}

#[tokio::test]
async fn operators_reset_removes_factors_and_notifies_the_user() {
    let service = Service::with(&[OPTIONAL]).await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    let (app, _) = device.with_authenticator().await;
    service.wait(30);
    let asked = service.device().log_in("ada@x.test", PASSWORD).await;
    let before = service.emails_to("ada@x.test").await;
    let accounts = &service.app.accounts;
    accounts.reset_mfa("ada@x.test").await.unwrap();
    assert_eq!(service.emails_to("ada@x.test").await, before + 1);
    assert_eq!(device.me().await, Err("UNAUTHENTICATED".to_owned()));
    let answer = service
        .device()
        .complete(&asked, json!({ "totp": app.code() }))
        .await;
    assert_eq!(kind(&answer), "ChallengeExpired");
    assert_eq!(
        kind(&service.device().log_in("ada@x.test", PASSWORD).await),
        "Authenticated"
    );
    accounts.reset_mfa("ada@x.test").await.unwrap();
    assert_eq!(
        service.emails_to("ada@x.test").await,
        before + 1,
        "there was nothing to reset"
    );
}

#[tokio::test]
async fn account_to_be_deleted_asks_after_the_factor() {
    let service = Service::with(&[OPTIONAL]).await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    let (app, _) = device.with_authenticator().await;
    service.wait(30);
    service.delete_later("ada@x.test").await;
    let asked = service.device().log_in("ada@x.test", PASSWORD).await;
    let answer = service
        .device()
        .complete(&asked, json!({ "totp": app.code() }))
        .await;
    assert_eq!(kind(&answer), "DeletionPending");
}
