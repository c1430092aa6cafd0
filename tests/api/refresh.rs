//! `refresh`: exchanges a refresh token for a new access token and the next refresh token.

use serde_json::{Value, json};

use crate::support::{Device, Service, kind, snapshot};

/// Exchanges a valid token and returns its successor.
async fn next(device: &Device, token: &str) -> String {
    let answer = device.refresh(token).await;
    assert_eq!(kind(&answer), "Authenticated", "{answer}");
    answer["tokens"]["refreshToken"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn refresh_continues_the_session_with_new_tokens() {
    let service = Service::start().await;
    let device = service.device().with_header("user-agent", "Firefox");
    let (device, first) = device.signed_up("ada@x.test").await;
    let session = device.me().await.unwrap()["sessions"][0].clone();
    service.wait(3600);
    let elsewhere = service.device().at("198.51.100.7");
    let elsewhere = elsewhere.with_header("user-agent", "Firefox 2");
    let answer = elsewhere.refresh(&first).await;
    assert_ne!(answer["tokens"]["refreshToken"], first.as_str());
    assert_ne!(
        answer["tokens"]["accessToken"].as_str(),
        device.bearer.as_deref()
    );
    insta::assert_snapshot!(snapshot(&answer), @r"
    __typename: Authenticated
    tokens.accessToken: [access token]
    tokens.expiresIn: 14400
    tokens.refreshToken: [refresh token]
    tokens.refreshTokenExpiresAt: 2026-12-22T10:30:00.000Z
    tokens.tokenType: Bearer
    user.createdAt: 2026-11-22T09:30:00.000Z
    user.email: ada@x.test
    user.emailVerified: false
    user.firstName: Ada
    user.gender: UNDISCLOSED
    user.hasPassword: true
    user.id: [user id]
    user.lastLoginAt: 2026-11-22T09:30:00.000Z
    user.lastName: Lovelace
    user.mobileNumber: null
    user.passwordChangedAt: 2026-11-22T09:30:00.000Z
    user.role: USER
    user.sessions[0].authenticatedAt: 2026-11-22T09:30:00.000Z
    user.sessions[0].createdAt: 2026-11-22T09:30:00.000Z
    user.sessions[0].current: true
    user.sessions[0].deviceName: null
    user.sessions[0].expiresAt: 2026-12-22T10:30:00.000Z
    user.sessions[0].id: [session id]
    user.sessions[0].ipAddress: 198.51.100.7
    user.sessions[0].lastUsedAt: 2026-11-22T10:30:00.000Z
    user.sessions[0].methods[0]: PASSWORD
    user.sessions[0].userAgent: Firefox 2
    user.updatedAt: 2026-11-22T09:30:00.000Z
    ");
    assert_eq!(answer["user"]["sessions"][0]["id"], session["id"]);
    let (device, _) = device.signed_in_by(&answer);
    assert_eq!(device.me().await.as_ref(), Ok(&answer["user"]));
}

#[tokio::test]
async fn expired_access_token_does_not_break_refresh() {
    let service = Service::start().await;
    let (device, token) = service.device().signed_up("ada@x.test").await;
    service.wait(20_000);
    assert_eq!(device.me().await, Err("UNAUTHENTICATED".to_owned()));
    assert_eq!(kind(&device.refresh(&token).await), "Authenticated");
}

#[tokio::test]
async fn session_lives_while_it_is_refreshed_in_time() {
    let service = Service::start().await;
    let (device, mut token) = service.device().signed_up("ada@x.test").await;
    for _ in 0..3 {
        service.wait(2_592_000 - 1);
        token = next(&device, &token).await;
    }
    service.wait(2_592_000);
    assert_eq!(kind(&device.refresh(&token).await), "InvalidRefreshToken");
    assert_eq!(service.emails_to("ada@x.test").await, 0);
}

#[tokio::test]
async fn repeated_refresh_within_grace_returns_the_same_successor() {
    let service = Service::start().await;
    let (device, first) = service.device().signed_up("ada@x.test").await;
    let second = next(&device, &first).await;
    service.wait(9);
    assert_eq!(next(&device, &first).await, second);
    assert_eq!(next(&device, &first).await, second);
    service.wait(3600);
    let third = next(&device, &second).await;
    assert_ne!(third, second);
}

#[tokio::test]
async fn reused_token_ends_its_session_and_emails_the_owner() {
    let service = Service::start().await;
    let (device, first) = service.device().signed_up("ada@x.test").await;
    let (other_device, other) = service.device().logged_in("ada@x.test").await;
    let second = next(&device, &first).await;
    service.wait(60);
    let third = next(&device, &second).await;
    service.wait(60);
    for token in [&first, &third, &second] {
        assert_eq!(kind(&device.refresh(token).await), "InvalidRefreshToken");
    }
    assert_eq!(device.me().await, Err("UNAUTHENTICATED".to_owned()));
    assert!(other_device.me().await.is_ok());
    next(&other_device, &other).await;
    let messages = service.received_emails().await;
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0].topic, "One of your sessions was ended");
}

#[tokio::test]
async fn reuse_after_the_grace_ends_the_session() {
    let service = Service::start().await;
    let (device, first) = service.device().signed_up("ada@x.test").await;
    let second = next(&device, &first).await;
    service.wait(10);
    assert_eq!(kind(&device.refresh(&first).await), "InvalidRefreshToken");
    assert_eq!(kind(&device.refresh(&second).await), "InvalidRefreshToken");
}

#[tokio::test]
async fn grace_does_not_cover_a_used_successor() {
    let device = Service::start().await.device();
    let (device, first) = device.signed_up("ada@x.test").await;
    let second = next(&device, &first).await;
    let third = next(&device, &second).await;
    assert_eq!(kind(&device.refresh(&first).await), "InvalidRefreshToken");
    assert_eq!(kind(&device.refresh(&third).await), "InvalidRefreshToken");
    assert_eq!(device.me().await, Err("UNAUTHENTICATED".to_owned()));
}

#[tokio::test]
async fn malformed_or_foreign_refresh_tokens_are_refused() {
    let service = Service::start().await;
    let (device, token) = service.device().signed_up("ada@x.test").await;
    let (_, foreign) = Service::start()
        .await
        .device()
        .signed_up("ada@x.test")
        .await;
    let access_token = device.bearer.clone().unwrap();
    let cut = &token[..token.len() - 1];
    for wrong in [
        "",
        "lkr_",
        "lkr_AAAA",
        " ",
        "token",
        cut,
        &token[4..],
        &token.to_uppercase(),
        &foreign,
        &access_token,
    ] {
        assert_eq!(
            kind(&device.refresh(wrong).await),
            "InvalidRefreshToken",
            "{wrong}"
        );
    }
    for absent in [json!({}), json!({ "refreshToken": null })] {
        assert_eq!(
            kind(&device.mutate("refresh", absent).await),
            "InvalidRefreshToken"
        );
    }
    assert_eq!(kind(&device.refresh(&token).await), "Authenticated");
}

#[tokio::test]
async fn token_of_an_ended_session_raises_no_alarm() {
    let service = Service::start().await;
    let (device, token) = service.device().signed_up("ada@x.test").await;
    device.mutate("logout", json!({})).await;
    let refused = device.refresh(&token).await;
    assert_eq!(kind(&refused), "InvalidRefreshToken");
    assert_eq!(service.emails_to("ada@x.test").await, 0);
    assert_eq!(device.refresh("garbage").await, refused);
}

#[tokio::test]
async fn login_limit_does_not_block_a_refresh() {
    let service = Service::start().await;
    let (device, token) = service.device().signed_up("ada@x.test").await;
    for attempt in 0..120 {
        device
            .at(&format!("198.51.100.{}", attempt / 10))
            .log_in("ada@x.test", "guess")
            .await;
    }
    assert_eq!(kind(&device.refresh(&token).await), "Authenticated");
}

#[tokio::test]
async fn sessions_survive_restarts_and_work_across_nodes() {
    let service = Service::start().await;
    let (device, token) = service.device().signed_up("ada@x.test").await;
    let node = service.node(&[]).await;
    let on_node = node.device().with_bearer(device.bearer.as_deref().unwrap());
    assert!(on_node.me().await.is_ok());
    let answer = on_node.refresh(&token).await;
    let (on_node, successor) = on_node.signed_in_by(&answer);
    let back: Value = device.refresh(&successor).await;
    assert_eq!(kind(&back), "Authenticated");
    device.mutate("logout", json!({})).await;
    assert_eq!(on_node.me().await, Err("UNAUTHENTICATED".to_owned()));
}
