//! The rules of the refresh cookie: the requests that may use it, and the session that a logout
//! ends.

use axum::http::HeaderMap;
use serde_json::{Value, json};

use crate::support::{Device, Reply, Service, sign_up_input};

const OWN: &str = "http://127.0.0.1:4000";
const REFRESH: &str = "mutation { refresh(input: {}) { __typename ... on Authenticated { tokens { accessToken refreshToken } } } }";
const LOGOUT: &str =
    "mutation { logout(input: {}) { __typename ... on LoggedOut { endedSessions } } }";

/// Returns the refresh cookie that a response sets, with its attributes.
fn set_cookie(headers: &HeaderMap) -> &str {
    let set = headers
        .get_all("set-cookie")
        .iter()
        .map(|it| it.to_str().unwrap());
    set.into_iter()
        .find(|it| it.contains("latchkey_refresh="))
        .expect("a refresh cookie")
}

/// Returns the refresh cookie as a browser sends it back.
fn cookie(headers: &HeaderMap) -> String {
    set_cookie(headers).split(';').next().unwrap().to_owned()
}

async fn sign_up(device: &Device, email: &str) -> (Reply, String) {
    let mut input = sign_up_input(email);
    input["delivery"] = json!("COOKIE");
    let document = "mutation($input: SignupInput!) { signup(input: $input) { ... on Authenticated { user { id } tokens { accessToken refreshToken } } } }";
    let reply = device.post(document, json!({ "input": input })).await;
    let cookie = cookie(&reply.headers);
    (reply, cookie)
}

fn code(reply: &Reply) -> &Value {
    &reply.json["errors"][0]["extensions"]["code"]
}

#[tokio::test]
async fn plain_http_off_loopback_gets_a_secure_cookie() {
    let service = Service::with(&[("LATCHKEY_PUBLIC_URL", "http://id.example.org")]).await;
    let (reply, _) = sign_up(&service.device(), "ada@x.test").await;
    assert!(set_cookie(&reply.headers).ends_with("; Secure"));
}

#[tokio::test]
async fn only_listed_origins_may_use_the_cookie() {
    let service = Service::with(&[("LATCHKEY_ORIGINS", "https://app.example.org")]).await;
    let (_, cookie) = sign_up(&service.device(), "ada@x.test").await;
    let browser = service.device().with_header("cookie", &cookie);
    for (name, value) in [
        ("origin", "https://evil.test"),
        ("origin", "null"),
        ("origin", "https://app.example.org.evil.test"),
        ("origin", "http://app.example.org"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("accept", "application/json"),
    ] {
        let reply = browser
            .with_header(name, value)
            .post(REFRESH, json!({}))
            .await;
        assert_eq!(code(&reply), "FORBIDDEN", "{name}: {value}");
        let reply = browser
            .with_header(name, value)
            .post(LOGOUT, json!({}))
            .await;
        assert_eq!(code(&reply), "UNAUTHENTICATED", "{name}: {value}");
    }
    let lying = browser
        .with_header("sec-fetch-site", "same-origin")
        .with_header("origin", "https://evil.test");
    assert_eq!(code(&lying.post(REFRESH, json!({})).await), "FORBIDDEN");
    let app = browser.with_header("origin", "https://app.example.org");
    assert_eq!(
        app.post(REFRESH, json!({})).await.json["data"]["refresh"]["__typename"],
        "Authenticated"
    );
}

#[tokio::test]
async fn cross_site_form_cannot_use_the_cookie() {
    let service = Service::start().await;
    let (_, cookie) = sign_up(&service.device(), "ada@x.test").await;
    for content_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
    ] {
        let request = axum::http::Request::post("/graphql").header("content-type", content_type);
        let body = json!({ "query": REFRESH }).to_string();
        let browser = service
            .device()
            .with_header("cookie", &cookie)
            .with_header("origin", OWN);
        let reply = browser
            .send(request.body(axum::body::Body::from(body)).unwrap())
            .await;
        assert_eq!(reply.status, 415, "{content_type}");
        assert!(reply.headers.get("set-cookie").is_none());
    }
}

#[tokio::test]
async fn cookie_logout_ends_its_session_and_clears_it() {
    let service = Service::start().await;
    let (signed_up, cookie) = sign_up(&service.device(), "ada@x.test").await;
    let browser = service
        .device()
        .with_header("origin", OWN)
        .with_header("cookie", &cookie);
    let reply = browser.post(LOGOUT, json!({})).await;
    assert_eq!(reply.json["data"]["logout"]["endedSessions"], 1);
    let set = set_cookie(&reply.headers);
    assert!(
        set.starts_with("latchkey_refresh=; ") && set.contains("Max-Age=0"),
        "{set}"
    );
    let token = signed_up.json["data"]["signup"]["tokens"]["accessToken"]
        .as_str()
        .unwrap();
    assert_eq!(
        service.device().with_bearer(token).me().await,
        Err("UNAUTHENTICATED".to_owned())
    );
    let reply = browser.post(REFRESH, json!({})).await;
    assert_eq!(
        reply.json["data"]["refresh"]["__typename"],
        "InvalidRefreshToken"
    );
    assert!(
        set_cookie(&reply.headers).contains("Max-Age=0"),
        "a dead cookie is cleared"
    );
}

