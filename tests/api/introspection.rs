//! Introspection: open on a loopback address, closed elsewhere unless the operator opens it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{Device, Service};

const INTROSPECTION: &str = include_str!("../../src/graphql/document_limits/introspection.graphql");
const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

async fn closed() -> Device {
    Service::with(&[("LATCHKEY_INTROSPECTION", "off")])
        .await
        .device()
}

#[tokio::test]
async fn graphiql_introspection_query_is_answered_in_full() {
    let reply = Service::start()
        .await
        .device()
        .post(INTROSPECTION, json!({}))
        .await;
    assert_eq!(reply.json.get("errors"), None);
    let types = reply.json["data"]["__schema"]["types"].as_array().unwrap();
    assert!(
        types.iter().any(|it| it["name"] == "SignupResult"),
        "{types:?}"
    );
}

/// Counts the scalars and objects of a response.
fn count_values(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(count_values).sum(),
        Value::Object(fields) => 1 + fields.values().map(count_values).sum::<usize>(),
        _ => 1,
    }
}

/// The document limits only estimate the number of values, so this compares the limit with the real
/// number.
#[tokio::test]
async fn graphiql_introspection_stays_below_the_value_limit() {
    let reply = Service::start()
        .await
        .device()
        .post(INTROSPECTION, json!({}))
        .await;
    let most = latchkey::graphql::document_limits::LIMITS
        .iter()
        .find(|limit| limit.name == "VALUES")
        .unwrap()
        .most;
    assert!(
        count_values(&reply.json["data"]) * 2 < most,
        "{}",
        count_values(&reply.json["data"])
    );
}

#[tokio::test]
async fn closed_introspection_hides_the_schema_from_every_query() {
    let device = closed().await;
    for query in [
        "{ __schema { types { name } } }",
        "{ __type(name: \"User\") { name } }",
        "{ a: __schema { queryType { name } } policy { codeLength } }",
        "{ ... on Query { __schema { types { name } } } }",
        "{ ... { ... @include(if: true) { __type(name: \"User\") { fields { name } } } } }",
        "{ ...F } fragment F on Query { __schema { types { name } } }",
        "mutation { ... { __schema { types { name } } } }",
        "query A { policy { codeLength } } query B { __schema { types { name } } }",
        INTROSPECTION,
    ] {
        let reply = device.post(query, json!({})).await;
        assert_eq!(
            (reply.json.get("data"), reply.code()),
            (None, "GRAPHQL_VALIDATION_FAILED"),
            "{query}: {}",
            reply.json
        );
    }
}

#[tokio::test]
async fn closed_introspection_serves_no_page_and_no_schema() {
    let open = Service::start().await.device();
    let page = open
        .with_header("accept", BROWSER)
        .get("/graphql")
        .await
        .json;
    let asset = page
        .as_str()
        .unwrap()
        .split('"')
        .find(|text| text.starts_with("./graphiql/assets/"))
        .unwrap()
        .trim_start_matches('.');
    let closed = closed().await;
    for path in [
        "/graphql",
        "/graphql?query={__typename}",
        asset,
        "/schema.graphql",
        "/client/schema.graphql",
        "/client/schema.json",
        "/client/possibleTypes.json",
        "/client/operations.graphql",
        "/client/operations/login.graphql",
    ] {
        assert_eq!(
            open.with_header("accept", BROWSER).get(path).await.status,
            200,
            "{path}"
        );
        assert_eq!(
            closed.with_header("accept", BROWSER).get(path).await.status,
            404,
            "{path}"
        );
    }
    let reply = closed.get("/graphql?query=%7B__typename%7D").await;
    assert_eq!(reply.json, json!({ "data": { "__typename": "Query" } }));
}

