//! Documents that the specification accepts or refuses, where the library that executes them would
//! not.

use serde_json::{Value, json};

use crate::support::{Device, Reply, Service};

async fn signed_in() -> Device {
    let service = Service::start().await;
    service.device().signed_up("ada@x.test").await.0
}

#[track_caller]
fn refused(reply: &Reply, code: &str, message: &str) {
    let error = &reply.json["errors"][0];
    assert_eq!(
        (reply.json.get("data"), reply.code()),
        (None, code),
        "{}",
        reply.json
    );
    assert!(
        error["message"].as_str().unwrap().contains(message),
        "{}",
        reply.json
    );
    assert!(error["locations"][0]["line"].is_u64(), "{}", reply.json);
}

#[tokio::test]
async fn the_field_typename_is_validated_like_others() {
    let device = signed_in().await;
    for (document, message) in [
        ("{ __typename { id } }", "no fields to select from"),
        ("{ __typename(a: 1) }", "no argument \"a\""),
        ("{ __typename @nothing }", "\"@nothing\" does not exist"),
        ("{ __typename @skip(if: $a) }", "\"$a\" is not defined"),
    ] {
        let reply = device.post(document, json!({})).await;
        refused(&reply, "GRAPHQL_VALIDATION_FAILED", message);
    }
    let used = "query($skip: Boolean!) { policy { codeLength } __typename @skip(if: $skip) }";
    let reply = device.post(used, json!({ "skip": true })).await;
    assert_eq!(
        reply.json,
        json!({ "data": { "policy": { "codeLength": 6 } } })
    );
}

#[tokio::test]
async fn an_input_field_given_twice_is_refused() {
    let device = signed_in().await;
    let document = "mutation { updateProfile(input: { firstName: \"Eve\", firstName: \"Mallory\" }) { __typename } }";
    let reply = device.post(document, json!({})).await;
    refused(
        &reply,
        "GRAPHQL_VALIDATION_FAILED",
        "\"firstName\" is given twice",
    );
    assert_eq!(device.me().await.unwrap()["firstName"], "Ada");
}

#[tokio::test]
async fn fields_of_one_name_need_one_type() {
    let reply = signed_in()
        .await
        .post(
            "mutation { refresh(input: {}) { ... on Authenticated { x: tokens { expiresIn } } \
             ... on InvalidRefreshToken { x: message } } }",
            json!({}),
        )
        .await;
    refused(&reply, "GRAPHQL_VALIDATION_FAILED", "their types differ");
}

#[tokio::test]
async fn descriptions_and_newer_escapes_are_accepted() {
    let device = signed_in().await;
    let document = r#"
        "Renames the user."
        mutation Rename("The new name." $last: String!) {
            updateProfile(input: { firstName: "\u{1F600} \uD83D\uDE00", lastName: $last }) { ...Names }
        }
        """
        The names of the user.
        """
        fragment Names on UserUpdated { user { firstName lastName } }
    "#;
    let reply = device.post(document, json!({ "last": "King" })).await;
    let user = json!({ "firstName": "😀 😀", "lastName": "King" });
    assert_eq!(
        reply.json,
        json!({ "data": { "updateProfile": { "user": user } } })
    );
    for escape in ["\\uD83D", "\\uDE00", "\\u{110000}", "\\u{}"] {
        let document = format!("{{ __type(name: \"{escape}\") {{ name }} }}");
        let reply = device.post(&document, json!({})).await;
        refused(&reply, "GRAPHQL_PARSE_FAILED", "not valid GraphQL");
    }
}

#[tokio::test]
async fn directives_take_the_option_of_newer_introspection() {
    let document =
        "query($all: Boolean!) { __schema { directives(includeDeprecated: $all) { name } } }";
    let reply = signed_in()
        .await
        .post(document, json!({ "all": true }))
        .await;
    let directives = reply.json["data"]["__schema"]["directives"]
        .as_array()
        .unwrap();
    assert!(
        directives.contains(&json!({ "name": "include" })),
        "{}",
        reply.json
    );
}

#[tokio::test]
async fn an_invalid_document_has_every_error_at_its_place() {
    let document = "{\n  me { nam }\n  policy { codeLength(x: 1) }\n}";
    let reply = signed_in().await.post(document, json!({})).await;
    let errors: Vec<_> = reply.json["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| {
            (
                error["message"].as_str().unwrap(),
                error["locations"].clone(),
            )
        })
        .collect();
    assert_eq!(
        errors,
        [
            (
                "The type \"User\" has no field \"nam\".",
                json!([{ "line": 2, "column": 8 }])
            ),
            (
                "\"codeLength\" has no argument \"x\".",
                json!([{ "line": 3, "column": 23 }])
            ),
        ]
    );
}

#[tokio::test]
async fn without_introspection_errors_name_nothing_of_the_schema() {
    let service = Service::with(&[("LATCHKEY_INTROSPECTION", "off")]).await;
    let login = "mutation($input: LoginInput!) { login(input: $input) { __typename } }";
    for (document, variables, message) in [
        (
            "{ me { nam } }",
            json!({}),
            "The document does not fit the schema.",
        ),
        (
            "mutation { login { __typename } }",
            json!({}),
            "The document does not fit the schema.",
        ),
        (
            login,
            json!({ "input": { "email": "a@x.test" } }),
            "The request or a variable is malformed.",
        ),
    ] {
        let reply = service.device().post(document, variables).await;
        let error = &reply.json["errors"][0];
        assert_eq!(error["message"], message);
        assert_eq!(error["extensions"].as_object().unwrap().len(), 1, "{error}");
    }
}

/// The second time the document is found among those that were validated before.
#[tokio::test]
async fn a_document_is_answered_alike_the_second_time() {
    let device = signed_in().await;
    for document in [
        "{ me { email } }",
        "{ me { nam } }",
        "{ __type(name: \"User\") { name } }",
    ] {
        let (first, second): (Value, Value) = (
            device.post(document, json!({})).await.json,
            device.post(document, json!({})).await.json,
        );
        assert_eq!(first, second, "{document}");
    }
}
