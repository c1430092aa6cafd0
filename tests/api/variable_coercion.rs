//! Variables are coerced before anything is executed.

use serde_json::{Value, json};

use crate::support::{Device, PASSWORD, Service, kind};

async fn signed_in() -> Device {
    let service = Service::start().await;
    service.device().signed_up("ada@x.test").await.0
}

/// The message and the path of the only error of a request of which nothing was executed.
async fn refused(device: &Device, document: &str, variables: Value) -> (String, Value) {
    let reply = device.post(document, variables).await;
    assert_eq!(reply.json.get("data"), None, "{}", reply.json);
    assert_eq!(reply.code(), "BAD_USER_INPUT", "{}", reply.json);
    assert!(!reply.json.to_string().contains("S3cret"), "{}", reply.json);
    let error = &reply.json["errors"][0];
    assert_eq!(error["locations"][0]["line"], 1);
    let message = error["message"].as_str().unwrap().to_owned();
    (message, error["extensions"]["path"].clone())
}

#[tokio::test]
async fn nothing_runs_where_a_required_variable_is_missing() {
    let device = signed_in().await;
    let document = "mutation($name: String!, $everywhere: Boolean!) { \
        updateProfile(input: { firstName: $name }) { __typename } logout(input: { everywhere: $everywhere }) { __typename } }";
    for variables in [
        json!({ "name": "Eve" }),
        json!({ "name": "Eve", "everywere": true }),
        json!({ "name": "Eve", "Everywhere": true }),
    ] {
        let (message, path) = refused(&device, document, variables).await;
        assert_eq!(
            message,
            "The variable \"$everywhere\" of type \"Boolean!\" has no value."
        );
        assert_eq!(path, json!(["everywhere"]));
    }
    assert_eq!(device.me().await.unwrap()["firstName"], "Ada");
}

#[tokio::test]
async fn logout_without_its_required_variable_ends_no_session() {
    let device = signed_in().await;
    let document = "mutation($everywhere: Boolean!) { logout(input: { everywhere: $everywhere }) { __typename } }";
    refused(&device, document, json!({})).await;
    refused(&device, document, json!({ "everywhere": null })).await;
    assert!(device.me().await.is_ok());
}

#[tokio::test]
async fn include_and_skip_see_a_variables_default() {
    let device = signed_in().await;
    let document = "query($yes: Boolean = true, $no: Boolean! = false) { policy { \
        a: codeLength @include(if: $yes) b: codeLength @include(if: $no) \
        c: codeLength @skip(if: $yes) d: codeLength @skip(if: $no) ... @include(if: $yes) { e: codeLength } } }";
    let keys = async |variables: Value| {
        let reply = device.post(document, variables).await;
        let policy = reply.json["data"]["policy"].as_object().unwrap().clone();
        policy.keys().cloned().collect::<String>()
    };
    assert_eq!(keys(json!({})).await, "ade");
    assert_eq!(keys(json!({ "yes": false, "no": true })).await, "bc");
}

#[tokio::test]
async fn null_is_refused_where_only_defaults_fit() {
    let device = signed_in().await;
    let document = "mutation($skip: Boolean = false) { updateProfile(input: { firstName: \"Eve\" }) \
        @skip(if: $skip) { __typename } }";
    let (message, path) = refused(&device, document, json!({ "skip": null })).await;
    assert_eq!(
        message,
        "A value of type \"Boolean!\" is needed at \"$skip\"."
    );
    assert_eq!(path, json!(["skip"]));
    assert_eq!(device.me().await.unwrap()["firstName"], "Ada");
}

#[tokio::test]
async fn null_means_the_default_of_an_input() {
    let device = Service::start().await.device();
    let mut input = crate::support::sign_up_input("ada@x.test");
    input["gender"] = Value::Null;
    input["delivery"] = Value::Null;
    let (device, _) = device.signed_in_by(&device.mutate("signup", input).await);
    assert_eq!(device.me().await.unwrap()["gender"], "UNDISCLOSED");
    let other = device.logged_in("ada@x.test").await.0;
    let answer = device.mutate("logout", json!({ "everywhere": null })).await;
    assert_eq!(answer["endedSessions"], 1);
    assert!(other.me().await.is_ok());
}

