//! `me`: the signed-in user. An invalid bearer token is an error only where an operation needs a
//! caller.

use serde_json::json;

use crate::support::{Device, PASSWORD, Service, snapshot};

pub const UNAUTHENTICATED: &str = "UNAUTHENTICATED";

pub async fn signed_up() -> (Service, Device, String) {
    let service = Service::start().await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    let token = device.bearer.clone().unwrap();
    (service, device, token)
}

pub async fn code(device: &Device, token: &str) -> String {
    device
        .with_bearer(token)
        .me()
        .await
        .err()
        .unwrap_or_default()
}

#[tokio::test]
async fn me_returns_the_signed_in_user() {
    let (service, device, _) = signed_up().await;
    service.device().sign_up("bob@x.test").await;
    let answer = device.me().await.unwrap();
    insta::assert_snapshot!(snapshot(&answer), @r"
    createdAt: 2026-11-22T09:30:00.000Z
    email: ada@x.test
    emailVerified: false
    firstName: Ada
    gender: UNDISCLOSED
    hasPassword: true
    id: [user id]
    lastLoginAt: 2026-11-22T09:30:00.000Z
    lastName: Lovelace
    mobileNumber: null
    passwordChangedAt: 2026-11-22T09:30:00.000Z
    role: USER
    sessions[0].authenticatedAt: 2026-11-22T09:30:00.000Z
    sessions[0].createdAt: 2026-11-22T09:30:00.000Z
    sessions[0].current: true
    sessions[0].deviceName: null
    sessions[0].expiresAt: 2026-12-22T09:30:00.000Z
    sessions[0].id: [session id]
    sessions[0].ipAddress: 192.0.2.1
    sessions[0].lastUsedAt: 2026-11-22T09:30:00.000Z
    sessions[0].methods[0]: PASSWORD
    sessions[0].userAgent: null
    updatedAt: 2026-11-22T09:30:00.000Z
    ");
}

#[tokio::test]
async fn missing_token_answers_null_with_an_error_path() {
    let reply = Service::start()
        .await
        .device()
        .post("{ me { id } policy { codeLength } }", json!({}))
        .await;
    assert_eq!(
        reply.json["data"],
        json!({ "me": null, "policy": { "codeLength": 6 } })
    );
    assert_eq!(reply.json["errors"].as_array().unwrap().len(), 1);
    assert_eq!(reply.json["errors"][0]["path"], json!(["me"]));
    assert_eq!(reply.code(), UNAUTHENTICATED);
}

#[tokio::test]
async fn bearer_scheme_is_matched_case_insensitively() {
    let (service, _, token) = signed_up().await;
    for (header, signed_in) in [
        (format!("Bearer {token}"), true),
        (format!("bearer {token}"), true),
        (format!("BEARER  {token}"), true),
        (token.clone(), false),
        (format!("Basic {token}"), false),
        (format!("Token {token}"), false),
        (format!("Bearer {token} {token}"), false),
        (format!("Bearer \"{token}\""), false),
        ("Bearer".to_owned(), false),
        ("Bearer ".to_owned(), false),
        ("Bearer null".to_owned(), false),
    ] {
        let device = service.device().with_header("authorization", &header);
        assert_eq!(device.me().await.is_ok(), signed_in, "{header}");
    }
}

#[tokio::test]
async fn malformed_or_foreign_tokens_are_refused() {
    let (_, device, token) = signed_up().await;
    let (_, foreign, _) = signed_up().await;
    let (unsigned, _) = token.rsplit_once('.').unwrap();
    let foreign = foreign.bearer.unwrap();
    for wrong in [
        "x",
        "..",
        unsigned,
        &format!("{unsigned}."),
        &format!("{unsigned}.AAAA"),
        &format!("{token}."),
        &token[1..],
        &token[..token.len() - 1],
        &foreign,
        &format!("{unsigned}.{}", foreign.rsplit_once('.').unwrap().1),
        &"x".repeat(15_000),
    ] {
        assert_eq!(
            code(&device, wrong).await,
            UNAUTHENTICATED,
            "{}",
            &wrong[..wrong.len().min(80)]
        );
    }
    assert_eq!(code(&device, &token).await, "");
}

#[tokio::test]
async fn other_secrets_are_not_bearer_tokens() {
    let service = Service::start().await;
    let (device, refresh_token) = service.device().signed_up("ada@x.test").await;
    let strict = service
        .node(&[("LATCHKEY_VERIFY_EMAIL_FIRST", "true")])
        .await;
    let ticket = strict.device().sign_up("bob@x.test").await["ticket"]
        .as_str()
        .unwrap()
        .to_owned();
    for secret in [
        refresh_token,
        ticket,
        PASSWORD.to_owned(),
        strict.code_for("bob@x.test").await,
    ] {
        assert_eq!(code(&device, &secret).await, UNAUTHENTICATED);
    }
}

#[tokio::test]
async fn access_token_expires_with_seconds_of_leeway() {
    let (service, device, _) = signed_up().await;
    service.wait(14_400 - 1);
    assert!(device.me().await.is_ok());
    service.wait(7);
    assert_eq!(device.me().await, Err(UNAUTHENTICATED.to_owned()));
}
