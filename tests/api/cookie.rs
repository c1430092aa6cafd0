//! The refresh token in a cookie: scripts cannot read it and other sites cannot use it.

use serde_json::{Value, json};

use crate::support::{Device, PASSWORD, Reply, Service, document, kind, sign_up_input};

pub const OWN: &str = "http://127.0.0.1:4000";
pub const APP: &str = "https://app.example.org";
pub const NAME: &str = "latchkey_refresh";

pub async fn service() -> Service {
    Service::with(&[("LATCHKEY_ORIGINS", APP)]).await
}

/// A browser that holds a refresh cookie and shows a page of an origin.
pub fn browser(service: &Service, cookie: &str, origin: &str) -> Device {
    service
        .device()
        .with_header("cookie", &format!("theme=dark; {NAME}={cookie}; a=b"))
        .with_header("origin", origin)
}

pub async fn call(device: &Device, operation: &str, input: Value) -> Reply {
    device
        .post(&document(operation), json!({ "input": input }))
        .await
}

/// Returns the value and the attributes of the only refresh cookie that a response sets.
pub fn cookie(reply: &Reply) -> (String, Vec<String>) {
    let set = reply
        .headers
        .get_all("set-cookie")
        .iter()
        .map(|it| it.to_str().unwrap());
    let set: Vec<_> = set.filter(|it| it.contains("latchkey_refresh=")).collect();
    assert_eq!(set.len(), 1, "{set:?}");
    let (pair, attributes) = set[0].split_once("; ").unwrap();
    let value = pair
        .strip_prefix(&format!("{NAME}="))
        .expect("the refresh cookie");
    (
        value.to_owned(),
        attributes.split("; ").map(str::to_owned).collect(),
    )
}

/// Signs up with cookie delivery and returns the cookie's value.
pub async fn signed_up(service: &Service) -> String {
    let mut input = sign_up_input("ada@x.test");
    input["delivery"] = json!("COOKIE");
    cookie(&call(&service.device(), "signup", input).await).0
}

#[tokio::test]
async fn sign_in_sets_cookie_and_omits_refresh_token() {
    let service = service().await;
    let strict = service
        .node(&[("LATCHKEY_VERIFY_EMAIL_FIRST", "true")])
        .await;
    let ticket = strict.device().sign_up("bob@x.test").await["ticket"].clone();
    let code = strict.code_for("bob@x.test").await;
    let mut sign_up = sign_up_input("ada@x.test");
    sign_up["delivery"] = json!("COOKIE");
    for (operation, input) in [
        ("signup", sign_up),
        (
            "login",
            json!({ "email": "ada@x.test", "password": PASSWORD, "delivery": "COOKIE" }),
        ),
        (
            "verifyEmail",
            json!({ "email": "bob@x.test", "code": code, "ticket": ticket, "delivery": "COOKIE" }),
        ),
    ] {
        let reply = call(&service.device(), operation, input).await;
        let tokens = &reply.json["data"][operation]["tokens"];
        assert_eq!(tokens["refreshToken"], Value::Null, "{operation}");
        assert!(tokens["accessToken"].is_string(), "{}", reply.json);
        let (value, attributes) = cookie(&reply);
        assert!(!reply.json.to_string().contains(&value));
        assert_eq!(
            attributes,
            ["Path=/", "Max-Age=2592000", "HttpOnly", "SameSite=Strict"],
            "{operation}"
        );
    }
}

#[tokio::test]
async fn body_delivery_sets_no_refresh_cookie() {
    let service = service().await;
    let reply = call(&service.device(), "signup", sign_up_input("ada@x.test")).await;
    assert!(reply.json["data"]["signup"]["tokens"]["refreshToken"].is_string());
    assert!(!reply.headers.contains_key("set-cookie"));
    let wrong =
        json!({ "email": "ada@x.test", "password": "wrong password", "delivery": "COOKIE" });
    assert!(
        !call(&service.device(), "login", wrong)
            .await
            .headers
            .contains_key("set-cookie")
    );
}

