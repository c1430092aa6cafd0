//! GraphQL over HTTP by GET: queries in the URL, and the URL's limits.

use axum::http::{Request, StatusCode};
use serde_json::json;

use crate::support::{Reply, Service};

pub const LENGTH: &str = "{ policy { codeLength } }";

/// Returns the URL of `/graphql` with query parameters.
fn url(parameters: &[(&str, &str)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    format!("/graphql?{}", query.extend_pairs(parameters).finish())
}

pub fn assert_refused(reply: &Reply, status: StatusCode) {
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
        assert_refused(
            &device.get(&url(parameters)).await,
            StatusCode::UNPROCESSABLE_ENTITY,
        );
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
