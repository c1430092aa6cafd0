//! `startLogin` and `loginWithCode`: an emailed code instead of a password.

use serde_json::{Value, json};

use crate::races::{MANY, UNLIMITED, in_parallel, tally};
use crate::support::{Device, PASSWORD, Service, kind};

const BY_CODE: (&str, &str) = ("LATCHKEY_LOGIN_BY_CODE", "true");

async fn start(device: &Device, email: &str) -> Value {
    let sent = device.mutate("startLogin", json!({ "email": email })).await;
    assert_eq!(kind(&sent), "LoginCodeSent", "{sent}");
    sent
}

fn input(code: &str, sent: &Value) -> Value {
    json!({ "email": "ada@x.test", "code": code, "ticket": sent["ticket"] })
}

/// Verifies the address with the session that signed up.
async fn verify(device: &Device) {
    device
        .mutate("sendVerificationCode", json!({ "email": "ada@x.test" }))
        .await;
    let code = device.service.code_for("ada@x.test").await;
    let verified = device
        .mutate(
            "verifyEmail",
            json!({ "email": "ada@x.test", "code": code }),
        )
        .await;
    assert_eq!(kind(&verified), "EmailVerified");
}

async fn with_account() -> (Service, Device) {
    let service = Service::with(&[BY_CODE, ("LATCHKEY_MFA", "optional")]).await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    verify(&device).await;
    (service, device)
}

#[tokio::test]
async fn code_logs_in_once_and_keeps_the_account() {
    let (service, before) = with_account().await;
    let device = service.device();
    let sent = start(&device, " ADA@x.test").await;
    assert_eq!(
        (&sent["email"], &sent["expiresInSeconds"]),
        (&json!("ada@x.test"), &json!(600))
    );
    let code = service.code_for("ada@x.test").await;
    let answer = device.mutate("loginWithCode", input(&code, &sent)).await;
    let (signed_in, _) = device.signed_in_by(&answer);
    let user = signed_in.me().await.unwrap();
    assert_eq!(user["hasPassword"], true);
    assert_eq!(user["sessions"].as_array().unwrap().len(), 2);
    assert!(before.me().await.is_ok());
    let again = device.mutate("loginWithCode", input(&code, &sent)).await;
    assert_eq!(kind(&again), "InvalidCode");
}

#[tokio::test]
async fn code_is_good_with_its_own_ticket_only() {
    let (service, _) = with_account().await;
    let device = service.device();
    let first = start(&device, "ada@x.test").await;
    let code = service.code_for("ada@x.test").await;
    let second = start(&device.at("198.51.100.1"), "ada@x.test").await;
    for wrong in [second["ticket"].clone(), json!("x"), json!("")] {
        let wrong = json!({ "email": "ada@x.test", "code": code, "ticket": wrong });
        assert_eq!(
            kind(&device.mutate("loginWithCode", wrong).await),
            "InvalidCode"
        );
    }
    let answer = device.mutate("loginWithCode", input(&code, &first)).await;
    assert_eq!(
        kind(&answer),
        "Authenticated",
        "a later request voids no earlier one"
    );
}

#[tokio::test]
async fn five_wrong_codes_void_the_right_one() {
    let (service, _) = with_account().await;
    let device = service.device();
    let sent = start(&device, "ada@x.test").await;
    let code = service.code_for("ada@x.test").await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        device.mutate("loginWithCode", input(wrong, &sent)).await;
    }
    let answer = device.mutate("loginWithCode", input(&code, &sent)).await;
    assert_eq!(kind(&answer), "InvalidCode");
}

#[tokio::test]
async fn unknown_address_gets_the_same_answer_without_an_email() {
    let (service, _) = with_account().await;
    let before = service.received_emails().await.len();
    let sent = start(&service.device(), "nobody@x.test").await;
    assert_eq!(sent["ticket"].as_str().unwrap().len(), 43);
    let known = start(&service.device(), "ada@x.test").await;
    assert_eq!(known["ticket"].as_str().unwrap().len(), 43);
    assert_eq!(service.received_emails().await.len(), before + 1);
    let wrong = json!({ "email": "nobody@x.test", "code": "000000", "ticket": sent["ticket"] });
    assert_eq!(
        kind(&service.device().mutate("loginWithCode", wrong).await),
        "InvalidCode"
    );
}

#[tokio::test]
async fn code_is_a_first_factor_and_no_second() {
    let (service, before) = with_account().await;
    let (app, _) = before.with_authenticator().await;
    service.wait(30);
    let device = service.device();
    let sent = start(&device, "ada@x.test").await;
    let code = service.code_for("ada@x.test").await;
    let asked = device.mutate("loginWithCode", input(&code, &sent)).await;
    let answer = device.complete(&asked, json!({ "totp": app.code() })).await;
    let (signed_in, _) = device.signed_in_by(&answer);
    let sessions = signed_in.me().await.unwrap()["sessions"].clone();
    let methods = sessions
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["methods"].clone());
    assert!(
        methods
            .collect::<Vec<_>>()
            .contains(&json!(["EMAIL_CODE", "TOTP"]))
    );
}

#[tokio::test]
async fn first_proof_from_outside_voids_what_was_there() {
    let service = Service::with(&[BY_CODE, ("LATCHKEY_MFA", "optional")]).await;
    let (stranger, _) = service
        .device()
        .at("198.51.100.1")
        .signed_up("ada@x.test")
        .await;
    stranger.with_authenticator().await;
    let device = service.device();
    let sent = start(&device, "ada@x.test").await;
    let code = service.code_for("ada@x.test").await;
    let answer = device.mutate("loginWithCode", input(&code, &sent)).await;
    let (owner, _) = device.signed_in_by(&answer);
    assert_eq!(stranger.me().await, Err("UNAUTHENTICATED".to_owned()));
    let user = owner.me().await.unwrap();
    assert_eq!(
        (&user["emailVerified"], &user["hasPassword"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(owner.mfa().await["totp"], false);
    assert_eq!(
        kind(&stranger.log_in("ada@x.test", PASSWORD).await),
        "InvalidCredentials"
    );
}

#[tokio::test]
async fn feature_is_not_available_unless_switched_on() {
    let service = Service::start().await;
    let device = service.device();
    let sent = device
        .mutate("startLogin", json!({ "email": "ada@x.test" }))
        .await;
    assert_eq!(kind(&sent), "NotAvailable");
    let answer = device
        .mutate("loginWithCode", input("123456", &json!({ "ticket": "x" })))
        .await;
    assert_eq!(kind(&answer), "NotAvailable");
    let on = Service::with(&[BY_CODE]).await;
    let reply = on
        .device()
        .post("{ policy { loginByCode } }", json!({}))
        .await;
    assert_eq!(reply.json["data"]["policy"]["loginByCode"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_logins_with_one_code_have_one_winner() {
    let service = Service::with(&[BY_CODE, UNLIMITED]).await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    verify(&device).await;
    let sent = start(&service.device(), "ada@x.test").await;
    let code = service.code_for("ada@x.test").await;
    let answers = in_parallel(&service.device(), "loginWithCode", |_| input(&code, &sent)).await;
    assert_eq!(tally(&answers).get("Authenticated"), Some(&1));
    assert_eq!(tally(&answers).get("InvalidCode"), Some(&(MANY - 1)));
}