#[tokio::test]
async fn https_cookie_is_secure_with_host_prefix() {
    let service = Service::with(&[("LATCHKEY_PUBLIC_URL", "https://accounts.example.org")]).await;
    let mut input = sign_up_input("ada@x.test");
    input["delivery"] = json!("COOKIE");
    let reply = call(&service.device(), "signup", input).await;
    let set = reply.headers["set-cookie"].to_str().unwrap();
    assert!(set.starts_with("__Host-latchkey_refresh=lkr_"), "{set}");
    assert!(
        set.ends_with("; Secure") && set.contains("; Path=/;") && !set.contains("Domain"),
        "{set}"
    );
    let bare = set.split(';').next().unwrap();
    let own = service
        .device()
        .with_header("origin", "https://accounts.example.org");
    let unprefixed = own.with_header("cookie", bare.trim_start_matches("__Host-"));
    assert_eq!(
        kind(&unprefixed.mutate("refresh", json!({})).await),
        "InvalidRefreshToken"
    );
    assert_eq!(
        kind(
            &own.with_header("cookie", bare)
                .mutate("refresh", json!({}))
                .await
        ),
        "Authenticated"
    );
}

#[tokio::test]
async fn same_site_attribute_follows_the_setting() {
    let https = ("LATCHKEY_PUBLIC_URL", "https://accounts.example.org");
    let http = ("LATCHKEY_PUBLIC_URL", OWN);
    for (public_url, said, end) in [
        (https, "strict", "; SameSite=Strict; Secure"),
        (https, "lax", "; SameSite=Lax; Secure"),
        (https, "none", "; SameSite=None; Secure"),
        (http, "lax", "; SameSite=Lax"),
    ] {
        let service = Service::with(&[public_url, ("LATCHKEY_COOKIE_SAME_SITE", said)]).await;
        let mut input = sign_up_input("ada@x.test");
        input["delivery"] = json!("COOKIE");
        let reply = call(&service.device(), "signup", input).await;
        let set: Vec<_> = reply
            .headers
            .get_all("set-cookie")
            .iter()
            .map(|it| it.to_str().unwrap())
            .collect();
        assert!(
            !set.is_empty() && set.iter().all(|cookie| cookie.ends_with(end)),
            "{said}: {set:?}"
        );
    }
}

#[tokio::test]
async fn invalid_refresh_cookie_is_cleared() {
    let service = service().await;
    let reply = call(&browser(&service, "garbage", OWN), "refresh", json!({})).await;
    assert_eq!(kind(&reply.json["data"]["refresh"]), "InvalidRefreshToken");
    let (value, attributes) = cookie(&reply);
    assert_eq!(value, "");
    assert!(
        attributes.contains(&"Max-Age=0".to_owned()) && attributes.contains(&"Path=/".to_owned()),
        "{attributes:?}"
    );
}

#[tokio::test]
async fn logout_clears_the_refresh_cookie() {
    let service = service().await;
    let token = signed_up(&service).await;
    let reply = call(&browser(&service, &token, OWN), "refresh", json!({})).await;
    let (device, _) = {
        let access = reply.json["data"]["refresh"]["tokens"]["accessToken"]
            .as_str()
            .unwrap()
            .to_owned();
        (
            browser(&service, &cookie(&reply).0, OWN).with_bearer(&access),
            access,
        )
    };
    let reply = call(&device, "logout", json!({})).await;
    assert_eq!(reply.json["data"]["logout"]["endedSessions"], 1);
    let (value, attributes) = cookie(&reply);
    assert_eq!(value, "");
    assert!(
        attributes.contains(&"Max-Age=0".to_owned()),
        "{attributes:?}"
    );
    assert_eq!(
        kind(&device.mutate("refresh", json!({})).await),
        "InvalidRefreshToken"
    );
}
