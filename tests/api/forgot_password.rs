//! `forgotPassword`: emails a code that resets the password.

use serde_json::{Value, json};

use crate::support::{Device, Service, invalid_fields, kind};

async fn forgot(device: &Device, email: &str) -> Value {
    device
        .mutate("forgotPassword", json!({ "email": email }))
        .await
}

#[tokio::test]
async fn code_is_emailed_only_to_the_account_owner() {
    let service = Service::start().await;
    let device = service.device();
    device.sign_up("ada@x.test").await;
    device.sign_up("bob@x.test").await;
    let answer = forgot(&device, " Ada@X.test ").await;
    assert_eq!(
        answer,
        json!({ "__typename": "CodeSent", "email": "ada@x.test", "expiresInSeconds": 600 })
    );
    let messages = service.received_emails().await;
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0].to, "ada@x.test");
    let code = service.code_for("ada@x.test").await;
    assert!(
        code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()),
        "{code}"
    );
    assert!(!messages[0].subject.contains(&code));
}

#[tokio::test]
async fn unknown_email_looks_the_same_and_receives_nothing() {
    let service = Service::start().await;
    let device = service.device();
    device.sign_up("ada@x.test").await;
    let known = forgot(&device, "ada@x.test").await;
    let unknown = forgot(&device, "bob@x.test").await;
    assert_eq!(
        known.to_string().replace("ada@", ""),
        unknown.to_string().replace("bob@", "")
    );
    assert_eq!(service.emails_to("bob@x.test").await, 0);
}

#[tokio::test]
async fn look_alike_email_never_receives_the_code() {
    let service = Service::start().await;
    let device = service.device();
    device.sign_up("kim@x.test").await;
    for (email, code) in [
        ("k\u{456}m@x.test", "MALFORMED"),
        ("\u{ff4b}im@x.test", "MALFORMED"),
        (" ", "REQUIRED"),
    ] {
        assert_eq!(
            invalid_fields(&forgot(&device, email).await),
            [("email".to_owned(), code.to_owned())],
            "{email}"
        );
    }
    for other in ["kim+1@x.test", "k.im@x.test", "kim@x.test.other.test"] {
        assert_eq!(kind(&forgot(&device, other).await), "CodeSent", "{other}");
    }
    assert_eq!(service.received_emails().await.len(), 0);
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
async fn repeated_requests_send_three_emails_then_one_hourly() {
    let service = Service::start().await;
    service.device().sign_up("ada@x.test").await;
    let request_from_many_clients = async |network: &str| {
        for client in 0..100 {
            let answer = forgot(
                &service.device().at(&format!("{network}.{client}")),
                "ada@x.test",
            )
            .await;
            assert_eq!(
                answer,
                json!({ "__typename": "CodeSent", "email": "ada@x.test", "expiresInSeconds": 600 })
            );
            service.received_emails().await;
        }
        service.emails_to("ada@x.test").await
    };
    assert_eq!(request_from_many_clients("198.51.100").await, 3);
    service.wait(3600);
    assert_eq!(request_from_many_clients("203.0.113").await, 4);
    service.wait(24 * 3600);
    assert!(request_from_many_clients("192.0.2").await > 4);
}

#[tokio::test]
async fn sent_code_stays_valid_while_emails_are_suppressed() {
    let service = Service::start().await;
    service.device().sign_up("ada@x.test").await;
    for client in 0..10 {
        forgot(
            &service.device().at(&format!("198.51.100.{client}")),
            "ada@x.test",
        )
        .await;
        service.received_emails().await;
    }
    let code = service.code_for("ada@x.test").await;
    let input =
        json!({ "email": "ada@x.test", "code": code, "newPassword": "a brand new password" });
    assert_eq!(
        kind(&service.device().mutate("resetPassword", input).await),
        "PasswordReset"
    );
}

#[tokio::test]
async fn client_repeating_one_email_must_wait_an_hour() {
    let service = Service::start().await;
    for email in ["ada@x.test", "unknown@x.test"] {
        for _ in 0..3 {
            assert_eq!(
                kind(&forgot(&service.device(), email).await),
                "CodeSent",
                "{email}"
            );
        }
        let refused = forgot(&service.device(), email).await;
        assert_eq!(kind(&refused), "TooManyAttempts", "{email}");
        assert_eq!(refused["retryAfterSeconds"], 3600);
    }
    service.wait(3599);
    assert_eq!(
        forgot(&service.device(), "ada@x.test").await["retryAfterSeconds"],
        1
    );
    service.wait(1);
    assert_eq!(
        kind(&forgot(&service.device(), "ada@x.test").await),
        "CodeSent"
    );
}

#[tokio::test]
async fn client_may_request_twenty_emails_an_hour() {
    let service = Service::start().await;
    for attempt in 0..20 {
        assert_eq!(
            kind(&forgot(&service.device(), &format!("user{attempt}@x.test")).await),
            "CodeSent",
            "{attempt}"
        );
    }
    assert_eq!(
        kind(&forgot(&service.device(), "ada@x.test").await),
        "TooManyAttempts"
    );
    assert_eq!(
        kind(&forgot(&service.device().at("198.51.100.7"), "ada@x.test").await),
        "CodeSent"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unknown_emails_do_not_use_up_the_quota() {
    let service = Service::start().await;
    service.device().sign_up("ada@x.test").await;
    let mut clients = tokio::task::JoinSet::new();
    for client in 0..51 {
        let device = service.device().at(&format!("198.51.100.{client}"));
        clients.spawn(async move {
            for mailbox in 0..20 {
                forgot(&device, &format!("unknown{client}.{mailbox}@x.test")).await;
            }
        });
    }
    clients.join_all().await;
    forgot(&service.device(), "ada@x.test").await;
    assert_eq!(service.emails_to("ada@x.test").await, 1);
}

#[tokio::test]
async fn forged_host_header_never_reaches_the_email() {
    let service = Service::with(&[("LATCHKEY_APP_URL", "https://app.example.org")]).await;
    service.device().sign_up("ada@x.test").await;
    let mut device = service.device();
    for (name, value) in [
        ("host", "other.test"),
        ("x-forwarded-host", "other.test"),
        ("x-forwarded-proto", "other.test"),
        ("forwarded", "host=other.test"),
        ("x-original-url", "https://other.test/"),
    ] {
        device = device.with_header(name, value);
    }
    forgot(&device, "ada@x.test").await;
    service.received_emails().await;
    let sent = service.mail.sent();
    let message = String::from_utf8_lossy(sent.last().unwrap());
    assert!(
        message.contains("https://app.example.org") && !message.contains("other.test"),
        "{message}"
    );
}