#[tokio::test]
async fn misshapen_variables_are_refused_with_their_path() {
    let device = Service::start().await.device();
    let document = "mutation($input: SignupInput!) { signup(input: $input) { __typename } }";
    let input = json!({ "email": "ada@x.test", "password": PASSWORD, "firstName": "Ada", "lastName": "Lovelace" });
    for (field, value, message) in [
        (
            "gender",
            json!("S3cret"),
            "A value of type \"Gender\" is needed at \"$input.gender\".",
        ),
        (
            "firstName",
            json!(null),
            "A value of type \"String!\" is needed at \"$input.firstName\".",
        ),
        (
            "email",
            json!(1),
            "A value of type \"String!\" is needed at \"$input.email\".",
        ),
        (
            "email",
            json!(["S3cret"]),
            "A value of type \"String!\" is needed at \"$input.email\".",
        ),
        (
            "password",
            json!({ "$gt": "S3cret" }),
            "A value of type \"String!\" is needed at \"$input.password\".",
        ),
        (
            "mobileNumber",
            json!(true),
            "A value of type \"String\" is needed at \"$input.mobileNumber\".",
        ),
    ] {
        let mut input = input.clone();
        input[field] = value;
        let (answer, path) = refused(&device, document, json!({ "input": input })).await;
        assert_eq!(answer, message);
        assert_eq!(path, json!(["input", field]));
    }
}

#[tokio::test]
async fn unknown_and_missing_input_fields_are_named() {
    let device = Service::start().await.device();
    let document = "mutation($input: LoginInput!) { login(input: $input) { __typename } }";
    for (input, message, path) in [
        (
            json!({ "email": "a@x.test" }),
            "The field of type \"String!\" at \"$input.password\" is missing.",
            json!(["input", "password"]),
        ),
        (
            json!({ "email": "a@x.test", "password": "S3cret", "remember": "S3cret" }),
            "The type \"LoginInput\" at \"$input\" has no field \"remember\".",
            json!(["input"]),
        ),
        (
            json!({ "email": "a@x.test", "password": "S3cret", "S3cret!": 1 }),
            "The type \"LoginInput\" at \"$input\" has no field of this name.",
            json!(["input"]),
        ),
        (
            json!(["S3cret"]),
            "A value of type \"LoginInput!\" is needed at \"$input\".",
            json!(["input"]),
        ),
    ] {
        let answer = refused(&device, document, json!({ "input": input })).await;
        assert_eq!(answer, (message.to_owned(), path));
    }
}

#[tokio::test]
async fn a_refused_request_holds_ten_errors_at_most() {
    let (mut definitions, mut selections) = (Vec::new(), Vec::new());
    for index in 0..16 {
        definitions.push(format!("$v{index}: Boolean!"));
        selections.push(format!("a{index}: __typename @skip(if: $v{index})"));
    }
    let document = format!(
        "query({}) {{ {} }}",
        definitions.join(" "),
        selections.join(" ")
    );
    let device = Service::start().await.device();
    let reply = device.post(&document, json!({})).await;
    assert_eq!(reply.code(), "BAD_USER_INPUT", "{}", reply.json);
    assert_eq!(reply.json["errors"].as_array().unwrap().len(), 10);
}

#[tokio::test]
async fn values_that_no_operation_defines_are_passed_over() {
    let device = Service::start().await.device();
    let reply = device
        .post("{ policy { codeLength } }", json!({ "nothing": "S3cret" }))
        .await;
    assert_eq!(
        reply.json,
        json!({ "data": { "policy": { "codeLength": 6 } } })
    );
}

#[tokio::test]
async fn whole_numbers_stand_for_an_id() {
    let device = signed_in().await;
    let document = "mutation($id: ID!) { revokeSession(input: { sessionId: $id }) { __typename } }";
    for id in [json!(7), json!(7.0), json!("7")] {
        let reply = device.post(document, json!({ "id": id })).await;
        assert_eq!(
            kind(&reply.json["data"]["revokeSession"]),
            "SessionNotFound",
            "{id}"
        );
    }
    for id in [json!(7.5), json!(true), json!(["7"])] {
        refused(&device, document, json!({ "id": id })).await;
    }
}
