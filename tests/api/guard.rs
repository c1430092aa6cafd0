//! Bombs: documents that are small to send and dear to answer. Each is refused with one error, and does nothing.

use std::time::{Duration, Instant};

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::support::{Device, PASSWORD, Reply, Service, kind};

/// What is left of 64 KiB for a document, once it is a string in JSON.
const ROOM: usize = 64 * 1024 - 100;
/// The most that an error's answer may weigh.
const REPLY: usize = 16 * 1024;

/// How much room a text takes in JSON.
fn room(text: &str) -> usize {
    json!(text).to_string().len() - 2
}

fn filled(before: &str, unit: &str, after: &str) -> String {
    format!("{before}{}{after}", unit.repeat((ROOM - room(before) - room(after)) / room(unit)))
}

fn several(part: impl Fn(usize) -> String) -> String {
    let mut left = ROOM - 20;
    let parts = (0..).map(part).take_while(|part| {
        let fits = room(part) <= left;
        left = left.saturating_sub(room(part));
        fits
    });
    parts.collect()
}

fn fan_out(width: usize, levels: usize) -> String {
    let fragment =
        |level: usize| format!("fragment f{level} on User{{{}}}", format!("...f{} ", level + 1).repeat(width));
    let fragments: String = (0..levels).map(fragment).collect();
    format!("{{me{{...f0}}}}{fragments}fragment f{levels} on User{{id}}")
}

fn login(alias: usize) -> String {
    format!("a{alias}:login(input:{{email:\"a@x.test\",password:\"guess\"}}){{__typename}}")
}

