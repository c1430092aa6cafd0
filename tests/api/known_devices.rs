//! Known devices: wrong guesses by strangers do not lock the owner out on a device that has logged
//! in before.

use axum::http::HeaderMap;
use serde_json::{Value, json};

use crate::support::{Device, PASSWORD, Reply, Service, kind, sign_up_input};

const NEW: &str = "nanoseconds of copper wire";
const LOGIN: &str = "mutation($input: LoginInput!) { login(input: $input) { __typename } }";

/// Guesses passwords from many clients until logins with the email are limited.
async fn exhaust_login_limit(service: &Service, email: &str) {
    for client in 0..12 {
        let stranger = service.device().at(&format!("198.51.100.{client}"));
        for _ in 0..10 {
            stranger.log_in(email, "guess").await;
        }
    }
    let answer = service
        .device()
        .at("203.0.113.1")
        .log_in(email, PASSWORD)
        .await;
    assert_eq!(
        kind(&answer),
        "TooManyAttempts",
        "the limit of the email is used up"
    );
}

fn cookies(headers: &HeaderMap) -> Vec<String> {
    headers
        .get_all("set-cookie")
        .iter()
        .map(|it| it.to_str().unwrap().split(';').next().unwrap().to_owned())
        .collect()
}

async fn log_in_by_cookie(device: &Device, password: &str) -> Reply {
    let input = json!({ "email": "ada@x.test", "password": password, "delivery": "COOKIE" });
    device.post(LOGIN, json!({ "input": input })).await
}

fn outcome(reply: &Reply) -> &Value {
    &reply.json["data"]["login"]["__typename"]
}

#[tokio::test]
async fn live_session_refreshes_while_login_is_limited() {
    let service = Service::start().await;
    let (device, token) = service.device().signed_up("ada@x.test").await;
    exhaust_login_limit(&service, "ada@x.test").await;
    assert_eq!(kind(&device.refresh(&token).await), "Authenticated");
}

#[tokio::test]
async fn token_of_an_ended_session_identifies_a_known_device() {
    let service = Service::start().await;
    let (device, token) = service.device().signed_up("ada@x.test").await;
    device.mutate("logout", json!({})).await;
    exhaust_login_limit(&service, "ada@x.test").await;
    let input = json!({ "email": "ada@x.test", "password": PASSWORD, "refreshToken": token });
    assert_eq!(
        kind(&service.device().mutate("login", input).await),
        "Authenticated"
    );
}

#[tokio::test]
async fn browser_stays_known_after_logging_out() {
    let service = Service::start().await;
    let mut input = sign_up_input("ada@x.test");
    input["delivery"] = json!("COOKIE");
    let document = "mutation($input: SignupInput!) { signup(input: $input) { __typename } }";
    let reply = service
        .device()
        .post(document, json!({ "input": input }))
        .await;
    let set = cookies(&reply.headers);
    let device_cookie = set
        .iter()
        .find(|it| it.starts_with("latchkey_device=lkd_"))
        .expect("a device cookie");
    exhaust_login_limit(&service, "ada@x.test").await;

    let browser = service.device().with_header("cookie", device_cookie);
    let reply = log_in_by_cookie(&browser, PASSWORD).await;
    assert_eq!(outcome(&reply), "Authenticated");
    assert!(
        !cookies(&reply.headers)
            .iter()
            .any(|it| it.starts_with("latchkey_device")),
        "the browser keeps its cookie"
    );
}

#[tokio::test]
async fn known_device_has_its_own_rate_limit() {
    let service = Service::start().await;
    let (device, token) = service.device().signed_up("ada@x.test").await;
    let guess = json!({ "email": "ada@x.test", "password": "guess", "refreshToken": token });
    for _ in 0..10 {
        assert_eq!(
            kind(&device.mutate("login", guess.clone()).await),
            "InvalidCredentials"
        );
    }
    assert_eq!(
        kind(&device.mutate("login", guess).await),
        "TooManyAttempts"
    );
}

#[tokio::test]
async fn foreign_token_does_not_identify_a_known_device() {
    let service = Service::start().await;
    service.device().sign_up("ada@x.test").await;
    let (_, mallory) = service.device().signed_up("mallory@x.test").await;
    exhaust_login_limit(&service, "ada@x.test").await;
    for token in [mallory.as_str(), "lkr_AAAA", "lkd_", ""] {
        let input = json!({ "email": "ada@x.test", "password": PASSWORD, "refreshToken": token });
        assert_eq!(
            kind(&service.device().mutate("login", input).await),
            "TooManyAttempts",
            "{token}"
        );
    }
}

