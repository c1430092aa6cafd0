//! GraphQL over HTTP: the media type, the status and the headers of a response.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::http::{POLICY, assert_not_executed, assert_refused, sign_up_body};
use crate::support::{Failure, Service};

const RESPONSE_JSON: &str = "application/graphql-response+json";

#[tokio::test]
async fn response_has_the_requested_media_type() {
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
    assert_not_executed(&device).await;
}

#[tokio::test]
async fn error_response_has_the_requested_media_type() {
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
async fn status_depends_on_the_requested_media_type() {
    let device = Service::start().await.device();
    let answers: [(&str, u16, Option<Value>); 7] = [
        (
            "{ __typename }",
            200,
            Some(json!({ "__typename": "Query" })),
        ),
        ("{ me { id } }", 294, Some(json!({ "me": null }))),
        (
            r"mutation { logout(input: {}) { __typename } }",
            294,
            Some(Value::Null),
        ),
        ("{ nothing }", 422, None),
        ("query A { __typename } query B { __typename }", 422, None),
        ("query ($id: ID!) { node(id: $id) { id } }", 422, None),
        ("{", 400, None),
    ];
    for (query, status, data) in answers {
        let body = json!({ "query": query }).to_string();
        let strict = device
            .with_header("accept", RESPONSE_JSON)
            .post_json(body.clone())
            .await;
        assert_eq!(
            (strict.status.as_u16(), strict.json.get("data")),
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
async fn request_id_is_taken_over_or_generated() {
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
async fn overloaded_response_has_a_retry_after_header() {
    let service = Service::start().await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    service.store.fail(Failure::Unavailable);
    let reply = device.post("{ me { id } }", json!({})).await;
    assert_eq!(reply.headers["retry-after"], "2");
    assert_eq!(
        reply.json["errors"][0]["extensions"]["retryAfterSeconds"],
        2
    );
    service.store.recover();
    assert_eq!(
        device
            .post("{ me { id } }", json!({}))
            .await
            .headers
            .get("retry-after"),
        None
    );
}
