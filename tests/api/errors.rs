//! Top-level errors: each has a code for programs, and quotes nothing of the request.

use std::collections::BTreeSet;

use latchkey::graphql::Code;
use serde_json::{Value, json};

use crate::support::{Failure, INTERNALS, PASSWORD, Reply, Service, document, kind, sign_up_input};

const SECRET: &str = "S3cretLit";

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

fn assert_nothing_leaks(reply: &Reply) {
    let text = format!("{} {:?}", reply.json, reply.headers);
    for word in INTERNALS.split(' ').chain([
        "panicked",
        "sqlite",
        "rusqlite",
        "Unavailable(",
        "Corrupt(",
        ".rs:",
    ]) {
        assert!(!text.contains(word), "{word} in {text}");
    }
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
        "mutation { logout { __typename } }",
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
async fn variables_of_the_wrong_type_are_not_quoted() {
    let device = Service::start().await.device();
    let mut inputs = vec![
        json!(SECRET),
        json!([SECRET]),
        json!(null),
        json!({}),
        json!({ SECRET: 1 }),
    ];
    for value in [
        json!({ "text": SECRET }),
        json!([SECRET]),
        json!(1),
        json!(1.5),
        json!(true),
        json!(null),
    ] {
        let mut input = sign_up_input("ada@x.test");
        input["password"] = value;
        inputs.push(input);
    }
    for input in inputs {
        let reply = device
            .post(&document("signup"), json!({ "input": input }))
            .await;
        let code = reply.code();
        assert!(
            ["GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT"].contains(&code),
            "{input}: {}",
            reply.json
        );
        let is_name = input.get(SECRET).is_some();
        assert!(
            is_name || !reply.json.to_string().contains("S3cret"),
            "{}",
            reply.json
        );
        assert_eq!(reply.json["data"], Value::Null);
    }
    let mut input = sign_up_input("ada@x.test");
    input["gender"] = json!("UNKNOWN");
    assert_eq!(
        device.error("signup", input).await,
        "GRAPHQL_VALIDATION_FAILED"
    );
    assert_eq!(kind(&device.sign_up("ada@x.test").await), "Authenticated");
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

/// async-graphql up to 7.2 read an omitted variable inside an input object as null.
#[tokio::test]
async fn omitted_variable_leaves_an_input_field_unset() {
    let (device, _) = Service::start()
        .await
        .device()
        .signed_up("ada@x.test")
        .await;
    let query = "mutation($first: String, $last: String, $gender: Gender) { updateProfile(input: { firstName: $first, \
        lastName: $last, gender: $gender }) { ... on UserUpdated { user { firstName lastName gender } } } }";
    let reply = device.post(query, json!({ "last": "King" })).await;
    let user = json!({ "firstName": "Ada", "lastName": "King", "gender": "UNDISCLOSED" });
    assert_eq!(
        reply.json,
        json!({ "data": { "updateProfile": { "user": user } } })
    );

    device
        .mutate(
            "updateMobileNumber",
            json!({ "mobileNumber": "+4915112345678" }),
        )
        .await;
    let query = "mutation($number: String) { updateMobileNumber(input: { mobileNumber: $number }) { __typename } }";
    let answer = |reply: Reply| kind(&reply.json["data"]["updateMobileNumber"]).to_owned();
    assert_eq!(answer(device.post(query, json!({})).await), "InvalidInput");
    assert_eq!(device.me().await.unwrap()["mobileNumber"], "+4915112345678");
    assert_eq!(
        answer(device.post(query, json!({ "number": null })).await),
        "UserUpdated"
    );
    assert_eq!(device.me().await.unwrap()["mobileNumber"], Value::Null);
}

#[tokio::test]
async fn omitted_variable_takes_the_schema_default() {
    let device = Service::start().await.device();
    let query = "mutation($gender: Gender, $delivery: TokenDelivery, $number: String) { signup(input: { email: \
        \"ada@x.test\", password: \"correct horse battery staple\", firstName: \"Ada\", lastName: \"Lovelace\", gender: \
        $gender, delivery: $delivery, mobileNumber: $number }) { ... on Authenticated { user { gender mobileNumber } } } }";
    let reply = device.post(query, json!({})).await;
    let user = json!({ "gender": "UNDISCLOSED", "mobileNumber": null });
    assert_eq!(
        reply.json,
        json!({ "data": { "signup": { "user": user } } })
    );
}

/// async-graphql up to 7.2 dropped a field that failed and cannot be null, and kept its parent.
#[tokio::test]
async fn failed_non_null_field_nulls_its_parent() {
    let device = Service::start().await.device();
    let query = "mutation { sent: forgotPassword(input: { email: \"ada@x.test\" }) { __typename } \
        logout(input: {}) { __typename } }";
    let reply = device.post(query, json!({})).await;
    assert_eq!(reply.json.get("data"), Some(&Value::Null), "{}", reply.json);
    assert_eq!(reply.json["errors"][0]["path"], json!(["logout"]));
    assert_eq!(reply.code(), "UNAUTHENTICATED");
}

#[tokio::test]
async fn every_operation_reports_store_failures_without_detail() {
    let service = Service::start().await;
    let (device, token) = service.device().signed_up("ada@x.test").await;
    let email = json!({ "email": "ada@x.test" });
    for failure in [Failure::Unavailable, Failure::Corrupt] {
        service.store.fail(failure);
        for (operation, input) in [
            ("signup", sign_up_input("bob@x.test")),
            (
                "login",
                json!({ "email": "ada@x.test", "password": PASSWORD }),
            ),
            ("refresh", json!({ "refreshToken": token })),
            ("logout", json!({})),
            ("forgotPassword", email.clone()),
            (
                "resetPassword",
                json!({ "email": "ada@x.test", "code": "1", "newPassword": "a new password" }),
            ),
            (
                "changePassword",
                json!({ "currentPassword": PASSWORD, "newPassword": "a new password" }),
            ),
            ("updateProfile", json!({ "firstName": "Eve" })),
            ("updateMobileNumber", json!({ "mobileNumber": null })),
            (
                "revokeSession",
                json!({ "sessionId": "ses_00000000000000000000000000000000" }),
            ),
            ("sendVerificationCode", email.clone()),
            ("verifyEmail", json!({ "email": "ada@x.test", "code": "1" })),
        ] {
            let reply = device
                .post(&document(operation), json!({ "input": input }))
                .await;
            assert_eq!(reply.json.get("data"), Some(&Value::Null), "{operation}");
            let down = failure == Failure::Unavailable;
            assert_eq!(
                reply.code(),
                if down {
                    "OVERLOADED"
                } else {
                    "INTERNAL_SERVER_ERROR"
                },
                "{operation}"
            );
            assert_eq!(
                reply.headers.contains_key("retry-after"),
                down,
                "{operation}"
            );
            assert_eq!(
                reply.json["errors"][0]["extensions"]["requestId"],
                reply.headers["x-request-id"].to_str().unwrap()
            );
            assert_nothing_leaks(&reply);
        }
        service.store.recover();
    }
    assert!(device.me().await.is_ok());
}

#[tokio::test]
async fn panic_becomes_an_internal_error_with_request_id() {
    let service = Service::start().await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    service.store.fail(Failure::Panic);
    let reply = device
        .with_header("x-request-id", "id-of-the-test")
        .post("{ me { id } }", json!({}))
        .await;
    assert_nothing_leaks(&reply);
    assert_eq!(reply.code(), "INTERNAL_SERVER_ERROR");
    service.store.recover();
    assert!(device.me().await.is_ok());
    assert_eq!(
        reply.json["errors"][0]["extensions"]["requestId"],
        "id-of-the-test"
    );
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