/// Every bomb: its name, its document, and the code that it is answered with.
fn bombs() -> Vec<(&'static str, String, &'static str)> {
    const TOO_COMPLEX: &str = "QUERY_TOO_COMPLEX";
    const PARSE_FAILED: &str = "GRAPHQL_PARSE_FAILED";
    const VALIDATION_FAILED: &str = "GRAPHQL_VALIDATION_FAILED";
    vec![
        ("fan-out, 2 wide, 26 deep", fan_out(2, 26), TOO_COMPLEX),
        ("fan-out, 2 wide, 20 deep", fan_out(2, 20), TOO_COMPLEX),
        ("fan-out, 30 wide, 6 deep", fan_out(30, 6), TOO_COMPLEX),
        ("fan-out, 19 wide, 20 deep", fan_out(19, 20), TOO_COMPLEX),
        ("aliased logins", format!("mutation{{{}}}", several(login)), TOO_COMPLEX),
        ("50 aliased logins", format!("mutation{{{}}}", (0..50).map(login).collect::<String>()), TOO_COMPLEX),
        ("2 aliased logins", format!("mutation{{{}{}}}", login(0), login(1)), TOO_COMPLEX),
        ("aliases", format!("{{{}}}", several(|it| format!("a{it}:me{{id}}"))), TOO_COMPLEX),
        ("fields", filled("{", "me ", "}"), TOO_COMPLEX),
        ("unknown fields", format!("{{me{{{}}}}}", several(|it| format!("x{it} "))), TOO_COMPLEX),
        (
            "unknown fields, in limits",
            format!("{{me{{{}}}}}", (0..900).map(|it| format!("x{it} ")).collect::<String>()),
            VALIDATION_FAILED,
        ),
        (
            "long unknown fields",
            format!("{{me{{{}}}}}", (0..480).map(|it| format!("{it:x>127} ")).collect::<String>().replace('0', "y")),
            VALIDATION_FAILED,
        ),
        (
            "conflicting fields",
            format!("{{me{{{}}}}}", (0..32).map(|it| format!("a:x{it} ")).collect::<String>()),
            VALIDATION_FAILED,
        ),
        ("conflicting arguments", filled_in_limits("{", "me(a:1,b:2,c:3) ", "}", 16), VALIDATION_FAILED),
        ("arguments", filled("{me(", "a:1 ", "){id}}"), TOO_COMPLEX),
        ("arguments, in limits", filled_in_limits("{a:me(", "a:1 ", "){id} a:me(b:1){id}}", 325), VALIDATION_FAILED),
        ("directives", filled("{me{id ", "@include(if:true)", "}}"), TOO_COMPLEX),
        ("unknown directives", filled("{me{id ", "@a ", "}}"), TOO_COMPLEX),
        ("nested fields", format!("{}{}", "{me".repeat(ROOM / 4), "}".repeat(ROOM / 4)), TOO_COMPLEX),
        ("50 nested fields", format!("{}{}", "{me".repeat(50), "}".repeat(50)), TOO_COMPLEX),
        ("nested fields without an end", filled("", "{me", ""), TOO_COMPLEX),
        ("nested inline fragments without an end", filled("", "{...", ""), TOO_COMPLEX),
        ("nested lists", format!("{{me(a:{}{})}}", "[".repeat(ROOM / 2 - 10), "]".repeat(ROOM / 2 - 10)), TOO_COMPLEX),
        (
            "nested types",
            format!("query($a:{}A{}){{me{{id}}}}", "[".repeat(ROOM / 2 - 20), "]".repeat(ROOM / 2 - 20)),
            TOO_COMPLEX,
        ),
        ("a circle", "{me{...a}}fragment a on User{...b}fragment b on User{...a}".to_owned(), VALIDATION_FAILED),
        ("a long integer", filled("{me(a:", "1", "){id}}"), TOO_COMPLEX),
        ("an integer of 1000 digits", format!("{{me(a:{}){{id}}}}", "1".repeat(1000)), TOO_COMPLEX),
        ("a long name", filled("{", "a", "}"), TOO_COMPLEX),
        ("a long string", filled("{me(a:\"", "S3cret", "\"){id}}"), VALIDATION_FAILED),
        ("a long block string", filled("{me(a:\"\"\"", " \n", "\"\"\"){id}}"), VALIDATION_FAILED),
        ("a block string without an end", filled("{me(a:\"\"\"", " \n", ""), PARSE_FAILED),
        ("quotes", filled("{me(a:", "\"", "){id}}"), TOO_COMPLEX),
        ("escapes", filled("{me(a:\"", "\\u0041", "\"){id}}"), VALIDATION_FAILED),
        ("comments", filled("{me{id", "#\n", "}}"), TOO_COMPLEX),
        (
            "small fragments",
            format!("{{me{{id}}}}{}", several(|it| format!("fragment f{it} on User{{id}}"))),
            TOO_COMPLEX,
        ),
        ("operations", several(|it| format!("query q{it}{{me{{id}}}}")), TOO_COMPLEX),
        ("variable definitions", format!("query({}){{me{{id}}}}", several(|it| format!("$v{it}:Int "))), TOO_COMPLEX),
        (
            "the schema many times",
            format!("{{{}}}", "__schema{types{name fields{name args{name type{name}}}}}".repeat(100)),
            TOO_COMPLEX,
        ),
        (
            "the schema in itself",
            "{__schema{types{fields{type{fields{type{fields{type{fields{type{name}}}}}}}}}}}".to_owned(),
            TOO_COMPLEX,
        ),
        ("unbalanced brackets", filled("{me", "}", ""), TOO_COMPLEX),
    ]
}

fn filled_in_limits(before: &str, unit: &str, after: &str, times: usize) -> String {
    format!("{before}{}{after}", unit.repeat(times))
}

/// An error as it must be, with its code.
fn refused<'a>(name: &str, reply: &'a Reply) -> &'a str {
    assert_eq!(reply.json.get("data"), None, "{name}: {}", reply.json);
    let errors = reply.json["errors"].as_array().unwrap();
    let most = if reply.code() == "GRAPHQL_VALIDATION_FAILED" { 10 } else { 1 };
    assert!((1..=most).contains(&errors.len()), "{name}: {} errors", errors.len());
    let text = reply.json.to_string();
    assert!(text.len() <= REPLY, "{name}: {} bytes", text.len());
    assert!(!text.contains("S3cret"), "{name}: {text}");
    reply.code()
}

