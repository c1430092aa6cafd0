//! Token introspection (RFC 7662) for registered resource servers.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use base64::{Engine, engine::general_purpose::STANDARD};
use latchkey::http::Limits;
use serde_json::{Value, json};

use crate::support::{Device, Failure, Reply, Service};

const SECRET: &str = "a-secret.of_the-resource-server-1";
const OTHER_SECRET: &str = "another.secret_of-a-resource-server";
const INACTIVE: &str = r#"{"active":false}"#;

fn servers() -> String {
    format!("api:{SECRET},shop.example:{OTHER_SECRET}")
}

async fn service() -> Service {
    Service::with(&[("LATCHKEY_RESOURCE_SERVERS", &servers())]).await
}

fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

async fn ask(device: &Device, authorization: &str, form: impl Into<Body>) -> Reply {
    let request = Request::post("/oauth/introspect")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("authorization", authorization);
    device.send(request.body(form.into()).unwrap()).await
}

/// Asks about a token as the first resource server.
async fn introspect(service: &Service, token: &str) -> Value {
    let form = format!("token={token}&token_type_hint=access_token");
    let reply = ask(&service.device(), &basic("api", SECRET), form).await;
    assert_eq!(reply.status, StatusCode::OK);
    assert_eq!(reply.headers["content-type"], "application/json");
    assert_eq!(reply.headers["cache-control"], "no-store");
    reply.json
}

async fn signed_up(service: &Service) -> (Device, String) {
    let (device, _) = service.device().signed_up("ada@x.test").await;
    let token = device.bearer.clone().unwrap();
    (device, token)
}

#[tokio::test]
async fn live_token_is_active_with_its_claims() {
    let service = service().await;
    let (device, token) = signed_up(&service).await;
    let user = device.me().await.unwrap();
    let found = introspect(&service, &token).await;
    assert_eq!(found["active"], true);
    assert_eq!(found["token_type"], "Bearer");
    assert_eq!(
        (&found["sub"], &found["sid"]),
        (&user["id"], &user["sessions"][0]["id"])
    );
    for (name, value) in [
        ("iss", "http://127.0.0.1:4000"),
        ("aud", "latchkey"),
        ("client_id", "latchkey"),
        ("role", "USER"),
    ] {
        assert_eq!(found[name], value, "{name}");
    }
    let lifetime = found["exp"].as_i64().unwrap() - found["iat"].as_i64().unwrap();
    assert_eq!(lifetime, 14_400);
}

#[tokio::test]
async fn revoked_session_is_inactive_at_the_next_question() {
    let service = service().await;
    let (device, token) = signed_up(&service).await;
    assert_eq!(introspect(&service, &token).await["active"], true);
    device.mutate("logout", json!({})).await;
    assert_eq!(introspect(&service, &token).await.to_string(), INACTIVE);
}

#[tokio::test]
async fn token_that_has_expired_is_inactive() {
    let service = service().await;
    let (_, token) = signed_up(&service).await;
    service.wait(14_400 + 5);
    assert_eq!(introspect(&service, &token).await.to_string(), INACTIVE);
}

#[tokio::test]
async fn text_that_is_no_access_token_is_inactive() {
    let service = service().await;
    let (_, refresh_token) = service.device().signed_up("ada@x.test").await;
    assert!(refresh_token.starts_with("lkr_"));
    for text in [&refresh_token, "x", "a.b.c", "%00", "%F0%9F%94%91"] {
        assert_eq!(
            introspect(&service, text).await.to_string(),
            INACTIVE,
            "{text}"
        );
    }
}

#[tokio::test]
async fn token_for_another_audience_or_issuer_is_inactive() {
    let service = service().await;
    for setting in ["LATCHKEY_AUDIENCE", "LATCHKEY_ISSUER"] {
        // The same keys and accounts: only what the tokens are for differs.
        let other = service
            .node(&[(setting, "https://other.example.org")])
            .await;
        let email = format!("{}@x.test", &setting[9..]).to_lowercase();
        let (device, _) = other.device().signed_up(&email).await;
        let token = device.bearer.clone().unwrap();
        assert!(device.me().await.is_ok());
        assert_eq!(
            introspect(&service, &token).await.to_string(),
            INACTIVE,
            "{setting}"
        );
    }
}

#[tokio::test]
async fn wrong_credentials_are_refused_before_the_token_is_read() {
    let service = service().await;
    let (_, token) = signed_up(&service).await;
    service.store.work();
    for authorization in [
        basic("api", OTHER_SECRET),
        basic("shop.example", SECRET),
        basic("unknown", SECRET),
        basic("", ""),
        basic("api", &SECRET.to_uppercase()),
        format!("Bearer {token}"),
        "Basic".to_owned(),
        "Basic !".to_owned(),
        format!("Basic {}", STANDARD.encode("api")),
    ] {
        let reply = ask(&service.device(), &authorization, format!("token={token}")).await;
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED, "{authorization}");
        assert_eq!(
            reply.headers["www-authenticate"],
            "Basic realm=\"latchkey\""
        );
        assert_eq!(reply.json, json!({ "error": "invalid_client" }));
    }
    assert_eq!(service.store.work().reads, 0);
}

