//! GraphQL over HTTP: what a request must be like, and what its answer is like.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use serde_json::{Value, json};

use crate::support::{Device, Failure, Reply, Service, kind, sign_up_input};

const POLICY: &str = r#"{"query":"{ policy { codeLength } }"}"#;
const RESPONSE_JSON: &str = "application/graphql-response+json";

/// A sign-up as a body, to see whether it was executed.
fn sign_up_body() -> String {
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

fn assert_refused(reply: &Reply, status: StatusCode) {
    assert_eq!(reply.status, status, "{}", reply.json);
    assert_eq!(reply.code(), "BAD_USER_INPUT");
    assert_eq!(reply.json.get("data"), None);
    assert_eq!(
        reply.headers["content-type"],
        "application/json; charset=utf-8"
    );
}

async fn assert_nothing_was_done(device: &Device) {
    assert_eq!(
        kind(&device.sign_up("ada@x.test").await),
        "Authenticated",
        "the refused request was executed"
    );
}

#[tokio::test]
async fn json_is_taken_in_any_spelling_of_its_type() {
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
async fn what_a_browser_sends_across_sites_without_asking_is_refused() {
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
    assert_nothing_was_done(&device).await;
}

#[tokio::test]
async fn a_compressed_body_is_refused() {
    let device = Service::start().await.device();
    let reply = device
        .with_header("content-encoding", "gzip")
        .post_json(sign_up_body())
        .await;
    assert_refused(&reply, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_nothing_was_done(&device).await;
}

#[tokio::test]
async fn a_batch_is_refused_and_none_of_it_executed() {
    let device = Service::start().await.device();
    let one = sign_up_body();
    for batch in [
        format!("[{one},{one}]"),
        format!(" \n[{one}]"),
        "[]".to_owned(),
    ] {
        let reply = device.post_json(batch).await;
        assert_refused(&reply, StatusCode::BAD_REQUEST);
        let message = "Batches are refused: send one request for each operation.";
        assert_eq!(reply.json["errors"][0]["message"], message);
    }
    assert_nothing_was_done(&device).await;
}

#[tokio::test]
async fn a_body_of_another_form_is_refused_and_not_quoted() {
    let device = Service::start().await.device();
    for body in [
        "",
        "null",
        "S3cretLit",
        "\"S3cretLit\"",
        "{",
        "{}",
        r#"{"query":1}"#,
        r#"{"query":null}"#,
        r#"{"query":["S3cretLit"]}"#,
        r#"{"query":"{policy{codeLength}}","variables":["S3cretLit"]}"#,
        r#"{"query":"{policy{codeLength}}","variables":"S3cretLit"}"#,
        r#"{"query":"{policy{codeLength}}","operationName":5}"#,
        r#"{"query":"{policy{codeLength}}","variables":{"a":"\ud800"}}"#,
        r#"{"query":"{policy{codeLength}}"} S3cretLit"#,
    ] {
        let reply = device.post_json(body).await;
        assert_refused(&reply, StatusCode::BAD_REQUEST);
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
    let nested = format!(
        r#"{{"query":"{{policy{{codeLength}}}}","variables":{{"a":{}}}}}"#,
        "[".repeat(60_000)
    );
    assert_refused(&device.post_json(nested).await, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn what_else_is_in_the_body_is_passed_over() {
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
async fn a_body_has_64_kib_at_most() {
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
async fn nothing_is_executed_but_by_post() {
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
    assert_nothing_was_done(&device).await;
}

#[tokio::test]
async fn the_answer_has_the_media_type_that_was_asked_for() {
    let device = Service::start().await.device();
    for (accept, content_type) in [
        ("application/json", "application/json; charset=utf-8"),
        (
            RESPONSE_JSON,
            "application/graphql-response+json; charset=utf-8",
        ),
        (
            "application/graphql-response+json; charset=utf-8, application/json",
            "application/graphql-response+json; charset=utf-8",
        ),
        (
            "application/graphql-response+json,application/json;q=0.9",
            "application/graphql-response+json; charset=utf-8",
        ),
        (
            "text/html, application/graphql-response+json;q=0, */*",
            "application/json; charset=utf-8",
        ),
        ("*/*", "application/json; charset=utf-8"),
    ] {
        let reply = device.with_header("accept", accept).post_json(POLICY).await;
        assert_eq!(reply.status, StatusCode::OK);
        assert_eq!(reply.headers["content-type"], content_type, "{accept}");
    }
    assert_eq!(
        device.post_json(POLICY).await.headers["content-type"],
        "application/json; charset=utf-8"
    );
    for accept in ["text/html", "application/xml, image/*"] {
        let reply = device
            .with_header("accept", accept)
            .post_json(sign_up_body())
            .await;
        assert_refused(&reply, StatusCode::NOT_ACCEPTABLE);
    }
    assert_nothing_was_done(&device).await;
}

#[tokio::test]
async fn a_refusal_has_the_media_type_that_was_asked_for_too() {
    let device = Service::start()
        .await
        .device()
        .with_header("accept", RESPONSE_JSON);
    let reply = device.post_json("{").await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    assert_eq!(
        reply.headers["content-type"],
        "application/graphql-response+json; charset=utf-8"
    );
}

#[tokio::test]
async fn the_status_says_whether_anything_was_executed_to_those_who_can_tell() {
    let device = Service::start().await.device();
    let answers: [(&str, StatusCode, Option<Value>); 4] = [
        ("{ me { id } }", StatusCode::OK, Some(json!({ "me": null }))),
        (
            r"mutation { logout(input: {}) { __typename } }",
            StatusCode::OK,
            Some(Value::Null),
        ),
        ("{ nothing }", StatusCode::BAD_REQUEST, None),
        ("{", StatusCode::BAD_REQUEST, None),
    ];
    for (query, status, data) in answers {
        let body = json!({ "query": query }).to_string();
        let strict = device
            .with_header("accept", RESPONSE_JSON)
            .post_json(body.clone())
            .await;
        assert_eq!(
            (strict.status, strict.json.get("data")),
            (status, data.as_ref()),
            "{query}"
        );
        let legacy = device.post_json(body).await;
        assert_eq!(
            (legacy.status, legacy.json.get("data")),
            (StatusCode::OK, data.as_ref()),
            "{query}"
        );
    }
}

#[tokio::test]
async fn a_request_is_named_by_its_sender_or_by_us() {
    let device = Service::start().await.device();
    let longest = "a".repeat(64);
    for id in ["a", "0190f3b2-7c3e", &longest] {
        let reply = device
            .with_header("x-request-id", id)
            .post_json(POLICY)
            .await;
        assert_eq!(reply.headers["x-request-id"], id);
    }
    for id in ["", &"a".repeat(65), "a b", "a\"}", "a/b", "a_b", "a.b"] {
        let reply = device
            .with_header("x-request-id", id)
            .get("/health/live")
            .await;
        let given = reply.headers["x-request-id"].to_str().unwrap();
        assert!(
            given.len() == 32 && given.bytes().all(|byte| byte.is_ascii_hexdigit()),
            "{id}: {given}"
        );
    }
    let two = [device.get("/").await, device.get("/").await];
    assert_ne!(
        two[0].headers["x-request-id"],
        two[1].headers["x-request-id"]
    );
}

#[tokio::test]
async fn a_client_that_was_told_to_wait_finds_when_in_the_header_too() {
    let service = Service::start().await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    service.store.fail(Failure::Unavailable);
    let reply = device.post("{ me { id } }", json!({})).await;
    assert_eq!(reply.headers["retry-after"], "2");
    assert_eq!(
        reply.json["errors"][0]["extensions"]["retryAfterSeconds"],
        2
    );
    service.store.mend();
    assert_eq!(
        device
            .post("{ me { id } }", json!({}))
            .await
            .headers
            .get("retry-after"),
        None
    );
}
