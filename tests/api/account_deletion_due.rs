//! Accounts whose time has come, and the administrators who stay.

use std::time::Duration;

use latchkey::accounts::AdminOutcome;
use latchkey::model::{Email, Role};
use latchkey::repository::Repository as _;
use serde_json::{Value, json};

use crate::account_deletion::{cancel, leaving, request, ticket};
use crate::support::{Device, PASSWORD, Service, kind, sign_up_input};

const DAY: u64 = 24 * 60 * 60;

async fn exists(service: &Service, email: &str) -> bool {
    let email = Email::parse(email).unwrap();
    service.store.by_email(&email).await.unwrap().is_some()
}

/// Creates an administrator.
async fn administrator(service: &Service, email: &str) -> Device {
    let (device, _) = service.device().signed_up(email).await;
    let accounts = &service.app.accounts;
    let set = accounts.set_role(email, Role::Admin).await.unwrap();
    assert_eq!(set, AdminOutcome::Done);
    assert_eq!(device.me().await, Err("UNAUTHENTICATED".to_owned()));
    service.device().logged_in(email).await.0
}

#[tokio::test]
async fn account_is_deleted_after_the_days_of_grace() {
    let (service, _, token) = leaving(&[("LATCHKEY_DELETION_GRACE_DAYS", "30")]).await;
    service.received_emails().await;
    service.wait(30 * DAY - 1);
    service.app.accounts.purge().await.unwrap();
    assert!(exists(&service, "ada@x.test").await);
    service.wait(1);
    service.app.accounts.purge().await.unwrap();
    assert!(!exists(&service, "ada@x.test").await);
    let refreshed = service.device().refresh(&token).await;
    assert_eq!(kind(&refreshed), "InvalidRefreshToken");
    let again = service.device().sign_up("ada@x.test").await;
    assert_eq!(kind(&again), "Authenticated");
}

#[tokio::test]
async fn account_past_its_time_is_closed_at_once() {
    let (service, _, _) = leaving(&[]).await;
    service.wait(14 * DAY - 60);
    let ticket = ticket(&service).await;
    service.wait(60);
    let device = service.device();
    assert_eq!(kind(&cancel(&device, &ticket).await), "ChallengeExpired");
    let answer = device.log_in("ada@x.test", PASSWORD).await;
    assert_eq!(kind(&answer), "InvalidCredentials");
    let before = service.emails_to("ada@x.test").await;
    for operation in ["forgotPassword", "sendVerificationCode"] {
        let input = json!({ "email": "ada@x.test" });
        assert_eq!(kind(&device.mutate(operation, input).await), "CodeSent");
    }
    assert_eq!(service.emails_to("ada@x.test").await, before);
}

#[tokio::test]
async fn deletion_without_grace_takes_place_after_an_hour() {
    let (service, _, _) = leaving(&[("LATCHKEY_DELETION_GRACE_DAYS", "0")]).await;
    service.wait(60 * 60 - 1);
    service.app.accounts.purge().await.unwrap();
    ticket(&service).await;
    service.wait(1);
    service.app.accounts.purge().await.unwrap();
    assert!(!exists(&service, "ada@x.test").await);
}

#[tokio::test]
async fn deleted_account_leaves_its_number_and_no_counts() {
    let service = Service::start().await;
    let number = json!("+4915112345678");
    let mut input = sign_up_input("ada@x.test");
    input["mobileNumber"] = number.clone();
    let answer = service.device().mutate("signup", input).await;
    let (device, _) = service.device().signed_in_by(&answer);
    // One hundred wrong passwords from elsewhere use up the limit of the address.
    for address in 0..11 {
        let stranger = service.device().at(&format!("198.51.100.{address}"));
        for _ in 0..10 {
            stranger.log_in("ada@x.test", "wrong").await;
        }
    }
    let new = service.device().at("203.0.113.1");
    let limited = new.log_in("ada@x.test", PASSWORD).await;
    assert_eq!(kind(&limited), "TooManyAttempts");
    request(&device).await;
    let mut account = service.account("ada@x.test").await;
    account.user_mut().unwrap().deletes_at = Some(service.clock.now());
    service.store.save(&account).await.unwrap();
    service.app.accounts.purge().await.unwrap();
    let mut input = sign_up_input("ada@x.test");
    input["mobileNumber"] = number;
    let again = service.device().mutate("signup", input).await;
    assert_eq!(kind(&again), "Authenticated", "{again}");
    let unlimited = new.log_in("ada@x.test", PASSWORD).await;
    assert_eq!(kind(&unlimited), "Authenticated");
}

#[tokio::test]
async fn last_administrator_cannot_delete_the_account() {
    let service = Service::start().await;
    let ada = administrator(&service, "ada@x.test").await;
    assert_eq!(kind(&request(&ada).await), "NotAvailable");
    assert!(ada.me().await.is_ok(), "nothing was changed");
    let bob = administrator(&service, "bob@x.test").await;
    service.app.accounts.suspend("bob@x.test").await.unwrap();
    let refused = request(&ada).await;
    assert_eq!(kind(&refused), "NotAvailable", "the other one is suspended");
    service.app.accounts.reinstate("bob@x.test").await.unwrap();
    assert_eq!(kind(&request(&ada).await), "DeletionScheduled");
    assert_eq!(bob.me().await, Err("UNAUTHENTICATED".to_owned()));
    let (bob, _) = service.device().logged_in("bob@x.test").await;
    let refused = request(&bob).await;
    assert_eq!(kind(&refused), "NotAvailable", "the other one is leaving");
}

#[tokio::test]
async fn last_administrator_cannot_be_demoted() {
    let service = Service::start().await;
    administrator(&service, "ada@x.test").await;
    let accounts = &service.app.accounts;
    let demote = async |email| accounts.set_role(email, Role::User).await.unwrap();
    assert_eq!(demote("ada@x.test").await, AdminOutcome::LastAdministrator);
    let account = service.account("ada@x.test").await;
    assert_eq!(account.stepping_down_at, None);
    administrator(&service, "bob@x.test").await;
    assert_eq!(demote("ada@x.test").await, AdminOutcome::Done);
    assert_eq!(demote("bob@x.test").await, AdminOutcome::LastAdministrator);
    assert_eq!(
        demote("ada@x.test").await,
        AdminOutcome::Done,
        "it is one already"
    );
}

#[tokio::test]
async fn mark_that_was_left_behind_expires() {
    let service = Service::start().await;
    administrator(&service, "ada@x.test").await;
    administrator(&service, "bob@x.test").await;
    let mut account = service.account("bob@x.test").await;
    account.step_down(service.clock.now());
    service.store.save(&account).await.unwrap();
    let accounts = &service.app.accounts;
    let demote = async || accounts.set_role("ada@x.test", Role::User).await.unwrap();
    assert_eq!(demote().await, AdminOutcome::LastAdministrator);
    service.clock.advance(Duration::from_secs(601));
    assert_eq!(demote().await, AdminOutcome::Done);
}

#[tokio::test]
async fn policy_states_the_days_of_grace() {
    let query = "{ policy { accountDeletion deletionGraceDays dataExport } }";
    let service = Service::with(&[("LATCHKEY_DELETION_GRACE_DAYS", "30")]).await;
    let reply = service.device().post(query, json!({})).await;
    let expected = json!({ "accountDeletion": true, "deletionGraceDays": 30, "dataExport": true });
    assert_eq!(reply.json["data"]["policy"], expected);
    assert_eq!(reply.json.get("errors"), None::<&Value>);
}