#[tokio::test]
async fn credentials_may_be_form_encoded() {
    let service = service().await;
    let (_, token) = signed_up(&service).await;
    let encode = |text: &str| {
        text.replace('-', "%2D")
            .replace('.', "%2e")
            .replace('_', "%5F")
    };
    let authorization = basic(&encode("shop.example"), &encode(OTHER_SECRET));
    let reply = ask(&service.device(), &authorization, format!("token={token}")).await;
    assert_eq!(
        (reply.status, &reply.json["active"]),
        (StatusCode::OK, &json!(true))
    );
}

#[tokio::test]
async fn malformed_question_is_an_invalid_request() {
    let service = service().await;
    for form in ["", "token=", "hint=access_token", "token=a&token=b"] {
        let reply = ask(&service.device(), &basic("api", SECRET), form).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{form}");
        assert_eq!(reply.json, json!({ "error": "invalid_request" }));
    }
    let json = Request::post("/oauth/introspect")
        .header("content-type", "application/json")
        .header("authorization", basic("api", SECRET));
    let json = json.body(Body::from(r#"{"token":"x"}"#)).unwrap();
    assert_eq!(
        service.device().send(json).await.status,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test(start_paused = true)]
async fn questions_have_the_limits_of_other_routes() {
    let service = service().await;
    let device = service.device();
    let most = "x".repeat(Limits::DEFAULT.body_bytes - "token=".len());
    let authorization = basic("api", SECRET);
    assert_eq!(
        ask(&device, &authorization, format!("token={most}"))
            .await
            .status,
        StatusCode::OK
    );
    let reply = ask(&device, &authorization, format!("token={most}x")).await;
    assert_eq!(reply.status, StatusCode::PAYLOAD_TOO_LARGE);
    let endless =
        Body::from_stream(futures_util::stream::pending::<Result<Vec<u8>, axum::Error>>());
    let slow = tokio::time::timeout(
        Duration::from_mins(1),
        ask(&device, &authorization, endless),
    );
    assert_eq!(slow.await.unwrap().status, StatusCode::REQUEST_TIMEOUT);
}

#[tokio::test]
async fn failing_store_answers_that_it_is_unavailable() {
    let service = service().await;
    let (_, token) = signed_up(&service).await;
    for (failure, status, error) in [
        (
            Failure::Unavailable,
            StatusCode::SERVICE_UNAVAILABLE,
            "temporarily_unavailable",
        ),
        (
            Failure::Corrupt,
            StatusCode::INTERNAL_SERVER_ERROR,
            "server_error",
        ),
    ] {
        service.store.fail(failure);
        let reply = ask(
            &service.device(),
            &basic("api", SECRET),
            format!("token={token}"),
        )
        .await;
        assert_eq!(
            (reply.status, reply.json),
            (status, json!({ "error": error }))
        );
        let retries = status == StatusCode::SERVICE_UNAVAILABLE;
        assert_eq!(reply.headers.contains_key("retry-after"), retries);
    }
}

#[tokio::test]
async fn without_resource_servers_there_is_no_endpoint() {
    let device = Service::start().await.device();
    let reply = ask(&device, &basic("api", SECRET), "token=x").await;
    assert_eq!(reply.status, StatusCode::NOT_FOUND);
    assert_eq!(
        device.get("/oauth/introspect").await.status,
        StatusCode::NOT_FOUND
    );
    let metadata = device
        .get("/.well-known/oauth-authorization-server")
        .await
        .json;
    assert_eq!(metadata.get("introspection_endpoint"), None);
}

#[tokio::test]
async fn metadata_names_the_endpoint_when_it_is_on() {
    let servers = servers();
    let service = Service::with(&[
        ("LATCHKEY_RESOURCE_SERVERS", &servers),
        ("LATCHKEY_PUBLIC_URL", "https://example.org/accounts"),
    ])
    .await;
    let device = service.device();
    let metadata = device.get("/.well-known/openid-configuration").await.json;
    let endpoint = "https://example.org/accounts/oauth/introspect";
    assert_eq!(metadata["introspection_endpoint"], endpoint);
    let methods = &metadata["introspection_endpoint_auth_methods_supported"];
    assert_eq!(methods, &json!(["client_secret_basic"]));
    let get = device.get("/accounts/oauth/introspect").await;
    assert_eq!(
        (get.status, &get.headers["allow"]),
        (StatusCode::METHOD_NOT_ALLOWED, &"POST".parse().unwrap())
    );
}
