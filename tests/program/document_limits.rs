//! Documents one step beyond each limit are rejected quickly, and other clients do not wait
//! meanwhile.
//!
//! One of the two places where a test measures time, because the timing itself is promised. The
//! best of several attempts counts: an expensive document is slow every time, a busy machine is
//! not.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use latchkey::graphql::document_limits::LIMITS;
use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::home::Home;

const ANSWERED: Duration = Duration::from_millis(200);
const ATTEMPTS: usize = 20;
const SENDERS: usize = 2;
const ROUNDS: usize = 3;
const REQUESTS: usize = 50;

/// The most expensive document that a client sends in earnest.
const INTROSPECTION: &str = include_str!("../../fuzz/seeds/document_limits/introspection.graphql");

/// A document, its variables, and the name of the limit that it exceeds.
struct Oversized {
    limit: &'static str,
    document: String,
    variables: Value,
}

fn times(count: usize, part: impl Fn(usize) -> String) -> String {
    (0..count).map(part).collect()
}

/// Returns documents that exceed the limits of the text: tokens, brackets, and the definitions in a
/// document.
fn oversized_texts() -> [(&'static str, String); 5] {
    let nested_list = format!("{{me(a:{}{}){{id}}}}", "[".repeat(32), "]".repeat(32));
    let fragments = times(65, |n| format!("fragment f{n} on User{{id}}"));
    let operations = times(21, |n| format!("query q{n}{{__typename}}"));
    [
        ("TOKENS", format!("{{__typename{}}}", "#\n".repeat(998))),
        ("NESTING", nested_list),
        ("WORD", format!("{{{}}}", "a".repeat(129))),
        ("FRAGMENTS", format!("{{__typename}}{fragments}")),
        ("OPERATIONS", operations),
    ]
}

/// Returns documents that exceed the limits of an operation.
fn oversized_operations() -> [(&'static str, String); 8] {
    let aliases = times(33, |n| format!("a{n}:id "));
    let skipped = "id@skip(if:false)".repeat(33);
    let fields =
        "id email role gender firstName lastName mobileNumber emailVerified createdAt updatedAt ";
    let fragment = format!("fragment f on User{{{}}}", fields.repeat(5));
    let spreads = "...f ".repeat(20);
    let sessions = "id createdAt ".repeat(32);
    [
        ("ROOT_FIELDS", format!("{{{}}}", "__typename ".repeat(17))),
        ("ALIASES", format!("{{me{{{aliases}}}}}")),
        ("DIRECTIVES", format!("{{me{{{skipped}}}}}")),
        ("DEPTH", format!("{}{}", "{me".repeat(25), "}".repeat(25))),
        ("SELECTIONS", format!("{{me{{{spreads}}}}}{fragment}")),
        ("VALUES", format!("{{me{{sessions{{{sessions}}}}}}}")),
        ("CREDENTIALS", format!("mutation{{{}}}", times(2, login))),
        ("VARIABLES", "query($list:[Int]){__typename}".to_owned()),
    ]
}

/// Returns a document for each limit. Each is a few kilobytes of GraphQL that any library handles
/// in milliseconds.
fn oversized() -> Vec<Oversized> {
    let with_variables = |(limit, document)| {
        let list = if limit == "VARIABLES" { 500 } else { 0 };
        Oversized {
            limit,
            document,
            variables: json!({ "list": vec![0; list] }),
        }
    };
    oversized_texts()
        .into_iter()
        .chain(oversized_operations())
        .map(with_variables)
        .collect()
}

fn login(alias: usize) -> String {
    format!("a{alias}:login(input:{{email:\"a@x.test\",password:\"guess\"}}){{__typename}}")
}

fn time(client: &Client, document: &str, variables: &Value) -> Duration {
    let started = Instant::now();
    _ = client.try_post(document, variables).unwrap();
    started.elapsed()
}

#[test]
fn documents_beyond_limits_are_rejected_without_delaying_others() {
    let home = Home::new();
    let server = home.start();
    let oversized = oversized();
    let exceeded: Vec<&str> = oversized.iter().map(|it| it.limit).collect();
    let limits: Vec<&str> = LIMITS.iter().map(|limit| limit.name).collect();
    assert_eq!(exceeded, limits, "there is a document for each limit");
    for it in &oversized {
        let response = server
            .client()
            .try_post(&it.document, &it.variables)
            .unwrap();
        assert_eq!(
            response["errors"][0]["extensions"]["code"], "QUERY_TOO_COMPLEX",
            "{}: {response}",
            it.limit
        );
        let is_fast = || time(&server.client(), &it.document, &it.variables) < ANSWERED;
        let answered = (0..ATTEMPTS).any(|_| is_fast());
        assert!(answered, "{}: not once within {ANSWERED:?}", it.limit);
    }
    let is_fast = |_| time(&server.client(), INTROSPECTION, &json!({})) < ANSWERED;
    assert!((0..ATTEMPTS).any(is_fast), "introspection is slow");
    assert_others_are_not_delayed(&server.client(), &oversized);
}

/// Sends the documents repeatedly, and asserts that a small request is usually answered in time
/// meanwhile.
fn assert_others_are_not_delayed(client: &Client, oversized: &[Oversized]) {
    let is_over = AtomicBool::new(false);
    let send = |client: Client| {
        let running = |_: &&Oversized| !is_over.load(Ordering::Relaxed);
        for it in oversized.iter().cycle().take_while(running) {
            _ = client.try_post(&it.document, &it.variables);
            _ = client.try_post(INTROSPECTION, &json!({}));
        }
    };
    thread::scope(|scope| {
        for _ in 0..SENDERS {
            scope.spawn(|| send(client.clone()));
        }
        let median = |_| {
            let mut waited: Vec<_> = (0..REQUESTS)
                .map(|_| time(client, "{ __typename }", &json!({})))
                .collect();
            waited.sort();
            waited[REQUESTS / 2]
        };
        let is_fast = (0..ROUNDS).map(median).any(|waited| waited < ANSWERED);
        is_over.store(true, Ordering::Relaxed);
        assert!(
            is_fast,
            "more than half of the requests waited for longer than {ANSWERED:?}"
        );
    });
}
