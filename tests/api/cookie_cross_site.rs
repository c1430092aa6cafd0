//! `delivery: COOKIE` from pages from which the cookie could never come back.

use serde_json::{Value, json};

use crate::support::{PASSWORD, Service, sign_up_input};

const HTTPS: (&str, &str) = ("LATCHKEY_PUBLIC_URL", "https://accounts.example.org");

fn document(operation: &str, input: &str) -> String {
    format!("mutation($input: {input}!) {{ {operation}(input: $input) {{ __typename }} }}")
}

/// Returns the code, or the type of the result.
async fn run(service: &Service, site: Option<&'static str>, delivery: &str) -> (String, bool) {
    let mut device = service.device();
    if let Some(site) = site {
        device = device.with_header("sec-fetch-site", site);
    }
    let input = json!({ "email": "ada@x.test", "password": PASSWORD, "delivery": delivery });
    let reply = device
        .post(&document("login", "LoginInput"), json!({ "input": input }))
        .await;
    let kind = reply.json["data"]["login"]["__typename"].as_str();
    let answer = kind.unwrap_or_else(|| reply.code()).to_owned();
    (answer, reply.headers.contains_key("set-cookie"))
}

#[tokio::test]
async fn cookie_for_a_page_of_another_site_is_forbidden() {
    for same_site in ["strict", "lax"] {
        let service = Service::with(&[HTTPS, ("LATCHKEY_COOKIE_SAME_SITE", same_site)]).await;
        service.device().sign_up("ada@x.test").await;
        let forbidden = ("FORBIDDEN".to_owned(), false);
        assert_eq!(run(&service, Some("cross-site"), "COOKIE").await, forbidden);
        let body = run(&service, Some("cross-site"), "BODY").await;
        assert_eq!(body, ("Authenticated".to_owned(), false));
        for site in [Some("same-origin"), Some("same-site"), Some("none"), None] {
            let answer = run(&service, site, "COOKIE").await;
            assert_eq!(answer, ("Authenticated".to_owned(), true), "{site:?}");
        }
    }
}

#[tokio::test]
async fn cookie_without_same_site_is_delivered_across_sites() {
    let service = Service::with(&[HTTPS, ("LATCHKEY_COOKIE_SAME_SITE", "none")]).await;
    service.device().sign_up("ada@x.test").await;
    let answer = run(&service, Some("cross-site"), "COOKIE").await;
    assert_eq!(answer, ("Authenticated".to_owned(), true));
}

#[tokio::test]
async fn forbidden_delivery_does_nothing_and_says_why() {
    let service = Service::start().await;
    let device = service.device().with_header("sec-fetch-site", "cross-site");
    let mut sign_up = sign_up_input("ada@x.test");
    sign_up["delivery"] = json!("COOKIE");
    let verify: Value = json!({ "email": "ada@x.test", "code": "123456", "delivery": "COOKIE" });
    for (operation, input, value) in [
        ("signup", "SignupInput", sign_up),
        ("verifyEmail", "VerifyEmailInput", verify),
    ] {
        let reply = device
            .post(&document(operation, input), json!({ "input": value }))
            .await;
        assert_eq!(reply.code(), "FORBIDDEN", "{operation}");
        let message = reply.json["errors"][0]["message"].as_str().unwrap();
        assert!(message.contains("another site"), "{message}");
        assert!(message.contains("LATCHKEY_COOKIE_SAME_SITE"), "{message}");
        assert!(message.contains("delivery: BODY"), "{message}");
    }
    assert_eq!(service.store.work().writes, 0);
}

#[tokio::test]
async fn local_server_trusts_its_page_on_localhost() {
    let service = Service::start().await;
    let mut input = sign_up_input("ada@x.test");
    input["delivery"] = json!("COOKIE");
    let document = document("signup", "SignupInput");
    let reply = service
        .device()
        .post(&document, json!({ "input": input }))
        .await;
    let cookies = reply.headers.get_all("set-cookie").iter();
    let mut cookies = cookies.map(|it| it.to_str().unwrap().split(';').next().unwrap());
    let cookie = cookies
        .find(|it| it.starts_with("latchkey_refresh="))
        .unwrap();
    let refresh = "mutation { refresh(input: {}) { __typename } }";
    for (origin, code) in [
        ("http://localhost:4001", "FORBIDDEN"),
        ("http://localhost:4000", ""),
        ("http://127.0.0.1:4000", ""),
    ] {
        let browser = service.device().with_header("cookie", cookie);
        let reply = browser
            .with_header("origin", origin)
            .post(refresh, json!({}))
            .await;
        assert_eq!(reply.code(), code, "{origin}: {}", reply.json);
    }
}
