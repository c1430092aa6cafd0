//! Refreshing with the cookie: only the service's own pages and listed origins may do it.

use serde_json::{Value, json};

use crate::cookie::{APP, NAME, OWN, browser, call, cookie, service, signed_up};
use crate::support::{PASSWORD, kind};

#[tokio::test]
async fn allowed_origins_refresh_with_the_cookie() {
    let service = service().await;
    let mut token = signed_up(&service).await;
    for origin in [OWN, APP] {
        let reply = call(&browser(&service, &token, origin), "refresh", json!({})).await;
        let answer = &reply.json["data"]["refresh"];
        assert_eq!(kind(answer), "Authenticated", "{origin}");
        assert_eq!(answer["tokens"]["refreshToken"], Value::Null);
        let (next, attributes) = cookie(&reply);
        assert_ne!(next, token);
        assert!(attributes.contains(&"HttpOnly".to_owned()));
        token = next;
    }
}

#[tokio::test]
async fn other_origins_cannot_refresh_with_the_cookie() {
    let service = service().await;
    let token = signed_up(&service).await;
    for origin in [
        "https://evil.test",
        "https://app.example.org.evil.test",
        "http://app.example.org",
        "null",
        "",
    ] {
        let device = browser(&service, &token, origin);
        let reply = call(&device, "refresh", json!({})).await;
        assert_eq!(reply.code(), "FORBIDDEN", "{origin}");
        assert_eq!(reply.json["data"], Value::Null);
        assert!(!reply.headers.contains_key("set-cookie"), "{origin}");
    }
    assert_eq!(
        kind(
            &browser(&service, &token, OWN)
                .mutate("refresh", json!({}))
                .await
        ),
        "Authenticated"
    );
}

#[tokio::test]
async fn missing_origin_requires_same_origin_fetch_metadata() {
    let service = service().await;
    let token = signed_up(&service).await;
    let device = service
        .device()
        .with_header("cookie", &format!("{NAME}={token}"));
    assert_eq!(device.error("refresh", json!({})).await, "FORBIDDEN");
    for site in ["cross-site", "same-site", "none", ""] {
        let device = device.with_header("sec-fetch-site", site);
        assert_eq!(
            device.error("refresh", json!({})).await,
            "FORBIDDEN",
            "{site}"
        );
    }
    let ours = device.with_header("sec-fetch-site", "same-origin");
    assert_eq!(
        kind(&ours.mutate("refresh", json!({})).await),
        "Authenticated"
    );
}

#[tokio::test]
async fn input_token_takes_precedence_over_the_cookie() {
    let service = service().await;
    let in_cookie = signed_up(&service).await;
    let (_, in_body) = service.device().logged_in("ada@x.test").await;
    for origin in [OWN, "https://evil.test"] {
        let reply = call(
            &browser(&service, &in_cookie, origin),
            "refresh",
            json!({ "refreshToken": in_body }),
        )
        .await;
        let answer = &reply.json["data"]["refresh"];
        assert!(
            answer["tokens"]["refreshToken"].is_string(),
            "{origin}: {}",
            reply.json
        );
        assert!(!reply.headers.contains_key("set-cookie"), "{origin}");
    }
}

#[tokio::test]
async fn cookie_alone_does_not_authenticate_a_caller() {
    let service = service().await;
    let token = signed_up(&service).await;
    let device = browser(&service, &token, OWN);
    assert_eq!(device.me().await, Err("UNAUTHENTICATED".to_owned()));
    assert_eq!(
        device
            .error("updateProfile", json!({ "firstName": "Eve" }))
            .await,
        "UNAUTHENTICATED"
    );
}

#[tokio::test]
async fn cookie_alone_only_refreshes_and_logs_out() {
    let service = service().await;
    let token = signed_up(&service).await;
    let device = browser(&service, &token, OWN);
    assert_eq!(device.me().await, Err("UNAUTHENTICATED".to_owned()));
    for (operation, input) in [
        ("updateProfile", json!({ "firstName": "Eve" })),
        ("updateMobileNumber", json!({ "mobileNumber": null })),
        (
            "changePassword",
            json!({ "currentPassword": PASSWORD, "newPassword": "a brand new password" }),
        ),
        (
            "revokeSession",
            json!({ "sessionId": "ses_00000000000000000000000000000000" }),
        ),
    ] {
        assert_eq!(
            device.error(operation, input).await,
            "UNAUTHENTICATED",
            "{operation}"
        );
    }
}
