//! The routes beside `POST /graphql`, and the headers of every response.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde_json::{Value, json};

use crate::support::{Failure, Reply, Service, Work, kind};

#[tokio::test]
async fn readiness_follows_the_last_probe_and_liveness_does_not() {
    let service = Service::start().await;
    let device = service.device();
    let health = async |path: &str| {
        let reply = device.get(path).await;
        (reply.status, reply.json)
    };
    let live = (StatusCode::OK, json!({ "status": "live" }));
    let ready = (StatusCode::OK, json!({ "status": "ready" }));
    assert_eq!(health("/health/live").await, live);
    assert_eq!(health("/health/ready").await, ready);
    service.store.fail(Failure::Unavailable);
    assert_eq!(health("/health/ready").await, ready, "the last result");
    service.app.probe_store().await.unwrap();
    service.store.work();
    let down = json!({ "status": "the store does not answer or cannot be written" });
    assert_eq!(
        health("/health/ready").await,
        (StatusCode::SERVICE_UNAVAILABLE, down)
    );
    assert_eq!(health("/health/live").await, live);
    assert_eq!(
        service.store.work(),
        Work::default(),
        "it never calls the store"
    );
    service.store.recover();
    service.app.probe_store().await.unwrap();
    assert_eq!(health("/health/ready").await, ready);
}

#[tokio::test]
async fn failed_write_makes_the_server_unready_at_once() {
    let service = Service::start().await;
    let device = service.device();
    let ready = async || device.get("/health/ready").await.status == StatusCode::OK;
    let health = service.app.accounts.store_health().clone();
    let watching = tokio::spawn(async move { health.watch().await });
    service.store.fail(Failure::Unavailable);
    let input = json!({ "email": "ada@x.test" });
    assert_eq!(device.error("forgotPassword", input).await, "OVERLOADED");
    while ready().await {
        tokio::task::yield_now().await;
    }
    service.store.recover();
    while !ready().await {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    watching.abort();
}

#[tokio::test]
async fn gateway_verifies_tokens_with_published_keys_alone() {
    let service = Service::start().await;
    let reply = service.device().get("/.well-known/jwks.json").await;
    assert_eq!(reply.headers["content-type"], "application/jwk-set+json");
    let keys = reply.json["keys"].as_array().unwrap().clone();
    let mut members: Vec<_> = keys[0]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    members.sort_unstable();
    assert_eq!(
        (keys.len(), members),
        (1, vec!["alg", "crv", "kid", "kty", "use", "x", "y"])
    );

    let token = service
        .device()
        .signed_up("ada@x.test")
        .await
        .0
        .bearer
        .unwrap();
    let text = |name: &str| keys[0][name].as_str().unwrap();
    let key = DecodingKey::from_ec_components(text("x"), text("y")).unwrap();
    let mut validation = Validation::new(Algorithm::ES256);
    validation.set_audience(&["latchkey"]);
    validation.set_issuer(&["http://127.0.0.1:4000"]);
    // The library's clock is not the test's clock.
    validation.validate_exp = false;
    let claims = decode::<Value>(token, &key, &validation).unwrap().claims;
    assert_eq!(claims["role"], "USER");
}

#[tokio::test]
async fn schema_is_served_as_it_is_printed() {
    let reply = Service::start().await.device().get("/schema.graphql").await;
    assert_eq!(
        reply.headers["content-type"],
        "application/graphql; charset=utf-8"
    );
    assert_eq!(reply.json, json!(latchkey::graphql::sdl()));
}

#[tokio::test]
async fn browsers_get_graphiql_where_programs_post() {
    let device = Service::start().await.device();
    let home = device.get("/").await;
    assert_eq!(
        (home.status, &home.headers["location"]),
        (StatusCode::SEE_OTHER, &"graphql".parse().unwrap())
    );
    let browser = device.with_header(
        "accept",
        "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    );
    let page = browser.get("/graphql").await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(
        policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
        "{policy}"
    );
    let with_query = browser.get("/graphql?query=not-in-the-page").await;
    assert_eq!(with_query.json, page.json);
}

#[tokio::test]
async fn unknown_paths_answer_not_found() {
    let device = Service::start().await.device();
    for path in [
        "/admin",
        "/graphiql/assets/missing.js",
        "/missing",
        "/health",
    ] {
        assert_eq!(
            device.get(path).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
}

#[tokio::test]
async fn methods_without_a_route_are_refused() {
    let device = Service::start().await.device();
    for method in ["TRACE", "TRACK", "CONNECT", "PUT", "DELETE", "PATCH"] {
        for path in [
            "/",
            "/graphql",
            "/schema.graphql",
            "/health/live",
            "/.well-known/jwks.json",
        ] {
            let request = Request::builder()
                .method(method)
                .uri(path)
                .header("x-secret", "echoed");
            let reply = device.send(request.body(Body::empty()).unwrap()).await;
            assert_eq!(
                reply.status,
                StatusCode::METHOD_NOT_ALLOWED,
                "{method} {path}"
            );
            assert!(
                !format!("{reply:?}").contains("echoed"),
                "{method} {path}: {reply:?}"
            );
        }
    }
}

fn assert_security_headers(name: &str, reply: &Reply) {
    assert_eq!(reply.headers["x-content-type-options"], "nosniff", "{name}");
    assert_eq!(reply.headers["x-frame-options"], "DENY", "{name}");
    let policy = reply.headers["content-security-policy"].to_str().unwrap();
    let is_strict = policy == "default-src 'none'; frame-ancestors 'none'";
    assert!(
        is_strict || (name == "the page" && policy.contains("frame-ancestors 'none'")),
        "{name}: {policy}"
    );
    // Only public documents may be cached.
    let cache_control = if name.starts_with("/.well-known/") {
        "public, max-age=300"
    } else {
        "no-store"
    };
    assert_eq!(reply.headers["cache-control"], cache_control, "{name}");
    assert_eq!(reply.headers["referrer-policy"], "no-referrer", "{name}");
    assert!(reply.headers.contains_key("x-request-id"), "{name}");
    assert!(!reply.headers.contains_key("server"), "{name}");
}

#[tokio::test]
async fn every_response_carries_the_security_headers() {
    let service = Service::start().await;
    let device = service.device();
    let mut replies = Vec::new();
    for path in [
        "/",
        "/graphql",
        "/schema.graphql",
        "/health/live",
        "/health/ready",
        "/.well-known/jwks.json",
        "/.well-known/openid-configuration",
        "/nothing",
    ] {
        replies.push((path, device.get(path).await));
    }
    replies.push((
        "a mutation",
        device
            .post("mutation { logout(input: {}) { __typename } }", json!({}))
            .await,
    ));
    replies.push((
        "the page",
        device
            .with_header("accept", "text/html")
            .get("/graphql")
            .await,
    ));
    service.store.fail(Failure::Panic);
    replies.push(("a panic", device.get("/health/ready").await));
    for (name, reply) in replies {
        assert_security_headers(name, &reply);
    }
}

#[tokio::test]
async fn stopping_server_is_not_ready_but_still_answers() {
    let service = Service::start().await;
    let device = service.device();
    service.app.stop();
    let reply = device.get("/health/ready").await;
    assert_eq!(
        (reply.status, reply.json),
        (
            StatusCode::SERVICE_UNAVAILABLE,
            json!({ "status": "stopping" })
        )
    );
    assert_eq!(device.get("/health/live").await.status, StatusCode::OK);
    assert_eq!(kind(&device.sign_up("ada@x.test").await), "Authenticated");
}
