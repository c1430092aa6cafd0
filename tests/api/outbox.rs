//! The outbox: an email is stored with the change it reports, sent once, retried, and parked when
//! refused.

use latchkey::model::Delivery;
use mail_parser::MessageParser;
use serde_json::json;

use crate::support::{PASSWORD, Service, kind};

pub(crate) const DAY: u64 = 24 * 60 * 60;

/// A service with an account whose outbox holds one unsent email: a code or a notice.
pub(crate) async fn with_email(kind_of: &str) -> Service {
    let service = Service::start().await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    let answer = if kind_of == "code" {
        device
            .mutate("forgotPassword", json!({ "email": "ada@x.test" }))
            .await
    } else {
        let input = json!({ "currentPassword": PASSWORD, "newPassword": "a brand new password" });
        device.mutate("changePassword", input).await
    };
    assert!(
        ["CodeSent", "PasswordChanged"].contains(&kind(&answer)),
        "{answer}"
    );
    service
}

pub(crate) fn message_ids(service: &Service) -> Vec<String> {
    let id = |bytes: &Vec<u8>| {
        MessageParser::default()
            .parse(bytes)
            .unwrap()
            .message_id()
            .unwrap()
            .to_owned()
    };
    service.mail.sent().iter().map(id).collect()
}

#[tokio::test]
async fn email_is_sent_once_and_leaves_the_outbox() {
    let service = with_email("code").await;
    assert_eq!(service.account("ada@x.test").await.outbox.len(), 1);
    assert_eq!(service.received_emails().await.len(), 1);
    assert_eq!(service.account("ada@x.test").await.outbox.len(), 0);
    service.wait(100);
    assert_eq!(service.received_emails().await.len(), 1);
}

#[tokio::test]
async fn email_has_one_recipient_and_two_equal_forms() {
    let service = with_email("code").await;
    service.received_emails().await;
    let bytes = service.mail.sent().remove(0);
    let message = MessageParser::default().parse(&bytes).unwrap();
    assert_eq!(
        message.from().unwrap().first().unwrap().address(),
        Some("no-reply@localhost")
    );
    assert_eq!(message.to().unwrap().as_list().unwrap().len(), 1);
    assert!(message.cc().is_none() && message.bcc().is_none());
    assert_eq!(message.date().unwrap().to_rfc3339(), "2026-11-22T09:30:00Z");
    let headers = String::from_utf8(bytes)
        .unwrap()
        .split("\r\n\r\n")
        .next()
        .unwrap()
        .to_ascii_lowercase();
    assert!(
        headers.contains("content-type: multipart/alternative;"),
        "{headers}"
    );
}

#[tokio::test]
async fn deferred_email_is_retried_with_growing_delays() {
    let service = with_email("code").await;
    service.mail.answer(Delivery::Deferred);
    assert_eq!(service.received_emails().await.len(), 0);
    for backoff in [5, 10, 20] {
        service.wait(backoff - 1);
        assert_eq!(
            service.deliver_due().await.unwrap(),
            0,
            "before {backoff} s"
        );
        // Up to a quarter more, at random.
        service.wait(1 + backoff.div_ceil(4));
        assert_eq!(service.deliver_due().await.unwrap(), 1, "after {backoff} s");
    }
    service.mail.answer(Delivery::Sent);
    assert_eq!(service.received_emails().await.len(), 0);
    service.wait(50);
    assert_eq!(service.received_emails().await.len(), 1);
    let code = service.code_for("ada@x.test").await;
    let input =
        json!({ "email": "ada@x.test", "code": code, "newPassword": "a brand new password" });
    assert_eq!(
        kind(&service.device().mutate("resetPassword", input).await),
        "PasswordReset"
    );
}

#[tokio::test]
async fn refused_email_is_parked_for_the_operator() {
    let service = with_email("notice").await;
    service.mail.answer(Delivery::Refused);
    assert_eq!(service.received_emails().await.len(), 0);
    service.mail.answer(Delivery::Sent);
    service.wait(DAY);
    assert_eq!(service.received_emails().await.len(), 0);
    let outbox = service.account("ada@x.test").await.outbox;
    assert_eq!(
        (outbox.len(), outbox[0].tries, outbox[0].due_at),
        (1, 1, None)
    );
}

#[tokio::test]
async fn deferred_email_is_retried_until_it_expires() {
    let service = with_email("notice").await;
    service.mail.answer(Delivery::Deferred);
    let longest_delay = 1125;
    for _ in 0..3 * DAY / longest_delay {
        assert_eq!(service.deliver_due().await.unwrap(), 1);
        service.wait(longest_delay);
    }
    service.wait(longest_delay);
    service.mail.answer(Delivery::Sent);
    assert_eq!(service.received_emails().await.len(), 0);
    assert_eq!(service.account("ada@x.test").await.outbox.len(), 0);
}

#[tokio::test]
async fn parked_email_does_not_delay_other_emails() {
    let service = with_email("notice").await;
    service.mail.answer(Delivery::Refused);
    service.received_emails().await;
    service.mail.answer(Delivery::Sent);
    for email in ["ada@x.test", "bob@x.test"] {
        service.device().sign_up(email).await;
        service
            .device()
            .mutate("forgotPassword", json!({ "email": email }))
            .await;
        assert_eq!(service.emails_to(email).await, 1, "{email}");
    }
}

#[tokio::test]
async fn expired_code_is_no_longer_sent() {
    let service = with_email("code").await;
    service.mail.answer(Delivery::Deferred);
    service.received_emails().await;
    service.mail.answer(Delivery::Sent);
    service.wait(600);
    assert_eq!(service.received_emails().await.len(), 0);
    assert_eq!(service.account("ada@x.test").await.outbox.len(), 0);
}

#[tokio::test]
async fn replaced_code_is_no_longer_sent() {
    let service = with_email("code").await;
    service
        .device()
        .mutate("forgotPassword", json!({ "email": "ada@x.test" }))
        .await;
    assert_eq!(service.received_emails().await.len(), 1);
    let code = service.code_for("ada@x.test").await;
    let input =
        json!({ "email": "ada@x.test", "code": code, "newPassword": "a brand new password" });
    assert_eq!(
        kind(&service.device().mutate("resetPassword", input).await),
        "PasswordReset"
    );
}
