//! The log line of a request.

use std::time::Duration;

use latchkey::http::Limits;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::support::{Device, Failure, Log, PASSWORD, Service, capture_log, document};

/// Sends requests with every kind of outcome.
async fn send_one_of_each_kind(device: &Device) {
    let input = json!({ "email": "ada@x.test", "password": PASSWORD });
    device
        .post(&document("login"), json!({ "input": input }))
        .await;
    device.post("query Who { me { id } }", json!({})).await;
    device.post("{ policy { codeLength } }", json!({})).await;
    device.post("{ nothing }", json!({})).await;
    device
        .post(
            "query Much { a { a { a { a } } } }",
            json!({ "v": vec![0; 600] }),
        )
        .await;
    device.get("/graphql?query=mutation+M+%7B+logout+%7D").await;
    device.post_json("[]").await;
    device.get("/health/live").await;
    device.get("/ada@x.test?email=ada@x.test").await;
}

#[tokio::test]
async fn request_is_logged_once_with_operation_and_outcome() {
    let device = Service::start()
        .await
        .device()
        .with_header("x-request-id", "id-of-the-test");
    let (log, _guard) = capture_log(&device).await;
    send_one_of_each_kind(&device).await;
    let lines = log.answered();
    let logged: Vec<_> = lines
        .iter()
        .map(|line| {
            json!([
                line["route"],
                line["operation"],
                line["operations"],
                line["outcome"],
                line["status"]
            ])
        })
        .collect();
    assert_eq!(
        json!(logged),
        json!([
            ["/graphql", "M", "login", "InvalidCredentials", 200],
            ["/graphql", "Who", null, "UNAUTHENTICATED", 200],
            ["/graphql", null, null, "ok", 200],
            ["/graphql", null, null, "GRAPHQL_VALIDATION_FAILED", 200],
            ["/graphql", null, null, "QUERY_TOO_COMPLEX", 200],
            ["/graphql", null, null, "BAD_USER_INPUT", 405],
            ["/graphql", null, null, "BAD_USER_INPUT", 422],
            ["/health/live", null, null, null, 200],
            ["none", null, null, null, 404],
        ])
    );
    for line in &lines {
        assert_eq!(line["span"]["request_id"], "id-of-the-test");
        assert!(
            line["micros"].is_number() && line["method"].is_string(),
            "{line}"
        );
        assert!(!line.to_string().contains("ada@x.test"), "{line}");
    }
}

/// Returns the operations and outcomes of each request since the last call, with the ids of the
/// account and the caller.
fn outcomes(log: &Log) -> Value {
    let outcome = |line: &Value| {
        json!([
            line["operations"],
            line["outcome"],
            line["span"]["account"],
            line["span"]["caller"]
        ])
    };
    log.answered().iter().map(outcome).collect()
}

#[tokio::test]
async fn operations_are_logged_with_account_ids_only() {
    let device = Service::start().await.device();
    let (log, _guard) = capture_log(&device).await;
    let (signed_in, refresh_token) = device.signed_up("ada@x.test").await;
    let id = signed_in.me().await.unwrap()["id"].clone();
    assert_eq!(
        outcomes(&log),
        json!([
            ["signup", "Authenticated", id, null],
            [null, "ok", null, id]
        ])
    );

    for email in ["ada@x.test", "unknown@x.test"] {
        device.log_in(email, "wrong password").await;
        device
            .mutate("forgotPassword", json!({ "email": email }))
            .await;
    }
    device.refresh(&refresh_token).await;
    device.refresh("garbage").await;
    assert_eq!(
        outcomes(&log),
        json!([
            ["login", "InvalidCredentials", id, null],
            ["forgotPassword", "CodeSent", id, null],
            ["login", "InvalidCredentials", null, null],
            ["forgotPassword", "CodeSent", null, null],
            ["refresh", "Authenticated", null, id],
            ["refresh", "InvalidRefreshToken", null, null],
        ])
    );

    let mallory = device.signed_up("mallory@x.test").await.0;
    let her_id = outcomes(&log)[0][2].clone();
    let guess = r#"mutation { login(input: { email: "ada@x.test", password: "a guess" }) { __typename }
        revokeSession(input: { sessionId: "x" }) { __typename } }"#;
    mallory.post(guess, json!({})).await;
    let outcome = "InvalidCredentials,SessionNotFound";
    assert_eq!(
        outcomes(&log),
        json!([["login,revokeSession", outcome, id, her_id]]),
        "a token does not hide the account that an operation concerns"
    );
}

