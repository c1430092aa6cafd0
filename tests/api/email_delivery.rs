//! The delivery of queued emails while the mail server is away or refuses, and what the log, the
//! queue and the operator learn of it.

use std::time::Duration;

use latchkey::model::Delivery;
use latchkey::repository::{QueueLength, Repository as _};
use serde_json::json;

use crate::outbox::{DAY, with_email};
use crate::support::{Service, capture_log};

#[tokio::test]
async fn fifteen_minutes_without_mail_server_lose_no_notice() {
    let service = with_email("notice").await;
    service.mail.answer(Delivery::Unavailable);
    for _ in 0..90 {
        assert_eq!(service.received_emails().await.len(), 0);
        service.wait(10);
    }
    service.mail.answer(Delivery::Sent);
    // The longest delay between two attempts.
    service.wait(1125);
    assert_eq!(service.received_emails().await.len(), 1);
    service.wait(DAY);
    assert_eq!(service.received_emails().await.len(), 1);
}

#[tokio::test]
async fn expired_unsent_code_is_logged() {
    let service = with_email("code").await;
    service.mail.answer(Delivery::Unavailable);
    let (log, _guard) = capture_log(&service.device()).await;
    for _ in 0..60 {
        assert_eq!(service.received_emails().await.len(), 0);
        service.wait(10);
    }
    assert_eq!(service.account("ada@x.test").await.outbox.len(), 0);
    let text = log.text();
    assert_eq!(
        text.matches("email expired before it could be sent")
            .count(),
        1,
        "{text}"
    );
    assert!(
        text.contains("passwordResetCode") && !text.contains("ada@x.test"),
        "{text}"
    );
}

#[tokio::test]
async fn unavailable_mail_server_is_logged_once_a_minute() {
    let service = Service::with(&[("LATCHKEY_LIMITS", "off")]).await;
    service.mail.answer(Delivery::Unavailable);
    let (log, _guard) = capture_log(&service.device()).await;
    let lines = || log.text().matches("no email can be sent").count();
    for email in ["ada@x.test", "bob@x.test", "eve@x.test"] {
        service.device().sign_up(email).await;
        let input = json!({ "email": email });
        service.device().mutate("forgotPassword", input).await;
    }
    assert_eq!(service.received_emails().await.len(), 0);
    assert_eq!(lines(), 1);
    service.wait(59);
    service.received_emails().await;
    assert_eq!(lines(), 1);
    service.wait(1);
    service.received_emails().await;
    service.wait(20);
    service.received_emails().await;
    assert_eq!(lines(), 2);
    service.mail.answer(Delivery::Sent);
    service.wait(80);
    assert_eq!(service.received_emails().await.len(), 3);
    assert_eq!(log.text().matches("accepts emails again").count(), 1);
}

#[tokio::test]
async fn bare_refusal_parks_only_after_another_recipient_is_accepted() {
    let service = with_email("notice").await;
    let outbox = || async { service.account("ada@x.test").await.outbox };
    for _ in 0..3 {
        service.mail.answer(Delivery::Unproven);
        service.received_emails().await;
        service.wait(100);
    }
    assert!(
        outbox().await[0].due_at.is_some(),
        "the sender may be the reason"
    );

    service.device().sign_up("bob@x.test").await;
    let input = json!({ "email": "bob@x.test" });
    service.device().mutate("forgotPassword", input).await;
    service.wait(1);
    service.mail.answer(Delivery::Sent);
    assert_eq!(send_only(&service, "bob@x.test").await, 1);
    service.mail.answer(Delivery::Unproven);
    service.wait(1125);
    service.received_emails().await;
    assert_eq!(outbox().await[0].due_at, None);
}

/// Sends the emails to one recipient while those to Ada wait, and returns how many there were.
async fn send_only(service: &Service, email: &str) -> usize {
    let mut ada = service.account("ada@x.test").await;
    ada.outbox[0].due_at = Some(service.clock.now().plus(Duration::from_secs(100)));
    service.store.save(&ada).await.unwrap();
    service.emails_to(email).await
}

#[tokio::test]
async fn queue_is_counted_without_parked_emails() {
    let service = with_email("code").await;
    let delivery = service.app.accounts.email_delivery();
    assert!(delivery.measured_queue().is_none());
    service.wait(30);
    delivery.measure_queue().await.unwrap();
    let (queue, at) = delivery.measured_queue().unwrap();
    assert_eq!(queue.emails, 1);
    assert_eq!(queue.oldest.unwrap().until(at).as_secs(), 30);

    service.mail.answer(Delivery::Refused);
    service.received_emails().await;
    delivery.measure_queue().await.unwrap();
    assert_eq!(delivery.measured_queue().unwrap().0, QueueLength::default());
}

#[tokio::test]
async fn shown_email_hides_code_and_says_why() {
    let service = with_email("code").await;
    service.mail.answer(Delivery::Unavailable);
    service.received_emails().await;
    let queue = service.app.accounts.email_delivery().queue();
    let waiting = queue.waiting().await.unwrap();
    let (shown, message) = queue.show(waiting[0].email.id).await.unwrap().unwrap();
    assert_eq!(shown.to.as_str(), "ada@x.test");
    assert_eq!(
        shown.email.last_error.as_deref(),
        Some("not now: as the test requested")
    );
    assert!(message.contains("Subject: "), "{message}");
    service.mail.answer(Delivery::Sent);
    service.wait(10);
    let code = service.code_for("ada@x.test").await;
    assert!(!message.contains(&code), "{message}");
    assert!(queue.show(waiting[0].email.id).await.unwrap().is_none());
}