#[tokio::test]
async fn password_reset_forgets_all_known_devices() {
    let service = Service::start().await;
    let (thief, token) = service.device().signed_up("ada@x.test").await;
    service.wait(1);
    thief
        .mutate("forgotPassword", json!({ "email": "ada@x.test" }))
        .await;
    let code = service.code_for("ada@x.test").await;
    let reset =
        json!({ "email": "ada@x.test", "code": code, "newPassword": "a password of the owner" });
    assert_eq!(
        kind(&thief.mutate("resetPassword", reset).await),
        "PasswordReset"
    );
    exhaust_login_limit(&service, "ada@x.test").await;
    let guess = json!({ "email": "ada@x.test", "password": "guess", "refreshToken": token });
    assert_eq!(
        kind(&thief.at("203.0.113.2").mutate("login", guess).await),
        "TooManyAttempts"
    );
}

#[tokio::test]
async fn client_over_its_limit_does_not_limit_emails() {
    let service = Service::start().await;
    let (owner, stranger) = (service.device(), service.device().at("198.51.100.1"));
    owner.sign_up("ada@x.test").await;
    for attempt in 0..100 {
        stranger
            .log_in(&format!("user{attempt}@x.test"), "guess")
            .await;
    }
    for _ in 0..110 {
        assert_eq!(
            kind(&stranger.log_in("ada@x.test", "guess").await),
            "TooManyAttempts"
        );
    }
    assert_eq!(
        kind(
            &service
                .device()
                .at("203.0.113.1")
                .log_in("ada@x.test", PASSWORD)
                .await
        ),
        "Authenticated"
    );
}

#[tokio::test]
async fn session_that_changed_the_password_stays_known() {
    let service = Service::start().await;
    let (device, token) = service.device().signed_up("ada@x.test").await;
    service.wait(1);
    let change = json!({ "currentPassword": PASSWORD, "newPassword": NEW });
    assert_eq!(
        kind(&device.mutate("changePassword", change).await),
        "PasswordChanged"
    );
    exhaust_login_limit(&service, "ada@x.test").await;
    let input = json!({ "email": "ada@x.test", "password": NEW, "refreshToken": token });
    assert_eq!(
        kind(&service.device().mutate("login", input.clone()).await),
        "Authenticated"
    );
    device.mutate("logout", json!({ "everywhere": true })).await;
    assert_eq!(
        kind(&service.device().mutate("login", input).await),
        "TooManyAttempts",
        "the session started before the password change"
    );
}

#[tokio::test]
async fn password_change_replaces_the_device_cookie() {
    let service = Service::start().await;
    service.device().sign_up("ada@x.test").await;
    let reply = log_in_by_cookie(&service.device(), PASSWORD).await;
    let before = cookies(&reply.headers)
        .into_iter()
        .find(|it| it.starts_with("latchkey_device="))
        .unwrap();
    service.wait(1);
    let signed_in = service
        .device()
        .logged_in("ada@x.test")
        .await
        .0
        .with_header("cookie", &before);
    let document = format!(
        "mutation {{ changePassword(input: {{ currentPassword: \"{PASSWORD}\", newPassword: \"{NEW}\" }}) {{ __typename }} }}"
    );
    let reply = signed_in.post(&document, json!({})).await;
    let after = cookies(&reply.headers)
        .into_iter()
        .find(|it| it.starts_with("latchkey_device="))
        .expect("a new device cookie");
    service.device().sign_up("bob@x.test").await;
    let bob = service
        .device()
        .logged_in("bob@x.test")
        .await
        .0
        .with_header("cookie", &after);
    assert!(
        cookies(&bob.post(&document, json!({})).await.headers).is_empty(),
        "another user's cookie is left alone"
    );
    exhaust_login_limit(&service, "ada@x.test").await;
    for (cookie, expected) in [(before, "TooManyAttempts"), (after, "Authenticated")] {
        let browser = service.device().with_header("cookie", &cookie);
        assert_eq!(outcome(&log_in_by_cookie(&browser, NEW).await), expected);
    }
}
