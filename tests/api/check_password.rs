//! `checkPassword`: feedback for a form while the user types a password.

use serde_json::{Value, json};

use crate::support::{PASSWORD, Service, invalid_fields};

async fn check(input: Value) -> Value {
    let document = "mutation($input: CheckPasswordInput!) { checkPassword(input: $input) { __typename \
        ... on PasswordAccepted { length } ... on InvalidInput { message fields { path code message } } } }";
    let reply = Service::start()
        .await
        .device()
        .post(document, json!({ "input": input }))
        .await;
    reply.json["data"]["checkPassword"].clone()
}

#[tokio::test]
async fn a_good_password_is_accepted_without_an_account() {
    let answer = check(json!({ "password": PASSWORD })).await;
    assert_eq!(
        answer,
        json!({ "__typename": "PasswordAccepted", "length": 28 })
    );
}

#[tokio::test]
async fn unacceptable_password_gets_the_same_codes_as_signup() {
    for (password, code) in [
        ("", "REQUIRED"),
        ("short", "TOO_SHORT"),
        ("Password1", "TOO_COMMON"),
        ("lovelace-1815", "TOO_COMMON"),
    ] {
        let input = json!({ "password": password, "email": "ada@x.test", "lastName": "Lovelace" });
        assert_eq!(
            invalid_fields(&check(input).await),
            [("password".to_owned(), code.to_owned())],
            "{password}"
        );
    }
    let long = check(json!({ "password": "äx".repeat(129) })).await;
    assert_eq!(
        invalid_fields(&long),
        [("password".to_owned(), "TOO_LONG".to_owned())]
    );
}

#[tokio::test]
async fn password_length_counts_characters_after_normalization() {
    let answer = check(json!({ "password": "Zoe\u{308} and a few others" })).await;
    assert_eq!(
        answer,
        json!({ "__typename": "PasswordAccepted", "length": 20 })
    );
}
