//! `forgotPassword`: mail a code that resets it.

use serde_json::{Value, json};

use crate::support::{Device, Service, kind, refused};

async fn forgot(device: &Device, email: &str) -> Value {
    device.act("forgotPassword", json!({ "email": email })).await
}

#[tokio::test]
async fn a_code_is_mailed_to_the_owner_of_the_address_alone() {
    let service = Service::start().await;
    let device = service.device();
    device.sign_up("ada@x.test").await;
    device.sign_up("bob@x.test").await;
    let answer = forgot(&device, " Ada@X.test ").await;
    assert_eq!(answer, json!({ "__typename": "CodeSent", "email": "ada@x.test", "expiresInSeconds": 600 }));
    let letters = service.letters().await;
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].to, "ada@x.test");
    let code = service.code_for("ada@x.test").await;
    assert!(code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()), "{code}");
    assert!(!letters[0].subject.contains(&code));
}

#[tokio::test]
async fn an_unknown_address_is_answered_alike_and_gets_no_letter() {
    let service = Service::start().await;
    let device = service.device();
    device.sign_up("ada@x.test").await;
    let known = forgot(&device, "ada@x.test").await;
    let unknown = forgot(&device, "bob@x.test").await;
    assert_eq!(known.to_string().replace("ada@", ""), unknown.to_string().replace("bob@", ""));
    assert_eq!(service.letters_to("bob@x.test").await, 0);
}

#[tokio::test]
async fn a_look_alike_of_the_address_never_gets_its_letters() {
    let service = Service::start().await;
    let device = service.device();
    device.sign_up("kim@x.test").await;
    for (email, code) in [("\u{212a}im@x.test", "MALFORMED"), ("k\u{131}m@x.test", "MALFORMED"), (" ", "REQUIRED")] {
        assert_eq!(refused(&forgot(&device, email).await), [("email".to_owned(), code.to_owned())], "{email}");
    }
    for other in ["kim+1@x.test", "k.im@x.test", "kim@x.test.evil.test"] {
        assert_eq!(kind(&forgot(&device, other).await), "CodeSent", "{other}");
    }
    assert_eq!(service.letters().await.len(), 0);
}

#[tokio::test]
async fn nothing_changes_until_the_code_is_spent() {
    let service = Service::start().await;
    let (device, token) = service.device().signed_up("ada@x.test").await;
    let before = device.me().await.unwrap();
    forgot(&service.device().at("198.51.100.7"), "ada@x.test").await;
    assert_eq!(device.me().await.unwrap(), before);
    assert_eq!(kind(&device.refresh(&token).await), "Authenticated");
    device.logged_in("ada@x.test").await;
}

#[tokio::test]
async fn an_address_gets_three_letters_an_hour_whoever_asks() {
    let service = Service::start().await;
    service.device().sign_up("ada@x.test").await;
    for attempt in 0..100 {
        let answer = forgot(&service.device().at(&format!("198.51.100.{attempt}")), "ada@x.test").await;
        assert_eq!(kind(&answer), if attempt < 3 { "CodeSent" } else { "TooManyAttempts" }, "{attempt}");
        service.letters().await;
    }
    assert_eq!(service.letters_to("ada@x.test").await, 3);
    service.wait(3599);
    assert_eq!(forgot(&service.device(), "ada@x.test").await["retryAfterSeconds"], 1);
    service.wait(1);
    assert_eq!(kind(&forgot(&service.device(), "ada@x.test").await), "CodeSent");
}

#[tokio::test]
async fn a_client_asks_for_twenty_letters_an_hour_at_most() {
    let service = Service::start().await;
    for attempt in 0..20 {
        assert_eq!(kind(&forgot(&service.device(), &format!("user{attempt}@x.test")).await), "CodeSent", "{attempt}");
    }
    assert_eq!(kind(&forgot(&service.device(), "ada@x.test").await), "TooManyAttempts");
    assert_eq!(kind(&forgot(&service.device().at("198.51.100.7"), "ada@x.test").await), "CodeSent");
}
