//! Emails that the mail server refused: the operator lists, retries and drops them.

use latchkey::model::Delivery;
use serde_json::json;

use crate::support::{PASSWORD, Service};

#[tokio::test]
async fn operator_retries_and_drops_parked_emails() {
    let service = Service::start().await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    let input = json!({ "currentPassword": PASSWORD, "newPassword": "a brand new password" });
    device.mutate("changePassword", input).await;
    service.mail.answer(Delivery::Refused);
    assert_eq!(service.received_emails().await.len(), 0);
    let queue = service.app.accounts.email_delivery().queue();
    let parked = queue.parked().await.unwrap();
    assert_eq!(parked.len(), 1);
    assert_eq!(
        (parked[0].to.as_str(), parked[0].email.kind.name()),
        ("ada@x.test", "passwordChanged")
    );
    assert_eq!(queue.retry(Some(parked[0].email.id)).await.unwrap(), 1);
    assert_eq!(queue.parked().await.unwrap().len(), 0);
    assert_eq!(service.received_emails().await.len(), 0);
    assert_eq!(queue.retry(None).await.unwrap(), 1);
    service.mail.answer(Delivery::Sent);
    assert_eq!(service.received_emails().await.len(), 1);
    assert_eq!(queue.drop(None).await.unwrap(), 0);
}
