//! GraphQL over HTTP: the POST requests that are accepted.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use serde_json::json;

use crate::support::{Device, Reply, Service, kind, sign_up_input};

pub const POLICY: &str = r#"{"query":"{ policy { codeLength } }"}"#;

/// The body of a sign-up; a later sign-up with the same email shows whether this one was executed.
pub fn sign_up_body() -> String {
    let query = "mutation($input: SignupInput!) { signup(input: $input) { __typename } }";
    json!({ "query": query, "variables": { "input": sign_up_input("ada@x.test") } }).to_string()
}

async fn post_as(device: &Device, content_type: Option<&str>, body: impl Into<Body>) -> Reply {
    let mut request = Request::post("/graphql");
    if let Some(content_type) = content_type {
        request = request.header("content-type", content_type);
    }
    device.send(request.body(body.into()).unwrap()).await
}

pub fn assert_refused(reply: &Reply, status: StatusCode) {
    assert_eq!(reply.status, status, "{}", reply.json);
    assert_eq!(reply.code(), "BAD_USER_INPUT");
    assert_eq!(reply.json.get("data"), None);
    assert_eq!(
        reply.headers["content-type"],
        "application/json; charset=utf-8"
    );
}

pub async fn assert_not_executed(device: &Device) {
    assert_eq!(
        kind(&device.sign_up("ada@x.test").await),
        "Authenticated",
        "the refused request was executed"
    );
}

#[tokio::test]
async fn json_content_type_is_matched_case_insensitively() {
    let device = Service::start().await.device();
    for content_type in [
        "application/json",
        "application/json; charset=utf-8",
        "Application/JSON;charset=UTF-8",
    ] {
        let reply = post_as(&device, Some(content_type), POLICY).await;
        assert_eq!(reply.status, StatusCode::OK, "{content_type}");
        assert_eq!(
            reply.json,
            json!({ "data": { "policy": { "codeLength": 6 } } })
        );
    }
}

#[tokio::test]
async fn content_types_without_cors_preflight_are_refused() {
    let device = Service::start().await.device();
    for content_type in [
        None,
        Some(""),
        Some("text/plain"),
        Some("text/plain; application/json"),
        Some("application/x-www-form-urlencoded"),
        Some("multipart/form-data; boundary=x"),
        Some("image/png"),
        Some("application/graphql"),
        Some("application/jsonp"),
    ] {
        assert_refused(
            &post_as(&device, content_type, sign_up_body()).await,
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
        );
    }
    assert_not_executed(&device).await;
}

#[tokio::test]
async fn compressed_body_is_refused_without_execution() {
    let device = Service::start().await.device();
    let reply = device
        .with_header("content-encoding", "gzip")
        .post_json(sign_up_body())
        .await;
    assert_refused(&reply, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_not_executed(&device).await;
}

#[tokio::test]
async fn batch_is_refused_without_executing_any_part() {
    let device = Service::start().await.device();
    let one = sign_up_body();
    for batch in [
        format!("[{one},{one}]"),
        format!(" \n[{one}]"),
        "[]".to_owned(),
    ] {
        let reply = device.post_json(batch).await;
        assert_refused(&reply, StatusCode::UNPROCESSABLE_ENTITY);
        let message = "Batches are refused: send one request for each operation.";
        assert_eq!(reply.json["errors"][0]["message"], message);
    }
    assert_not_executed(&device).await;
}

#[tokio::test]
async fn malformed_body_is_refused_and_not_quoted() {
    let device = Service::start().await.device();
    // What is no JSON is 400, and what is no request 422.
    let not_json = [
        "",
        "S3cretLit",
        "{",
        "[",
        "[S3cretLit]",
        r#"{"query":"{policy{codeLength}}","variables":{"a":"\q"}}"#,
        r#"{"query":"{policy{codeLength}}"} S3cretLit"#,
    ];
    let no_request = [
        "null",
        "\"S3cretLit\"",
        "{}",
        r#"{"query":1}"#,
        r#"{"query":null}"#,
        r#"{"query":["S3cretLit"]}"#,
        r#"{"query":"{policy{codeLength}}","variables":["S3cretLit"]}"#,
        r#"{"query":"{policy{codeLength}}","variables":"S3cretLit"}"#,
        r#"{"query":"{policy{codeLength}}","operationName":5}"#,
    ];
    let bad = not_json.map(|body| (body, StatusCode::BAD_REQUEST));
    let unfit = no_request.map(|body| (body, StatusCode::UNPROCESSABLE_ENTITY));
    for (body, status) in bad.into_iter().chain(unfit) {
        let reply = device.post_json(body).await;
        assert_refused(&reply, status);
        let text = reply.json.to_string();
        assert!(
            !text.contains("S3cret") && !text.contains("line") && !text.contains("expected"),
            "{text}"
        );
    }
    assert_refused(
        &device.post_json(&b"{\"query\":\"\xff\"}"[..]).await,
        StatusCode::BAD_REQUEST,
    );
    // One level more than the JSON parser accepts.
    let nested = format!(
        r#"{{"query":"{{policy{{codeLength}}}}","variables":{{"a":{}{}}}}}"#,
        "[".repeat(126),
        "]".repeat(126)
    );
    assert_refused(&device.post_json(nested).await, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn unknown_body_members_are_ignored() {
    let device = Service::start().await.device();
    let query = "query A { policy { codeLength } } query B { policy { verifyEmailFirst } }";
    let body = json!({ "query": query, "operationName": "B", "variables": null, "extensions": {}, "id": 7 });
    let reply = device.post_json(body.to_string()).await;
    assert_eq!(
        reply.json,
        json!({ "data": { "policy": { "verifyEmailFirst": false } } })
    );
}

#[tokio::test]
async fn body_over_64_kib_is_refused() {
    let device = Service::start().await.device();
    let padded = |length: usize| POLICY.to_owned() + &" ".repeat(length - POLICY.len());
    assert_eq!(
        device.post_json(padded(64 * 1024)).await.status,
        StatusCode::OK
    );
    assert_refused(
        &device.post_json(padded(64 * 1024 + 1)).await,
        StatusCode::PAYLOAD_TOO_LARGE,
    );
    assert_refused(
        &device.post_json(padded(5 << 20)).await,
        StatusCode::PAYLOAD_TOO_LARGE,
    );
}

#[tokio::test]
async fn other_methods_never_execute_a_mutation() {
    let device = Service::start().await.device();
    let mutation = "mutation%7Blogout(input%3A%7B%7D)%7B__typename%7D%7D";
    for method in [
        Method::GET,
        Method::HEAD,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
    ] {
        let request = Request::builder()
            .method(&method)
            .uri(format!("/graphql?query={mutation}"));
        let reply = device
            .send(
                request
                    .header("content-type", "application/json")
                    .body(sign_up_body().into())
                    .unwrap(),
            )
            .await;
        assert_eq!(reply.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
        assert_eq!(reply.headers["allow"], "GET, POST", "{method}");
    }
    let request = Request::post(format!("/graphql?query={mutation}"))
        .header("content-type", "application/json");
    assert_refused(
        &device.send(request.body(Body::empty()).unwrap()).await,
        StatusCode::BAD_REQUEST,
    );
    assert_not_executed(&device).await;
}
