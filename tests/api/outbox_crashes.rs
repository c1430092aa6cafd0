//! Emails after a crash, beside another worker, and beside an account that cannot be read.

use serde_json::json;

use crate::outbox::{message_ids, with_email};
use crate::support::{Failure, Service, kind};

#[tokio::test]
async fn crash_after_sending_resends_under_the_same_id() {
    let service = with_email("code").await;
    service.store.fail_after(1, Failure::Unavailable);
    assert!(service.deliver_due().await.is_err());
    assert_eq!(message_ids(&service).len(), 1);
    service.store.recover();
    service.wait(44);
    assert_eq!(
        service.received_emails().await.len(),
        1,
        "the lease is not over"
    );
    service.wait(1);
    assert_eq!(service.received_emails().await.len(), 2);
    let ids = message_ids(&service);
    assert_eq!(ids[0], ids[1]);
    service.wait(300);
    assert_eq!(service.received_emails().await.len(), 2);
}

#[tokio::test]
async fn crash_before_leasing_leaves_the_email_due() {
    let service = with_email("code").await;
    service.store.fail_after(0, Failure::Unavailable);
    assert!(service.deliver_due().await.is_err());
    service.store.recover();
    assert_eq!(service.received_emails().await.len(), 1);
}

#[tokio::test]
async fn two_concurrent_workers_send_each_email_once() {
    let service = Service::start().await;
    let node = service.node(&[]).await;
    for index in 0..16 {
        let email = format!("user{index}@x.test");
        service.device().sign_up(&email).await;
        service
            .device()
            .mutate("forgotPassword", json!({ "email": email }))
            .await;
    }
    let (here, there) = tokio::join!(service.deliver_due(), node.deliver_due());
    assert!(here.is_ok() && there.is_ok());
    let mut ids = message_ids(&service);
    assert_eq!(ids.len(), 16);
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 16);
}

#[tokio::test]
async fn code_and_its_email_are_one_write() {
    let service = Service::with(&[("LATCHKEY_LIMITS", "off")]).await;
    service.device().sign_up("ada@x.test").await;
    let before = service.account("ada@x.test").await;
    service.store.fail_after(0, Failure::Unavailable);
    let input = json!({ "email": "ada@x.test" });
    assert_eq!(
        service
            .device()
            .error("forgotPassword", input.clone())
            .await,
        "OVERLOADED"
    );
    service.store.recover();
    assert_eq!(service.account("ada@x.test").await, before);

    service.store.work();
    service.store.fail_after(1, Failure::Unavailable);
    assert_eq!(
        kind(&service.device().mutate("forgotPassword", input).await),
        "CodeSent"
    );
    service.store.recover();
    assert_eq!(service.store.work().writes, 1);
    let after = service.account("ada@x.test").await;
    assert!(after.outbox.len() == 1 && after.user().unwrap().reset_code.is_some());
}

#[tokio::test]
async fn unreadable_account_does_not_delay_other_emails() {
    let service = with_email("notice").await;
    service
        .store
        .corrupt(service.account("ada@x.test").await.id);
    service.device().sign_up("bob@x.test").await;
    service
        .device()
        .mutate("forgotPassword", json!({ "email": "bob@x.test" }))
        .await;
    assert_eq!(service.deliver_due().await.unwrap(), 1);
    assert_eq!(service.mail.sent().len(), 1);
    assert!(
        service.deliver_due().await.is_err(),
        "only the unreadable account is left"
    );
}

#[tokio::test]
async fn email_whose_delivery_panics_is_parked() {
    let service = with_email("notice").await;
    service.mail.panic();
    assert_eq!(service.deliver_due().await.unwrap(), 1);
    let outbox = service.account("ada@x.test").await.outbox;
    assert_eq!((outbox.len(), outbox[0].due_at), (1, None));
    service
        .device()
        .mutate("forgotPassword", json!({ "email": "ada@x.test" }))
        .await;
    assert_eq!(service.emails_to("ada@x.test").await, 1);
}