/// Asserts that a device with the cookie of another user neither uses nor clears it.
async fn assert_cookie_is_left_alone(device: &Device) {
    for (document, operation) in [(REFRESH, "refresh"), (LOGOUT, "logout")] {
        let reply = device.post(document, json!({})).await;
        let answer = &reply.json["data"][operation]["__typename"];
        assert!(
            answer == "InvalidRefreshToken" || code(&reply) == "UNAUTHENTICATED",
            "{}",
            reply.json
        );
        assert!(reply.headers.get("set-cookie").is_none(), "{operation}");
    }
}

#[tokio::test]
async fn bearer_token_and_cookie_of_different_users_stay_separate() {
    let service = Service::start().await;
    let (_, ada_cookie) = sign_up(&service.device(), "ada@x.test").await;
    let (bob, _) = service.device().signed_up("bob@x.test").await;
    let both = bob
        .with_header("origin", OWN)
        .with_header("cookie", &ada_cookie);

    let reply = both.post(LOGOUT, json!({})).await;
    assert_eq!(reply.json["data"]["logout"]["endedSessions"], 1);
    assert!(
        reply.headers.get("set-cookie").is_none(),
        "another user's cookie is left alone"
    );
    assert_eq!(
        bob.me().await,
        Err("UNAUTHENTICATED".to_owned()),
        "the bearer token's session ends"
    );

    // Bob's bearer token is no longer valid, nor would it be without its key, but it still shows
    // that the caller is not Ada.
    let mut unsigned = both.clone();
    unsigned.bearer = unsigned
        .bearer
        .map(|token| format!("{}.AAAA", token.rsplit_once('.').unwrap().0));
    for both in [&both, &unsigned] {
        assert_cookie_is_left_alone(both).await;
    }

    let ada = service
        .device()
        .with_header("origin", OWN)
        .with_header("cookie", &ada_cookie);
    let reply = ada.post(REFRESH, json!({})).await;
    assert_eq!(
        reply.json["data"]["refresh"]["__typename"], "Authenticated",
        "the cookie's session lives"
    );
    let token = reply.json["data"]["refresh"]["tokens"]["accessToken"]
        .as_str()
        .unwrap();
    assert_eq!(
        service.device().with_bearer(token).me().await.unwrap()["email"],
        "ada@x.test"
    );
}

/// Signs up and refreshes in a browser that keeps the cookie from before the refresh. Returns the
/// browser, and the access token of the sign-up.
async fn with_replaced_cookie(service: &Service, email: &str) -> (Device, String) {
    let (signed_up, cookie) = sign_up(&service.device(), email).await;
    let browser = service
        .device()
        .with_header("origin", OWN)
        .with_header("cookie", &cookie);
    browser.post(REFRESH, json!({})).await;
    let token = &signed_up.json["data"]["signup"]["tokens"]["accessToken"];
    (browser, token.as_str().unwrap().to_owned())
}

#[tokio::test]
async fn logout_with_a_replaced_cookie_ends_its_session() {
    let service = Service::start().await;
    let everywhere = LOGOUT.replace("input: {}", "input: { everywhere: true }");
    for later in [1, 60] {
        let email = format!("ada{later}@x.test");
        let (browser, token) = with_replaced_cookie(&service, &email).await;
        service.wait(later);
        if later == 60 {
            let reply = browser.post(&everywhere, json!({})).await;
            let reason = "a replaced cookie may be stolen, so it ends no other session";
            assert_eq!(code(&reply), "UNAUTHENTICATED", "{reason}");
        }
        let reply = browser.post(LOGOUT, json!({})).await;
        let ended = &reply.json["data"]["logout"]["endedSessions"];
        assert_eq!(ended, 1, "after {later} s");
        assert!(set_cookie(&reply.headers).contains("Max-Age=0"));
        assert_eq!(
            service.device().with_bearer(&token).me().await,
            Err("UNAUTHENTICATED".to_owned())
        );

        let emails = service.received_emails().await;
        let is_reported = emails
            .iter()
            .any(|email| email.topic == "One of your sessions was ended");
        assert_eq!(
            is_reported,
            later == 60,
            "reuse is reported once the grace is over"
        );

        let reply = browser.post(LOGOUT, json!({})).await;
        let ended = &reply.json["data"]["logout"]["endedSessions"];
        assert_eq!(ended, 0, "a second logout ends no session");
        assert!(set_cookie(&reply.headers).contains("Max-Age=0"));
        let reply = browser.post(&everywhere, json!({})).await;
        let reason = "the answer does not claim to have ended live sessions";
        assert_eq!(code(&reply), "UNAUTHENTICATED", "{reason}");
    }
}

#[tokio::test]
async fn unrelated_cookies_do_not_hide_the_refresh_cookie() {
    let service = Service::start().await;
    for other in [
        &b"theme=caf\xe9; "[..],
        "theme=café; ".as_bytes(),
        b"a; =; ;; ",
    ] {
        let (_, cookie) = sign_up(&service.device(), &format!("ada{}@x.test", other.len())).await;
        let mut request =
            axum::http::Request::post("/graphql").header("content-type", "application/json");
        let value = [other, cookie.as_bytes()].concat();
        request = request.header(
            "cookie",
            axum::http::HeaderValue::from_bytes(&value).unwrap(),
        );
        let body = axum::body::Body::from(json!({ "query": REFRESH }).to_string());
        let reply = service
            .device()
            .with_header("origin", OWN)
            .send(request.body(body).unwrap())
            .await;
        assert_eq!(
            reply.json["data"]["refresh"]["__typename"], "Authenticated",
            "{other:?}"
        );
    }
}
