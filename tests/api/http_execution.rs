//! GraphQL over HTTP in detail: GET, the body's encoding, and the limits of time and size.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::{Request, StatusCode};
use latchkey::http::Limits;
use serde_json::{Value, json};

use crate::support::{Device, Reply, Service, kind};

const LENGTH: &str = "{ policy { codeLength } }";

/// Returns the URL of `/graphql` with query parameters.
fn url(parameters: &[(&str, &str)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    format!("/graphql?{}", query.extend_pairs(parameters).finish())
}

fn assert_refused(reply: &Reply, status: StatusCode) {
    assert_eq!(
        (reply.status, reply.code()),
        (status, "BAD_USER_INPUT"),
        "{}",
        reply.json
    );
    assert_eq!(reply.json.get("data"), None);
    assert!(!reply.json.to_string().contains("S3cret"), "{}", reply.json);
}

#[tokio::test]
async fn get_runs_a_query_with_all_parameters() {
    let device = Service::start().await.device();
    let query = "query A { policy { codeLength } } query B($if: Boolean!) { policy { codeLength @include(if: $if) __typename } }";
    let reply = device
        .get(&url(&[
            ("query", query),
            ("operationName", "B"),
            ("variables", r#"{ "if": false }"#),
            ("extensions", r#"{ "a": [1] }"#),
            ("anything", "else"),
        ]))
        .await;
    assert_eq!(
        reply.json,
        json!({ "data": { "policy": { "__typename": "Policy" } } })
    );
    assert_eq!(
        reply.headers["content-type"],
        "application/json; charset=utf-8"
    );
    for empty in ["", "null", "{}"] {
        let parameters = [
            ("query", LENGTH),
            ("variables", empty),
            ("extensions", empty),
            ("operationName", ""),
        ];
        let reply = device.get(&url(&parameters)).await;
        assert_eq!(
            reply.json,
            json!({ "data": { "policy": { "codeLength": 6 } } }),
            "{empty}"
        );
    }
}

#[tokio::test]
async fn bearer_token_authenticates_get_requests_too() {
    let (device, _) = Service::start()
        .await
        .device()
        .signed_up("ada@x.test")
        .await;
    let reply = device.get(&url(&[("query", "{ me { email } }")])).await;
    assert_eq!(
        reply.json,
        json!({ "data": { "me": { "email": "ada@x.test" } } })
    );
}

#[tokio::test]
async fn get_never_runs_a_mutation_or_subscription() {
    let (device, _) = Service::start()
        .await
        .device()
        .signed_up("ada@x.test")
        .await;
    let mutation =
        "mutation M { logout(input: {}) { __typename } } query Q { policy { codeLength } }";
    for accept in ["application/json", "application/graphql-response+json"] {
        for url in [
            url(&[("query", "mutation { logout(input: {}) { __typename } }")]),
            url(&[("query", mutation), ("operationName", "M")]),
            url(&[("query", "subscription { a }")]),
        ] {
            let reply = device.with_header("accept", accept).get(&url).await;
            assert_refused(&reply, StatusCode::METHOD_NOT_ALLOWED);
            assert_eq!(reply.headers["allow"], "GET, POST");
        }
    }
    assert!(device.me().await.is_ok(), "a GET request ended the session");
    let reply = device
        .get(&url(&[("query", mutation), ("operationName", "Q")]))
        .await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.json);
}

#[tokio::test]
async fn malformed_url_is_refused_and_not_quoted() {
    let device = Service::start().await.device();
    for parameters in [
        &[][..],
        &[("operationName", "S3cret")],
        &[("query", LENGTH), ("variables", "S3cret")],
        &[("query", LENGTH), ("variables", "[\"S3cret\"]")],
        &[("query", LENGTH), ("extensions", "\"S3cret\"")],
        &[("query", LENGTH), ("extensions", "{")],
        &[("query", LENGTH), ("query", "{ S3cret }")],
        &[("query", LENGTH), ("variables", "{}"), ("variables", "{}")],
        &[
            ("query", LENGTH),
            ("operationName", "a"),
            ("operationName", "b"),
        ],
    ] {
        assert_refused(&device.get(&url(parameters)).await, StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn post_ignores_query_parameters_in_the_url() {
    let device = Service::start().await.device();
    let request = Request::post(url(&[("query", "{ nothing }"), ("variables", "x")]))
        .header("content-type", "application/json");
    let reply = device
        .send(
            request
                .body(json!({ "query": LENGTH }).to_string().into())
                .unwrap(),
        )
        .await;
    assert_eq!(
        reply.json,
        json!({ "data": { "policy": { "codeLength": 6 } } })
    );
}

#[tokio::test]
async fn url_over_4_kib_is_refused() {
    let device = Service::start().await.device();
    let path = url(&[("query", LENGTH)]);
    let padded = |length: usize| format!("{path}&{}", "a".repeat(length - path.len() - 1));
    assert_eq!(device.get(&padded(4096)).await.status, StatusCode::OK);
    let strict = device
        .with_header("accept", "application/graphql-response+json")
        .get(&padded(4097))
        .await;
    assert_refused(&strict, StatusCode::URI_TOO_LONG);
    assert_eq!(
        strict.headers["content-type"],
        "application/graphql-response+json; charset=utf-8"
    );
    assert_eq!(
        device.get(&format!("/{}", "a".repeat(4096))).await.status,
        StatusCode::URI_TOO_LONG
    );
}

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
        assert_refused(&device.post_json(twice).await, StatusCode::BAD_REQUEST);
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