#[tokio::test]
async fn every_bomb_is_refused_with_a_small_answer_before_anything_is_done() {
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
async fn the_limit_that_was_exceeded_is_named_with_its_value() {
    let device = Service::start().await.device();
    for (document, words) in [
        ("mutation { login login }", "at most 1 field that consumes a credential in an operation."),
        (
            &format!("{{ {} }}", "me ".repeat(17)),
            "at most 16 fields at the root of an operation, fragments written out.",
        ),
        (&fan_out(10, 5), "at most 1000 selections, fragments written out."),
    ] {
        let reply = device.post(document, json!({})).await;
        let message = reply.json["errors"][0]["message"].as_str().unwrap();
        assert!(message.ends_with(words), "{message}");
    }
}

#[tokio::test]
async fn a_guess_dressed_up_is_one_guess_or_none() {
    let device = Service::start().await.device();
    device.sign_up("ada@x.test").await;
    let login = |alias: &str, password: &str| {
        format!("{alias}login(input: {{ email: \"ada@x.test\", password: \"{password}\" }}) {{ __typename }}")
    };
    for disguise in [
        format!("mutation {{ {} {} }}", login("", "guess"), login("b: ", PASSWORD)),
        format!("mutation {{ {} ... {{ {} }} }}", login("", "guess"), login("b: ", PASSWORD)),
        format!("mutation {{ ...F b: {} }} fragment F on Mutation {{ {} }}", login("", PASSWORD), login("", "guess")),
        format!(
            "mutation {{ {} @skip(if: true) b: {} }}",
            login("", "guess").replace('{', "{").split(" {").next().unwrap(),
            login("", PASSWORD)
        ),
    ] {
        let reply = device.post(&disguise, json!({})).await;
        assert!(reply.json.get("data").is_none(), "{disguise}: {}", reply.json);
    }
    assert_eq!(kind(&device.log_in("ada@x.test", PASSWORD).await), "Authenticated");
}

#[tokio::test]
async fn variables_have_500_values_at_most() {
    let device = Service::start().await.device();
    let query = "query($v: [Int]) { policy { codeLength } me(a: [$v, $v, $v]) { id } }";
    let reply = device.post(query, json!({ "v": vec![0; 600] })).await;
    assert_eq!(reply.code(), "QUERY_TOO_COMPLEX");
    let nested = (0..300).fold(json!(0), |inner, _| json!([inner]));
    assert_eq!(
        device.post_json(json!({ "query": query, "variables": { "v": nested } }).to_string()).await.status,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn what_is_larger_than_a_body_is_not_read() {
    let device = Service::start().await.device();
    let string = format!("{{ me(a: \"{}\") {{ id }} }}", "x".repeat(5 << 20));
    assert_eq!(device.post(&string, json!({})).await.status, StatusCode::PAYLOAD_TOO_LARGE);
}

async fn timed(device: &Device, document: &str, variables: &Value) -> Duration {
    let started = Instant::now();
    device.post(document, variables.clone()).await;
    started.elapsed()
}

/// Figures, not a check: `cargo test --release --test api guard::figures -- --ignored --nocapture`.
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
    let introspection = include_str!("../../src/graphql/guard/introspection.graphql");
    let extra = [
        ("variables copied 480 times", copies, many),
        ("introspection", introspection.to_owned(), none.clone()),
        (
            "introspection, nested in limits",
            "{__schema{types{fields{type{fields{type{possibleTypes{fields{type{name description}}}}}}}}}}".to_owned(),
            none.clone(),
        ),
    ];
    let bombs = bombs().into_iter().map(|(name, document, _)| (name, document, none.clone())).chain(extra);
    for (name, document, variables) in bombs {
        let mut alone = Vec::new();
        for _ in 0..5 {
            alone.push(timed(&device, &document, &variables).await);
        }
        alone.sort();
        // Two at once, without a pause, while somebody else asks for next to nothing.
        let storm: Vec<_> = (0..2)
            .map(|_| {
                let (device, document, variables) = (device.clone(), document.clone(), variables.clone());
                tokio::spawn(async move { while timed(&device, &document, &variables).await > Duration::ZERO {} })
            })
            .collect();
        let mut others = Vec::new();
        for _ in 0..40 {
            others.push(timed(&device, "{ __typename }", &none).await);
        }
        storm.iter().for_each(tokio::task::JoinHandle::abort);
        others.sort();
        let size = device.post(&document, variables).await.json.to_string().len();
        println!(
            "{name:40} {:6} B: median {:?}, reply {size} B; beside two of them {{ __typename }}: median {:?}, worst {:?}",
            document.len(),
            alone[2],
            others[20],
            others[39]
        );
    }
}
