//! Bombs: documents that are small to send and dear to answer. Each is refused with one error, and does nothing.

mod fragments;

use std::time::{Duration, Instant};

use axum::http::StatusCode;
use serde_json::{Value, json};

use fragments::{bombs, fan_out};

use crate::support::{Device, PASSWORD, Reply, Service, kind};

/// The most that an error's answer may weigh.
const REPLY: usize = 16 * 1024;

/// An error as it must be, with its code.
fn refused<'a>(name: &str, reply: &'a Reply) -> &'a str {
    assert_eq!(reply.json.get("data"), None, "{name}: {}", reply.json);
    let errors = reply.json["errors"].as_array().unwrap();
    let most = if reply.code() == "GRAPHQL_VALIDATION_FAILED" {
        10
    } else {
        1
    };
    assert!(
        (1..=most).contains(&errors.len()),
        "{name}: {} errors",
        errors.len()
    );
    let text = reply.json.to_string();
    assert!(text.len() <= REPLY, "{name}: {} bytes", text.len());
    assert!(!text.contains("S3cret"), "{name}: {text}");
    reply.code()
}

#[tokio::test]
async fn document_past_a_limit_is_refused_before_execution() {
    let service = Service::start().await;
    let device = service.device();
    service.store.work();
    for (name, document, code) in bombs() {
        let reply = device.post(&document, json!({})).await;
        assert_eq!(refused(name, &reply), code, "{name}: {}", reply.json);
    }
    assert_eq!(service.store.work(), crate::support::Work::default());
}

#[tokio::test]
async fn error_message_names_the_exceeded_limit() {
    let device = Service::start().await.device();
    for (document, words) in [
        (
            "mutation { login login }",
            "at most 1 field that consumes a credential in an operation.",
        ),
        (
            &format!("{{ {} }}", "me ".repeat(17)),
            "at most 16 fields at the root of an operation, fragments written out.",
        ),
        (
            &fan_out(10, 5),
            "at most 1000 selections, fragments written out.",
        ),
    ] {
        let reply = device.post(document, json!({})).await;
        let message = reply.json["errors"][0]["message"].as_str().unwrap();
        assert!(message.ends_with(words), "{message}");
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
    for disguise in [
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
        let reply = device.post(&disguise, json!({})).await;
        assert!(
            reply.json.get("data").is_none(),
            "{disguise}: {}",
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
    let query = "query($v: [Int]) { policy { codeLength } me(a: [$v, $v, $v]) { id } }";
    let reply = device.post(query, json!({ "v": vec![0; 600] })).await;
    assert_eq!(reply.code(), "QUERY_TOO_COMPLEX");
    let nested = (0..300).fold(json!(0), |inner, _| json!([inner]));
    assert_eq!(
        device
            .post_json(json!({ "query": query, "variables": { "v": nested } }).to_string())
            .await
            .status,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn oversized_body_is_refused_before_parsing() {
    let device = Service::start().await.device();
    let string = format!("{{ me(a: \"{}\") {{ id }} }}", "x".repeat(5 << 20));
    assert_eq!(
        device.post(&string, json!({})).await.status,
        StatusCode::PAYLOAD_TOO_LARGE
    );
}

async fn timed(device: &Device, document: &str, variables: &Value) -> Duration {
    let started = Instant::now();
    device.post(document, variables.clone()).await;
    started.elapsed()
}

/// Figures, not a check: `cargo test --release --test api document_limits::figures -- --ignored --nocapture`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "it measures, and timing decides no test"]
#[expect(clippy::print_stdout, reason = "figures are for reading")]
async fn figures() {
    let service = Service::start().await;
    let device = service.device();
    let none = json!({});
    let many = json!({ "v": vec![0; 490] });
    let copies = format!(
        "mutation($v: [Int]) {{ updateProfile(input: {{ firstName: [{}] }}) {{ __typename }} }}",
        "$v ".repeat(480)
    );
    let introspection = include_str!("../../src/graphql/document_limits/introspection.graphql");
    let extra = [
        ("variables copied 480 times", copies, many),
        ("introspection", introspection.to_owned(), none.clone()),
        (
            "introspection, nested in limits",
            "{__schema{types{fields{type{fields{type{possibleTypes{fields{type{name description}}}}}}}}}}".to_owned(),
            none.clone(),
        ),
    ];
    let bombs = bombs()
        .into_iter()
        .map(|(name, document, _)| (name, document, none.clone()))
        .chain(extra);
    for (name, document, variables) in bombs {
        let mut alone = Vec::new();
        for _ in 0..5 {
            alone.push(timed(&device, &document, &variables).await);
        }
        alone.sort();
        // Two at once, without a pause, while somebody else asks for next to nothing.
        let storm: Vec<_> = (0..2)
            .map(|_| {
                let (device, document, variables) =
                    (device.clone(), document.clone(), variables.clone());
                tokio::spawn(async move {
                    while timed(&device, &document, &variables).await > Duration::ZERO {}
                })
            })
            .collect();
        let mut others = Vec::new();
        for _ in 0..40 {
            others.push(timed(&device, "{ __typename }", &none).await);
        }
        storm.iter().for_each(tokio::task::JoinHandle::abort);
        others.sort();
        let size = device
            .post(&document, variables)
            .await
            .json
            .to_string()
            .len();
        println!(
            "{name:40} {:6} B: median {:?}, reply {size} B; beside two of them {{ __typename }}: median {:?}, worst {:?}",
            document.len(),
            alone[2],
            others[20],
            others[39]
        );
    }
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