#[tokio::test]
async fn timed_out_operation_is_logged_when_it_ends() {
    let service = Service::start().await;
    service.device().sign_up("ada@x.test").await;
    // A wrong password is answered after 30 ms at the earliest.
    let impatient = service
        .within(Limits {
            answer: Duration::from_millis(5),
            ..Limits::DEFAULT
        })
        .await;
    let device = impatient.device();
    let (log, _guard) = capture_log(&device).await;
    let input = json!({ "email": "ada@x.test", "password": "wrong password" });
    let reply = device
        .post(&document("login"), json!({ "input": input }))
        .await;
    assert_eq!(reply.status, 503);
    let line = log.line_of("login").await;
    assert_eq!(line["outcome"], "InvalidCredentials");
    assert_eq!(line["message"], "ended after its client was answered");
}

#[tokio::test]
async fn operations_of_one_request_are_logged_in_order() {
    let device = Service::start()
        .await
        .device()
        .signed_up("ada@x.test")
        .await
        .0;
    let (log, _guard) = capture_log(&device).await;
    let document = r#"mutation {
        first: updateProfile(input: { firstName: "" }) { __typename }
        then: logout(input: {}) { __typename }
    }"#;
    device.post(document, json!({})).await;
    let logged = outcomes(&log);
    assert_eq!(
        (&logged[0][0], &logged[0][1]),
        (
            &json!("updateProfile,logout"),
            &json!("InvalidInput,LoggedOut")
        )
    );
}

#[tokio::test]
async fn invalid_operation_names_and_methods_are_not_logged() {
    let device = Service::start().await.device();
    let (log, _guard) = capture_log(&device).await;
    let body = json!({ "query": "query A { me { id } }", "operationName": "ada@x.test\tand more" });
    device.post_json(body.to_string()).await;
    let request = axum::http::Request::builder()
        .method("ADA")
        .uri("/graphql")
        .body(axum::body::Body::empty());
    device.send(request.unwrap()).await;
    let lines = log.answered();
    assert_eq!(
        (lines.len(), &lines[0]["operation"], &lines[1]["method"]),
        (2, &Value::Null, &json!("other"))
    );
    assert!(
        lines
            .iter()
            .all(|line| !line.to_string().contains("ADA") && !line.to_string().contains("ada@")),
        "{lines:?}"
    );
}

#[tokio::test]
async fn failed_operation_is_logged_beside_the_others() {
    let service = Service::start().await;
    let device = service.device();
    device.sign_up("ada@x.test").await;
    let (log, _guard) = capture_log(&device).await;
    let document = format!(
        r#"mutation {{ login(input: {{ email: "ada@x.test", password: "{PASSWORD}" }}) {{ __typename }} me: logout(input: {{}}) {{ __typename }} }}"#
    );
    assert_eq!(
        device.post(&document, json!({})).await.code(),
        "UNAUTHENTICATED"
    );
    service.store.fail(Failure::Unavailable);
    device.post(&document, json!({})).await;
    let logged = log.answered();
    let logged: Vec<_> = logged
        .iter()
        .map(|line| (&line["operations"], &line["outcome"]))
        .collect();
    let (both, one) = (json!("login,logout"), json!("login"));
    assert_eq!(
        logged,
        [
            (&both, &json!("Authenticated,UNAUTHENTICATED")),
            (&one, &json!("OVERLOADED"))
        ]
    );
}

#[tokio::test]
async fn operation_of_a_disconnected_client_is_logged() {
    let service = Service::start().await;
    let device = service.device();
    device.sign_up("ada@x.test").await;
    let (log, _guard) = capture_log(&device).await;
    let (impatient, patience) = (device.clone(), Duration::from_millis(1));
    // A wrong password is answered after 30 ms at the earliest.
    assert!(
        timeout(patience, impatient.log_in("ada@x.test", "wrong password"))
            .await
            .is_err()
    );
    let line = log.line_of("login").await;
    assert_eq!(
        (&line["operations"], &line["outcome"]),
        (&json!("login"), &json!("InvalidCredentials"))
    );
}
