//! Recognizing clients and devices: forwarding headers, device tokens, and the limit of sign-ups.

use serde_json::{Value, json};

use crate::support::{Device, PASSWORD, Service, kind, sign_up_input};

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";

fn login_input(more: &Value) -> Value {
    let mut input = json!({ "email": "ada@example.org", "password": PASSWORD });
    for (name, value) in more.as_object().unwrap() {
        input[name] = value.clone();
    }
    input
}

async fn address_behind(header: &'static str, value: &str) -> String {
    let service = Service::with(&[("LATCHKEY_TRUSTED_PROXIES", "127.0.0.1/32")]).await;
    let device = service.device().at("127.0.0.1").with_header(header, value);
    let answer = device
        .mutate("signup", sign_up_input("ada@example.org"))
        .await;
    let token = answer["tokens"]["accessToken"].as_str().unwrap();
    let reply = device
        .with_bearer(token)
        .post("{ me { sessions { ipAddress } } }", json!({}))
        .await;
    let address = &reply.json["data"]["me"]["sessions"][0]["ipAddress"];
    address.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn forwarded_addresses_are_read_in_every_form() {
    for (header, value, address) in [
        ("x-forwarded-for", "[2001:db8::7]", "2001:db8::7"),
        ("x-forwarded-for", "[2001:db8::7]:443", "2001:db8::7"),
        (
            "x-forwarded-for",
            "203.0.113.9:51234, 127.0.0.1",
            "203.0.113.9",
        ),
        ("x-forwarded-for", "::ffff:203.0.113.9", "203.0.113.9"),
        ("x-forwarded-for", "unknown", "127.0.0.1"),
        ("forwarded", "for=203.0.113.9;proto=https", "203.0.113.9"),
        ("forwarded", "For=\"[2001:db8::7]:47011\"", "2001:db8::7"),
    ] {
        assert_eq!(
            address_behind(header, value).await,
            address,
            "{header}: {value}"
        );
    }
}

async fn emails_after_logins_elsewhere(device: &Device, more: &Value) -> usize {
    for address in ["2001:db8:1:2::5", "198.51.100.3"] {
        let elsewhere = device.at(address);
        let answer = elsewhere.mutate("login", login_input(more)).await;
        assert_eq!(kind(&answer), "Authenticated");
    }
    device.service.emails_to("ada@example.org").await
}

#[tokio::test]
async fn refresh_token_proves_a_known_device_anywhere() {
    let service = Service::with(&[("LATCHKEY_LIMITS", "off")]).await;
    let device = service
        .device()
        .at("192.0.2.10")
        .with_header("user-agent", FIREFOX);
    let answer = device
        .mutate("signup", sign_up_input("ada@example.org"))
        .await;
    let more = json!({ "refreshToken": answer["tokens"]["refreshToken"] });
    assert_eq!(emails_after_logins_elsewhere(&device, &more).await, 0);
    assert!(emails_after_logins_elsewhere(&device.at("203.0.113.9"), &json!({})).await <= 1);
}

#[tokio::test]
async fn refused_forms_are_not_counted_as_sign_ups() {
    let device = Service::start().await.device();
    let mut refused = sign_up_input("ada@example.org");
    refused["password"] = "password1".into();
    for _ in 0..31 {
        assert_eq!(
            kind(&device.mutate("signup", refused.clone()).await),
            "InvalidInput"
        );
    }
    let answer = device
        .mutate("signup", sign_up_input("ada@example.org"))
        .await;
    assert_eq!(kind(&answer), "Authenticated");
}

#[tokio::test]
async fn verified_address_gives_its_sign_up_back() {
    let device = Service::start().await.device();
    for count in 0..30 {
        let email = format!("user{count}@example.org");
        let answer = device.mutate("signup", sign_up_input(&email)).await;
        assert_eq!(kind(&answer), "Authenticated");
    }
    let next = sign_up_input("next@example.org");
    assert_eq!(
        kind(&device.mutate("signup", next.clone()).await),
        "TooManyAttempts"
    );
    for email in ["user0@example.org", "user1@example.org"] {
        device
            .mutate("sendVerificationCode", json!({ "email": email }))
            .await;
        let code = device.service.code_for(email).await;
        let input = json!({ "email": email, "code": code });
        assert_eq!(
            kind(&device.mutate("verifyEmail", input).await),
            "EmailVerified"
        );
    }
    assert_eq!(kind(&device.mutate("signup", next).await), "Authenticated");
}
