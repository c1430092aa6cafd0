//! Runs the fuzz targets on random bytes and on requests that are almost valid. `fuzz/run` runs
//! them for longer.

#[path = "../../fuzz/bodies.rs"]
mod bodies;

use proptest::prelude::*;
use tokio::runtime::Runtime;

use crate::support::Service;

/// Generates requests from pieces of valid ones.
fn requests() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "{\"query\":\"",
        "\",\"variables\":{",
        "}",
        "\"operationName\":",
        "null",
        ",",
        "{",
        "me",
        "{id}",
        "query A",
        "mutation ",
        "(input:{",
        "})",
        "__typename",
        "...F",
        "fragment F on User",
        "... on Query{",
        "@include(if:",
        "$v",
        "\\\"",
        "\\u00e9",
        "1",
        "\"",
        "[",
        "]",
        ":",
        " ",
        "__schema{types{name}}",
        "policy{codeLength}",
        "login",
        "refresh",
        "logout",
        "A",
        "\u{feff}",
        "é",
        "\"extensions\":{\"persistedQuery\":{\"sha256Hash\":\"x\"}}",
        "\"documentId\":\"x\"",
        "#",
        "\\n",
    ]);
    prop::collection::vec(pieces, 0..30).prop_map(|pieces| pieces.concat())
}

fn check(inputs: &impl Strategy<Value: AsRef<[u8]>>) {
    let runtime = Runtime::new().unwrap();
    let service = runtime.block_on(Service::with(&[("LATCHKEY_LIMITS", "off")]));
    let router = service.app.router();
    proptest!(ProptestConfig::with_cases(300), |(input in inputs)| {
        bodies::document_limits(input.as_ref());
        runtime.block_on(bodies::http(router.clone(), input.as_ref()));
    });
}

#[test]
fn random_bytes_never_crash_the_service() {
    check(&prop::collection::vec(any::<u8>(), 0..200));
}

#[test]
fn shuffled_request_pieces_never_crash_the_service() {
    check(&requests());
    check(&requests().prop_map(|text| format!("{{\"query\":{}}}", serde_json::json!(text))));
    check(&requests().prop_map(|text| format!("{{\"query\":\"{{{text}}}\"}}")));
}
