//! `accountChanged` as server-sent events.

use axum::http::{HeaderMap, StatusCode};
use serde_json::json;

use crate::support::{Device, Failure, QUICK, SUBSCRIPTION, Service};

async fn start_with(settings: &[(&str, &str)]) -> (Service, Device) {
    let service = Service::with(settings).await.with_limits(QUICK);
    let (device, _) = service.device().signed_up("ada@x.test").await;
    (service, device)
}

async fn start() -> (Service, Device) {
    start_with(&[]).await
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers[name].to_str().unwrap()
}

#[tokio::test]
async fn comment_is_the_first_write_and_the_heartbeat() {
    let (_service, device) = start().await;
    let mut stream = device.stream(SUBSCRIPTION).await;
    assert_eq!(stream.0.status(), StatusCode::OK);
    assert_eq!(stream.piece().await.as_deref(), Some(":\n\n"));
    assert_eq!(stream.event().await["user"]["firstName"], "Ada");
    assert_eq!(stream.piece().await.as_deref(), Some(":\n\n"));
}

#[tokio::test]
async fn headers_keep_proxies_from_holding_events_back() {
    let (_service, device) = start().await;
    let device = device.with_header("accept-encoding", "gzip, br");
    let stream = device.stream(SUBSCRIPTION).await;
    let headers = stream.0.headers();
    assert_eq!(
        header(headers, "content-type"),
        "text/event-stream; charset=utf-8"
    );
    assert_eq!(header(headers, "cache-control"), "no-cache, no-transform");
    assert_eq!(header(headers, "x-accel-buffering"), "no");
    assert!(!headers.contains_key("content-encoding"));
}

#[tokio::test]
async fn change_is_one_write_with_its_event() {
    let (_service, device) = start().await;
    let mut stream = device.stream(SUBSCRIPTION).await;
    stream.event().await;
    device
        .mutate("updateProfile", json!({ "firstName": "Augusta" }))
        .await;
    loop {
        let piece = stream.piece().await.unwrap();
        if piece != ":\n\n" {
            assert!(
                piece.starts_with("event: next\ndata: {\"data\":{\"accountChanged\""),
                "{piece}"
            );
            assert!(
                piece.contains("Augusta") && piece.ends_with("}\n\n"),
                "{piece}"
            );
            break;
        }
    }
}

#[tokio::test]
async fn ended_session_is_an_event_then_complete() {
    let (_service, device) = start().await;
    let mut stream = device.stream(SUBSCRIPTION).await;
    stream.event().await;
    device.mutate("logout", json!({})).await;
    let event = stream.event().await;
    assert_eq!(event["__typename"], "SessionEnded");
    assert_eq!(
        (&event["current"], &event["reason"]),
        (&json!(true), &json!("LOGGED_OUT"))
    );
    let complete = stream.next().await.unwrap();
    assert_eq!(complete, ("complete".to_owned(), json!(null)));
    assert_eq!(stream.next().await, None);
}

#[tokio::test]
async fn expiry_of_the_token_ends_without_complete() {
    let (service, device) = start_with(&[("LATCHKEY_ACCESS_TOKEN_SECONDS", "60")]).await;
    let mut stream = device.stream(SUBSCRIPTION).await;
    stream.event().await;
    service.wait(66);
    assert_eq!(stream.next().await, None);
}

#[tokio::test]
async fn store_that_fails_later_ends_without_complete() {
    let (service, device) = start().await;
    let mut stream = device.stream(SUBSCRIPTION).await;
    service.store.fail(Failure::Unavailable);
    assert_eq!(stream.piece().await.as_deref(), Some(":\n\n"));
    service.store.recover();
    assert_eq!(stream.event().await["user"]["firstName"], "Ada");
}

#[tokio::test]
async fn refusal_is_200_with_errors_and_complete() {
    let (service, device) = start().await;
    device.mutate("logout", json!({})).await;
    for (device, reason) in [(service.device(), "MISSING"), (device, "ENDED")] {
        let mut stream = device.stream(SUBSCRIPTION).await;
        assert_eq!(stream.0.status(), StatusCode::OK);
        let (name, response) = stream.next().await.unwrap();
        assert_eq!(name, "next");
        let extensions = &response["errors"][0]["extensions"];
        assert_eq!(extensions["code"], "UNAUTHENTICATED");
        assert_eq!(extensions["reason"], reason);
        assert_eq!(stream.next().await.unwrap().0, "complete");
        assert_eq!(stream.next().await, None);
    }
}

#[tokio::test]
async fn query_in_a_stream_is_answered_and_completed() {
    let (_service, device) = start().await;
    let mut stream = device.stream("{ me { firstName } }").await;
    let (_, response) = stream.next().await.unwrap();
    assert_eq!(response["data"]["me"]["firstName"], "Ada");
    assert_eq!(stream.next().await.unwrap().0, "complete");
    let mut stream = device.stream("mutation { logout { __typename } }").await;
    let (_, response) = stream.next().await.unwrap();
    assert_eq!(
        response["errors"][0]["extensions"]["code"],
        "BAD_USER_INPUT"
    );
    assert!(device.me().await.is_ok());
}

#[tokio::test]
async fn foreign_origin_and_malformed_body_get_no_stream() {
    let (_service, device) = start().await;
    let foreign = device.with_header("origin", "https://evil.test");
    let stream = foreign.stream(SUBSCRIPTION).await;
    assert_eq!(stream.0.status(), StatusCode::FORBIDDEN);
    let stream = device.stream_of_body("no json".to_owned()).await;
    assert_eq!(stream.0.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn client_that_prefers_json_gets_no_stream() {
    let (_service, device) = start().await;
    let urql = "application/graphql-response+json, application/graphql+json, application/json, \
        text/event-stream, multipart/mixed";
    let reply = device
        .with_header("accept", urql)
        .post("{ me { firstName } }", json!({}))
        .await;
    assert_eq!(reply.json["data"]["me"]["firstName"], "Ada");
}
