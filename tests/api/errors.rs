//! The second channel: errors that only a program can act on. They have a code, and quote nothing.

use std::collections::BTreeSet;

use latchkey::graphql::Code;
use serde_json::{Value, json};

use crate::support::{Failure, INTERNALS, PASSWORD, Reply, Service, document, kind, sign_up_input};

const SECRET: &str = "S3cretLit";

/// The code of an answer to a document that does not come to be executed.
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
async fn a_document_that_does_not_parse_is_not_quoted() {
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
async fn a_document_that_does_not_fit_the_schema_has_a_code_and_gets_no_suggestions() {
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
        "mutation { updateProfile(input: { gender: ATTACK_HELICOPTER }) { __typename } }",
        "mutation { login(input: { email: \"a@x.test\" }) { __typename } }",
        "mutation($a: Nothing) { logout(input: $a) { __typename } }",
        "mutation { logout(input: $a) { __typename } }",
        "query A { me { id } } query B { me { id } }",
        "subscription { me { id } }",
        "{ me { ...F } }",
        "{ me { ...F } } fragment F on User { ...F }",
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
async fn two_operations_of_one_name_parse_and_do_not_validate() {
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
async fn variables_of_another_type_have_a_code_and_are_not_quoted() {
    let device = Service::start().await.device();
    let mut inputs = vec![
        json!(SECRET),
        json!([SECRET]),
        json!(null),
        json!({}),
        json!({ SECRET: 1 }),
    ];
    for value in [
        json!({ "$gt": SECRET }),
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
        assert_eq!(reply.code(), "BAD_USER_INPUT", "{input}: {}", reply.json);
        let is_name = input.get(SECRET).is_some();
        assert!(
            is_name || !reply.json.to_string().contains("S3cret"),
            "{}",
            reply.json
        );
        assert_eq!(reply.json["data"], Value::Null);
    }
    let mut input = sign_up_input("ada@x.test");
    input["gender"] = json!("ATTACK_HELICOPTER");
    assert_eq!(device.error("signup", input).await, "BAD_USER_INPUT");
    assert_eq!(kind(&device.sign_up("ada@x.test").await), "Authenticated");
}

#[tokio::test]
async fn an_answer_holds_ten_errors_at_most() {
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
async fn a_variable_that_is_left_out_of_an_input_object_changes_nothing() {
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
        .act(
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
async fn a_variable_that_is_left_out_where_there_is_a_default_takes_it() {
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

/// async-graphql up to 7.2 dropped a field that failed and cannot be null, and left its parent standing.
#[tokio::test]
async fn a_field_that_fails_and_cannot_be_null_nulls_its_parent() {
    let device = Service::start().await.device();
    let query = "mutation { sent: forgotPassword(input: { email: \"ada@x.test\" }) { __typename } \
        logout(input: {}) { __typename } }";
    let reply = device.post(query, json!({})).await;
    assert_eq!(reply.json.get("data"), Some(&Value::Null), "{}", reply.json);
    assert_eq!(reply.json["errors"][0]["path"], json!(["logout"]));
    assert_eq!(reply.code(), "UNAUTHENTICATED");
}

#[tokio::test]
async fn every_operation_answers_to_a_store_that_is_down_with_overloaded_and_nothing_else() {
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
        service.store.mend();
    }
    assert!(device.me().await.is_ok());
}

#[tokio::test]
async fn a_panic_is_an_internal_error_with_its_id_and_ends_nothing_but_its_request() {
    let service = Service::start().await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    service.store.fail(Failure::Panic);
    let reply = device
        .with_header("x-request-id", "id-of-the-test")
        .post("{ me { id } }", json!({}))
        .await;
    assert_nothing_leaks(&reply);
    assert_eq!(reply.code(), "INTERNAL_SERVER_ERROR");
    service.store.mend();
    assert!(device.me().await.is_ok());
    assert_eq!(
        reply.json["errors"][0]["extensions"]["requestId"],
        "id-of-the-test"
    );
}

#[tokio::test]
async fn every_code_is_met() {
    let service = Service::start().await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    let cookie = device
        .with_header("cookie", "latchkey_refresh=x")
        .with_header("origin", "https://evil.test");
    let mut met: BTreeSet<String> = BTreeSet::new();
    met.insert(service.device().error("logout", json!({})).await);
    met.insert(cookie.error("refresh", json!({})).await);
    met.insert(device.post("{", json!({})).await.code().to_owned());
    met.insert(
        device
            .post("{ nothing }", json!({}))
            .await
            .code()
            .to_owned(),
    );
    for body in ["[]", r#"{ "documentId": "sha256:0" }"#] {
        met.insert(device.post_json(body).await.code().to_owned());
    }
    let many: Vec<_> = (0..1000)
        .map(|index| format!("a{index}: policy {{ codeLength }}"))
        .collect();
    met.insert(
        device
            .post(&format!("{{ {} }}", many.join(" ")), json!({}))
            .await
            .code()
            .to_owned(),
    );
    for failure in [Failure::Unavailable, Failure::Corrupt] {
        service.store.fail(failure);
        met.insert(device.me().await.unwrap_err());
    }
    met.remove("");
    assert_eq!(
        met,
        Code::ALL
            .iter()
            .map(|code| code.as_str().to_owned())
            .collect()
    );
}
