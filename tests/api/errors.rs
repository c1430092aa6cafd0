//! Top-level errors: each has a code for programs, and quotes nothing of the request.

use std::collections::BTreeSet;

use latchkey::graphql::Code;
use serde_json::json;

use crate::support::{Failure, Reply, Service};

pub const SECRET: &str = "S3cretLit";

/// Returns the code of a response to a document that is refused before execution.
fn refused(reply: &Reply) -> &str {
    assert_eq!(reply.json.get("data"), None, "{}", reply.json);
    for error in reply.json["errors"].as_array().unwrap() {
        assert!(
            error["message"].is_string() && error["extensions"]["code"].is_string(),
            "{error}"
        );
    }
    reply.code()
}

#[tokio::test]
async fn unparsable_document_is_not_quoted_in_the_error() {
    let device = Service::start().await.device();
    for query in [
        format!(r#"mutation {{ login(input: {{ email: "a@x.test", password: "{SECRET}""#),
        format!(r#"mutation {{ login(input: {{ password: "{SECRET}\q" }}) {{ __typename }} }}"#),
        format!("{{ me {{ id }} }} {SECRET}"),
        format!("# {SECRET}"),
        format!("\"\"\"{SECRET}"),
        String::new(),
    ] {
        let reply = device.post(&query, json!({})).await;
        assert_eq!(refused(&reply), "GRAPHQL_PARSE_FAILED", "{query}");
        assert!(!reply.json.to_string().contains("S3cret"), "{}", reply.json);
    }
    let reply = device.post("{ me {\n  id ) }", json!({})).await;
    assert_eq!(
        reply.json["errors"][0]["locations"],
        json!([{ "line": 2, "column": 6 }])
    );
}

#[tokio::test]
async fn invalid_document_gets_a_code_without_suggestions() {
    let device = Service::start().await.device();
    for query in [
        "{ mee { id } }",
        "{ me { passwordHash } }",
        "{ me }",
        "{ policy { codeLength { x } } }",
        "mutation { logi(input: {}) { __typename } }",
        "mutation { login { __typename } }",
        "mutation { logout(inpt: {}) { __typename } }",
        "mutation { logout(input: { everywhere: 1 }) { __typename } }",
        "mutation { logout(input: { evrywhere: true }) { __typename } }",
        "mutation { updateProfile(input: { gender: UNKNOWN }) { __typename } }",
        "mutation { login(input: { email: \"a@x.test\" }) { __typename } }",
        "mutation($a: Nothing) { logout(input: $a) { __typename } }",
        "mutation { logout(input: $a) { __typename } }",
        "query A { me { id } } query B { me { id } }",
        "subscription { me { id } }",
        "{ me { ...F } }",
        "{ me @nothing { id } }",
    ] {
        let reply = device.post(query, json!({})).await;
        assert_eq!(
            refused(&reply),
            "GRAPHQL_VALIDATION_FAILED",
            "{query}: {}",
            reply.json
        );
        assert!(
            !reply.json.to_string().contains("Did you mean"),
            "{}",
            reply.json
        );
    }
}

#[tokio::test]
async fn duplicate_operation_names_fail_validation() {
    let device = Service::start().await.device();
    for query in [
        "query A { me { id } } query A { me { id } }",
        "{ me { id } } { me { id } }",
    ] {
        assert_eq!(
            refused(&device.post(query, json!({})).await),
            "GRAPHQL_VALIDATION_FAILED",
            "{query}"
        );
    }
}

#[tokio::test]
async fn response_holds_at_most_ten_errors() {
    let unknown: Vec<_> = (0..40).map(|index| format!("nothing{index}")).collect();
    let query = format!("{{ me {{ {} }} }}", unknown.join(" "));
    let reply = Service::start()
        .await
        .device()
        .post(&query, json!({}))
        .await;
    assert_eq!(reply.json["errors"].as_array().unwrap().len(), 10);
}

#[tokio::test]
async fn every_error_code_can_be_produced() {
    let service = Service::start().await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    let cookie = device
        .with_header("cookie", "latchkey_refresh=x")
        .with_header("origin", "https://evil.test");
    let mut produced: BTreeSet<String> = BTreeSet::new();
    produced.insert(service.device().error("logout", json!({})).await);
    produced.insert(cookie.error("refresh", json!({})).await);
    produced.insert(device.post("{", json!({})).await.code().to_owned());
    produced.insert(
        device
            .post("{ nothing }", json!({}))
            .await
            .code()
            .to_owned(),
    );
    for body in ["[]", r#"{ "documentId": "sha256:0" }"#] {
        produced.insert(device.post_json(body).await.code().to_owned());
    }
    let many: Vec<_> = (0..1000)
        .map(|index| format!("a{index}: policy {{ codeLength }}"))
        .collect();
    produced.insert(
        device
            .post(&format!("{{ {} }}", many.join(" ")), json!({}))
            .await
            .code()
            .to_owned(),
    );
    for failure in [Failure::Unavailable, Failure::Corrupt] {
        service.store.fail(failure);
        produced.insert(device.me().await.unwrap_err());
    }
    produced.remove("");
    assert_eq!(
        produced,
        Code::ALL
            .iter()
            .map(|code| code.as_str().to_owned())
            .collect()
    );
}
