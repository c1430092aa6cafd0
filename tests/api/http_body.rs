//! GraphQL over HTTP by POST: the body's encoding and members, and the limits of its size and time.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::{Request, StatusCode};
use latchkey::http::Limits;
use serde_json::{Value, json};

use crate::http_get::{LENGTH, assert_refused};
use crate::support::{Device, Reply, Service};

#[tokio::test]
async fn json_body_is_utf8_with_optional_byte_order_mark() {
    let device = Service::start().await.device();
    let post = async |content_type: &str, body: &str| {
        let request = Request::post("/graphql").header("content-type", content_type);
        device
            .send(request.body(body.to_owned().into()).unwrap())
            .await
    };
    let body = json!({ "query": LENGTH }).to_string();
    for content_type in [
        "application/json;charset=UTF-8",
        "application/json; charset=\"utf-8\"; a=b",
        "application/json;",
    ] {
        assert_eq!(
            post(content_type, &body).await.status,
            StatusCode::OK,
            "{content_type}"
        );
    }
    for content_type in [
        "application/json; charset=utf-16",
        "application/json;charset=latin1",
        "application/json, text/plain",
    ] {
        assert_refused(
            &post(content_type, &body).await,
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
        );
    }
    assert_eq!(
        post("application/json", &format!("\u{feff}{body}"))
            .await
            .status,
        StatusCode::OK
    );
    assert_refused(
        &post("application/json", &format!("\u{feff}\u{feff}{body}")).await,
        StatusCode::BAD_REQUEST,
    );
}

#[tokio::test]
async fn repeated_body_member_is_refused_and_null_ignored() {
    let device = Service::start().await.device();
    for twice in [
        r#"{"query":"{policy{codeLength}}","query":"{ S3cret }"}"#,
        r#"{"query":"{policy{codeLength}}","variables":{},"variables":{}}"#,
        r#"{"query":"{policy{codeLength}}","operationName":null,"operationName":"S3cret"}"#,
    ] {
        assert_refused(
            &device.post_json(twice).await,
            StatusCode::UNPROCESSABLE_ENTITY,
        );
    }
    for name in [Value::Null, json!("")] {
        let body = json!({ "query": LENGTH, "operationName": name, "variables": null, "extensions": null });
        let reply = device.post_json(body.to_string()).await;
        assert_eq!(
            reply.json,
            json!({ "data": { "policy": { "codeLength": 6 } } })
        );
    }
}

#[tokio::test]
async fn operation_name_selects_the_executed_operation() {
    let device = Service::start().await.device();
    let query = "query A { policy { codeLength } } query B { policy { __typename } }";
    for (name, answer) in [
        (json!("B"), "data"),
        (json!("C"), "errors"),
        (Value::Null, "errors"),
    ] {
        let body = json!({ "query": query, "operationName": name }).to_string();
        let strict = device
            .with_header("accept", "application/graphql-response+json")
            .post_json(body)
            .await;
        assert!(strict.json.get(answer).is_some(), "{name}: {}", strict.json);
        assert_eq!(strict.status.is_success(), answer == "data", "{name}");
    }
}

/// A body without an end: it repeats the same bytes, or stalls.
struct Endless(Option<Bytes>);

impl HttpBody for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<hyper::body::Frame<Bytes>, Infallible>>> {
        match &self.0 {
            Some(bytes) => Poll::Ready(Some(Ok(hyper::body::Frame::data(bytes.clone())))),
            None => Poll::Pending,
        }
    }
}

async fn send_endless(device: &Device, bytes: Option<&'static [u8]>) -> Reply {
    send_endless_of(device, "application/json", bytes).await
}

async fn send_endless_of(
    device: &Device,
    content_type: &str,
    bytes: Option<&'static [u8]>,
) -> Reply {
    let body = Body::new(Endless(bytes.map(Bytes::from_static)));
    device
        .send(
            Request::post("/graphql")
                .header("content-type", content_type)
                .body(body)
                .unwrap(),
        )
        .await
}

#[tokio::test]
async fn wrong_content_type_is_refused_before_the_body() {
    let device = Service::start().await.device();
    for content_type in [
        "multipart/form-data; boundary=x",
        "text/plain",
        "application/graphql",
    ] {
        let reply = send_endless_of(&device, content_type, None).await;
        assert_refused(&reply, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
}

#[tokio::test]
async fn endless_body_is_refused_at_the_limit() {
    let device = Service::start().await.device();
    assert_refused(
        &send_endless(&device, Some(b"                ")).await,
        StatusCode::PAYLOAD_TOO_LARGE,
    );
}

#[tokio::test]
async fn stalled_body_is_refused_after_a_timeout() {
    let device = Service::start().await.device();
    tokio::time::pause();
    assert_refused(
        &send_endless(&device, None).await,
        StatusCode::REQUEST_TIMEOUT,
    );
}

#[tokio::test]
async fn slow_request_is_answered_with_overloaded() {
    let service = Service::start()
        .await
        .within(Limits {
            body: Duration::MAX,
            ..Limits::DEFAULT
        })
        .await;
    tokio::time::pause();
    let reply = send_endless(&service.device(), None).await;
    assert_eq!(
        (reply.status, reply.code()),
        (StatusCode::SERVICE_UNAVAILABLE, "OVERLOADED")
    );
    assert_eq!(
        (
            &reply.headers["retry-after"],
            &reply.json["errors"][0]["extensions"]["retryAfterSeconds"]
        ),
        (&"2".parse().unwrap(), &json!(2))
    );
}
