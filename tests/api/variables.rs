//! Variables: their coercion, and errors that do not quote them.

use serde_json::{Value, json};

use crate::errors::SECRET;
use crate::support::{Reply, Service, document, kind, sign_up_input};

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
