//! The limits of a document: one past a limit is refused with one error, before anything is
//! executed.

mod documents;

use std::time::Instant;

use axum::http::StatusCode;
use latchkey::graphql::document_limits::LIMITS;
use serde_json::{Value, json};

use crate::support::{Device, PASSWORD, Service, Work, kind};
use documents::request_with;

/// The most bytes of a response to a refused document.
const MAX_REFUSAL_BYTES: usize = 16 * 1024;

#[tokio::test]
async fn document_at_each_limit_is_executed() {
    let device = Service::start().await.device();
    for limit in LIMITS {
        let request = request_with(limit.name, limit.most);
        let reply = device.post_json(request.to_string()).await;
        if limit.name == "NESTING" {
            assert_eq!(reply.code(), "GRAPHQL_VALIDATION_FAILED", "{}", reply.json);
        } else {
            assert!(
                reply.json.get("data").is_some(),
                "{}: {}",
                limit.name,
                reply.json
            );
        }
    }
}

#[tokio::test]
async fn document_past_a_limit_is_refused_before_execution() {
    let service = Service::start().await;
    let device = service.device();
    service.store.work();
    for limit in LIMITS {
        let request = request_with(limit.name, limit.most + 1);
        let reply = device.post_json(request.to_string()).await;
        assert_eq!(reply.json.get("data"), None, "{}", limit.name);
        assert_eq!(reply.code(), "QUERY_TOO_COMPLEX", "{}", reply.json);
        assert_eq!(reply.json["errors"].as_array().map(Vec::len), Some(1));
        assert!(reply.json.to_string().len() <= MAX_REFUSAL_BYTES);
    }
    assert_eq!(service.store.work(), Work::default());
}

#[tokio::test]
async fn error_message_names_the_exceeded_limit() {
    let device = Service::start().await.device();
    for limit in LIMITS {
        let request = request_with(limit.name, limit.most + 1);
        let reply = device.post_json(request.to_string()).await;
        let message = reply.json["errors"][0]["message"].as_str().unwrap();
        let words = format!("at most {} {}.", limit.most, limit.what);
        assert!(message.ends_with(&words), "{message}");
    }
}

#[tokio::test]
async fn request_holds_at_most_one_credential_field() {
    let device = Service::start().await.device();
    device.sign_up("ada@x.test").await;
    let login = |alias: &str, password: &str| {
        format!(
            "{alias}login(input: {{ email: \"ada@x.test\", password: \"{password}\" }}) {{ __typename }}"
        )
    };
    for document in [
        format!(
            "mutation {{ {} {} }}",
            login("", "guess"),
            login("b: ", PASSWORD)
        ),
        format!(
            "mutation {{ {} ... {{ {} }} }}",
            login("", "guess"),
            login("b: ", PASSWORD)
        ),
        format!(
            "mutation {{ ...F b: {} }} fragment F on Mutation {{ {} }}",
            login("", PASSWORD),
            login("", "guess")
        ),
        format!(
            "mutation {{ login(input: {{ email: \"ada@x.test\", password: \"guess\" }}) @skip(if: true) {{ __typename }} b: {} }}",
            login("", PASSWORD)
        ),
    ] {
        let reply = device.post(&document, json!({})).await;
        assert!(
            reply.json.get("data").is_none(),
            "{document}: {}",
            reply.json
        );
    }
    assert_eq!(
        kind(&device.log_in("ada@x.test", PASSWORD).await),
        "Authenticated"
    );
}

#[tokio::test]
async fn variables_hold_at_most_500_values() {
    let device = Service::start().await.device();
    let post = async |variables: Value| {
        let body = json!({ "query": "{ __typename }", "variables": variables });
        device.post_json(body.to_string()).await
    };
    let many = |count: usize| -> Value {
        let named = (0..count).map(|it| (format!("v{it}"), json!(0)));
        Value::Object(named.collect())
    };
    assert_eq!(post(many(500)).await.json.get("errors"), None);
    assert_eq!(post(many(501)).await.code(), "QUERY_TOO_COMPLEX");
    let lists = json!({ "v": vec![json!([0]); 250] });
    assert_eq!(post(lists).await.code(), "QUERY_TOO_COMPLEX");
}

#[tokio::test]
async fn oversized_body_is_refused_before_parsing() {
    let device = Service::start().await.device();
    let string = format!("{{ me(a: \"{}\") {{ id }} }}", "x".repeat(65 * 1024));
    assert_eq!(
        device.post(&string, json!({})).await.status,
        StatusCode::PAYLOAD_TOO_LARGE
    );
}

/// Prints figures instead of checking them:
/// `cargo test --release --test api measure_response_times -- --ignored --nocapture`.
#[tokio::test]
#[ignore = "it measures, and no test depends on time"]
async fn measure_response_times_around_each_limit() {
    let device = Service::start().await.device();
    let introspection = include_str!("../../../src/graphql/document_limits/introspection.graphql");
    measure(&device, "introspection", json!({ "query": introspection })).await;
    for limit in LIMITS {
        for count in [limit.most, limit.most + 1] {
            measure(&device, limit.name, request_with(limit.name, count)).await;
        }
    }
}

#[expect(clippy::print_stdout, reason = "figures are for reading")]
async fn measure(device: &Device, name: &str, request: Value) {
    let mut times = Vec::new();
    let mut bytes = 0;
    for _ in 0..5 {
        let started = Instant::now();
        let reply = device.post_json(request.to_string()).await;
        times.push(started.elapsed());
        bytes = reply.json.to_string().len();
    }
    times.sort();
    println!(
        "{name:15} {:6} bytes: median {:?}, response {bytes} bytes",
        request.to_string().len(),
        times[2]
    );
}

#[tokio::test]
async fn response_size_is_bounded_for_long_aliases() {
    let service = Service::with(&[("LATCHKEY_LIMITS", "off")]).await;
    let device = service.device().with_header("user-agent", &"x".repeat(256));
    let mut signed_in = device.signed_up("ada@x.test").await.0;
    for _ in 0..50 {
        signed_in = device.logged_in("ada@x.test").await.0;
    }
    let name = |number: usize| format!("{:x<128}", format!("n{number}"));
    let aliased = |count, field: &str| {
        let fields: Vec<_> = (0..count)
            .map(|it| format!("{}: {field}", name(it)))
            .collect();
        fields.join(" ")
    };
    let document = |users, sessions| {
        let (users, sessions) = (
            aliased(users, "me { ...F }"),
            aliased(sessions, "userAgent"),
        );
        format!("{{ {users} }} fragment F on User {{ sessions {{ {sessions} }} }}")
    };

    let refused = signed_in.post(&document(15, 17), json!({})).await;
    assert!(
        refused.json.get("data").is_none() && refused.code() == "QUERY_TOO_COMPLEX",
        "{}",
        refused.json
    );
    let cut = signed_in.post(&document(3, 17), json!({})).await;
    assert_eq!(
        (cut.code(), &cut.json["data"]),
        ("QUERY_TOO_COMPLEX", &Value::Null)
    );
    let most = signed_in.post(&document(1, 10), json!({})).await;
    assert_eq!(most.json.get("errors"), None);
    assert!(most.json.to_string().len() > 150_000);
}
