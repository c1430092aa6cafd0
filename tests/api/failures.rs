//! Failures during execution: a store that is down, a panic, a field that fails. No response shows
//! details.

use serde_json::{Value, json};

use crate::support::{Failure, INTERNALS, PASSWORD, Reply, Service, document, sign_up_input};

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

/// Returns every mutation with an input that reaches the store.
fn every_operation(refresh_token: &str) -> [(&'static str, Value); 12] {
    let email = json!({ "email": "ada@x.test" });
    [
        ("signup", sign_up_input("bob@x.test")),
        (
            "login",
            json!({ "email": "ada@x.test", "password": PASSWORD }),
        ),
        ("refresh", json!({ "refreshToken": refresh_token })),
        ("logout", json!({})),
        ("forgotPassword", email.clone()),
        (
            "resetPassword",
            json!({ "email": "ada@x.test", "code": "000000", "newPassword": "a new password" }),
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
        ("sendVerificationCode", email),
        (
            "verifyEmail",
            json!({ "email": "ada@x.test", "code": "000000" }),
        ),
    ]
}

#[tokio::test]
async fn every_operation_reports_store_failures_without_detail() {
    let service = Service::start().await;
    let (device, token) = service.device().signed_up("ada@x.test").await;
    for failure in [Failure::Unavailable, Failure::Corrupt] {
        service.store.fail(failure);
        for (operation, input) in every_operation(&token) {
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