/// Returns the words of the schema that are long enough to be unmistakable, and the names of its
/// scalars.
fn names() -> BTreeSet<String> {
    let described = latchkey::graphql::sdl();
    // Every other part is a description.
    let sdl: String = described.split("\"\"\"").step_by(2).collect();
    let words = sdl
        .split(|it: char| !it.is_alphanumeric() && it != '_')
        .filter(|word| word.len() > 4);
    words.chain(["ID", "Int"]).map(str::to_owned).collect()
}

/// Returns documents that are invalid, each in another way, with their variables.
fn invalid_requests() -> Vec<(&'static str, Value)> {
    let sign_up = "mutation($input: SignupInput!) { signup(input: $input) { __typename } }";
    vec![
        ("{ mee { id } }", json!({})),
        ("{ me { passwordHash } }", json!({})),
        ("{ me }", json!({})),
        ("{ me { id { x } } }", json!({})),
        ("mutation { logout { __typename } }", json!({})),
        ("mutation { logi(input: {}) { __typename } }", json!({})),
        (
            "mutation { login(input: { e: { x: 1 } }) { __typename } }",
            json!({}),
        ),
        ("mutation { login(input: 1) { __typename } }", json!({})),
        ("mutation { login(inpt: {}) { x } }", json!({})),
        (
            "mutation { updateProfile(input: { gender: X }) { __typename } }",
            json!({}),
        ),
        (
            "mutation { updateProfile(input: { gender: \"X\" }) { x ... on Y { z } } }",
            json!({}),
        ),
        ("{ me { ... on AccountError { message } } }", json!({})),
        (sign_up, json!({})),
        (sign_up, json!({ "input": null })),
        (sign_up, json!({ "input": { "e": 1 } })),
        (sign_up, json!({ "input": { "email": 1 } })),
        (sign_up, json!({ "input": "x" })),
        ("query($v: Nothing) { me(v: $v) { id } }", json!({ "v": 1 })),
        (
            "query($v: Boolean) { me { id @include(if: $v) } }",
            json!({}),
        ),
        (
            "query($v: Boolean!) { me { id @include(if: $v) } }",
            json!({ "v": "x" }),
        ),
        ("{ me { id @include } }", json!({})),
        ("subscription { me { id } }", json!({})),
        ("{", json!({})),
    ]
}

#[tokio::test]
async fn closed_introspection_errors_name_only_what_was_sent() {
    let (open, closed) = (Service::start().await.device(), closed().await);
    let names = names();
    let mut differing = 0;
    for (query, variables) in invalid_requests() {
        let sent = format!("{query} {variables}");
        let reply = closed.post(query, variables.clone()).await;
        let text = reply.json.to_string();
        assert!(!reply.code().is_empty(), "{query}: {text}");
        for name in &names {
            let is_word = |text: &str| {
                text.split(|it: char| !it.is_alphanumeric() && it != '_')
                    .any(|word| word == name)
            };
            assert!(
                !is_word(&text) || is_word(&sent) || is_of_errors(name),
                "{name} in {text} for {query}"
            );
        }
        // Only the wording differs.
        let helpful = open.post(query, variables).await;
        assert_eq!(codes(&reply.json), codes(&helpful.json), "{query}");
        differing += usize::from(reply.json != helpful.json);
    }
    assert!(
        differing > 10,
        "messages are not more helpful with introspection"
    );
}

/// Returns whether a word is part of every GraphQL error.
fn is_of_errors(name: &str) -> bool {
    [
        "message",
        "locations",
        "extensions",
        "errors",
        "document",
        "schema",
        "field",
        "server",
        "valid",
        "request",
        "reason",
    ]
    .contains(&name)
}

fn codes(answer: &Value) -> Vec<(Value, Value)> {
    let errors = answer["errors"].as_array().unwrap();
    let mut codes: Vec<_> = errors
        .iter()
        .map(|it| (it["extensions"]["code"].clone(), it["locations"].clone()))
        .collect();
    codes.sort_by_key(|(code, locations)| format!("{code}{locations}"));
    codes
}
