//! `signup`: creates an account and signs its user in.

use serde_json::{Value, json};

use crate::support::{Device, PASSWORD, Service, kind, sign_up_input, snapshot};

/// Signs up with the usual input and some fields changed.
pub async fn sign_up_with(device: &Device, email: &str, inputs: Value) -> Value {
    let mut input = sign_up_input(email);
    input
        .as_object_mut()
        .unwrap()
        .extend(inputs.as_object().unwrap().clone());
    device.mutate("signup", input).await
}

#[tokio::test]
async fn new_user_is_signed_in_at_once() {
    let service = Service::start().await;
    let device = service.device().with_header("user-agent", "Firefox");
    let inputs =
        json!({ "firstName": " Ada ", "gender": "FEMALE", "mobileNumber": "+49 (151) 1234-5678" });
    let answer = sign_up_with(&device, " Ada@X.Test\n", inputs).await;
    insta::assert_snapshot!(snapshot(&answer), @r"
    __typename: Authenticated
    tokens.accessToken: [access token]
    tokens.expiresIn: 14400
    tokens.refreshToken: [refresh token]
    tokens.refreshTokenExpiresAt: 2026-12-22T09:30:00.000Z
    tokens.tokenType: Bearer
    user.createdAt: 2026-11-22T09:30:00.000Z
    user.email: ada@x.test
    user.emailVerified: false
    user.firstName: Ada
    user.gender: FEMALE
    user.hasPassword: true
    user.id: [user id]
    user.lastLoginAt: 2026-11-22T09:30:00.000Z
    user.lastName: Lovelace
    user.mobileNumber: +4915112345678
    user.passwordChangedAt: 2026-11-22T09:30:00.000Z
    user.role: USER
    user.sessions[0].authenticatedAt: 2026-11-22T09:30:00.000Z
    user.sessions[0].createdAt: 2026-11-22T09:30:00.000Z
    user.sessions[0].current: true
    user.sessions[0].deviceName: null
    user.sessions[0].expiresAt: 2026-12-22T09:30:00.000Z
    user.sessions[0].id: [session id]
    user.sessions[0].ipAddress: 192.0.2.1
    user.sessions[0].lastUsedAt: 2026-11-22T09:30:00.000Z
    user.sessions[0].methods[0]: PASSWORD
    user.sessions[0].userAgent: Firefox
    user.updatedAt: 2026-11-22T09:30:00.000Z
    ");
    let (device, refresh_token) = device.signed_in_by(&answer);
    assert_eq!(device.me().await.as_ref(), Ok(&answer["user"]));
    assert_eq!(kind(&device.refresh(&refresh_token).await), "Authenticated");
}

#[tokio::test]
async fn omitted_fields_take_their_defaults() {
    let device = Service::start().await.device();
    let answer = device.sign_up("ada@x.test").await;
    assert_eq!(answer["user"]["gender"], "UNDISCLOSED");
    assert_eq!(answer["user"]["mobileNumber"], Value::Null);
    assert!(answer["tokens"]["refreshToken"].is_string());
}

#[tokio::test]
async fn email_spellings_name_the_same_account() {
    let device = Service::start().await.device();
    device.sign_up("ada@exämple.test").await;
    let decomposed = "ada@exa\u{308}mple.test";
    for same in [
        "ada@exämple.test",
        "  ADA@EXÄMPLE.TEST ",
        decomposed,
        "ada@xn--exmple-cua.test",
    ] {
        assert_eq!(kind(&device.sign_up(same).await), "EmailTaken", "{same}");
        assert_eq!(
            kind(&device.log_in(same, PASSWORD).await),
            "Authenticated",
            "{same}"
        );
    }
}

#[tokio::test]
async fn plus_and_dots_make_another_email() {
    let device = Service::start().await.device();
    let mut ids = Vec::new();
    for email in ["ab@x.test", "ab+1@x.test", "a.b@x.test"] {
        let (mut inputs, password) = (json!({}), format!("{PASSWORD} of {email}"));
        inputs["password"] = json!(password);
        sign_up_with(&device, email, inputs).await;
        let answer = device.log_in(email, &password).await;
        assert_eq!(answer["user"]["email"], email);
        ids.push(answer["user"]["id"].clone());
        assert_eq!(
            kind(&device.log_in(email, PASSWORD).await),
            "InvalidCredentials"
        );
    }
    ids.dedup();
    assert_eq!(ids.len(), 3);
}

#[tokio::test]
async fn mobile_number_is_unique_but_optional() {
    let device = Service::start().await.device();
    let number = |number: Value| json!({ "mobileNumber": number });
    sign_up_with(&device, "ada@x.test", number(json!("+4915112345678"))).await;
    let taken = sign_up_with(&device, "bob@x.test", number(json!("+49 151 12345678"))).await;
    assert_eq!(kind(&taken), "MobileNumberTaken");
    for email in ["bob@x.test", "eve@x.test"] {
        assert_eq!(
            kind(&sign_up_with(&device, email, number(Value::Null)).await),
            "Authenticated",
            "{email}"
        );
    }
}

#[tokio::test]
async fn client_is_limited_to_thirty_signups_an_hour() {
    let service = Service::start().await;
    let device = service.device().at("2001:db8:1:2::1");
    for index in 0..30 {
        assert_eq!(
            kind(&device.sign_up(&format!("user{index}@x.test")).await),
            "Authenticated",
            "{index}"
        );
    }
    let refused = device.sign_up("ada@x.test").await;
    assert_eq!(kind(&refused), "TooManyAttempts");
    assert_eq!(refused["retryAfterSeconds"], 3600);
    assert_eq!(
        kind(
            &device
                .at("2001:db8:1:2:ffff::9")
                .sign_up("ada@x.test")
                .await
        ),
        "TooManyAttempts"
    );
    assert_eq!(
        kind(&device.at("2001:db8:1:3::1").sign_up("ada@x.test").await),
        "Authenticated"
    );
    service.wait(3600);
    assert_eq!(kind(&device.sign_up("bob@x.test").await), "Authenticated");
}
