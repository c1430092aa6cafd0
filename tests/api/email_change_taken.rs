//! Changes to an address that another account has: a proven one keeps it, an unproven one gives it
//! to the owner.

use latchkey::model::Role;

use crate::email_change::{NEW, OLD, confirm, request, signed_up};
use crate::support::{PASSWORD, Service, kind};

#[tokio::test]
async fn address_of_another_account_gets_no_code() {
    let service = Service::start().await;
    let (bob, _) = service.device().signed_up("bob@x.test").await;
    bob.prove("bob@x.test").await;
    let device = signed_up(&service).await;
    assert_eq!(kind(&request(&device, "bob@x.test").await), "CodeSent");
    assert_eq!(service.emails_to("bob@x.test").await, 1, "his own alone");
    assert_eq!(kind(&confirm(&device, "000000").await), "InvalidCode");
}

#[tokio::test]
async fn address_taken_meanwhile_is_not_moved_to() {
    let service = Service::start().await;
    let device = signed_up(&service).await;
    request(&device, NEW).await;
    let code = service.code_for(NEW).await;
    let (other, _) = service.device().signed_up(NEW).await;
    other.prove(NEW).await;
    assert_eq!(kind(&confirm(&device, &code).await), "EmailTaken");
    assert_eq!(device.me().await.unwrap()["email"], OLD);
}

#[tokio::test]
async fn unproven_account_gives_its_address_to_the_owner() {
    for is_first in [true, false] {
        let service = Service::start().await;
        let device = signed_up(&service).await;
        let mut squatter = None;
        if is_first {
            squatter = Some(service.device().signed_up(NEW).await.0);
        }
        request(&device, NEW).await;
        let code = service.code_for(NEW).await;
        if !is_first {
            squatter = Some(service.device().signed_up(NEW).await.0);
        }
        assert_eq!(kind(&confirm(&device, &code).await), "EmailChanged");
        assert_eq!(device.me().await.unwrap()["email"], NEW);
        assert!(squatter.unwrap().me().await.is_err(), "it is deleted");
        let login = service.device().log_in(NEW, PASSWORD).await;
        assert_eq!(kind(&login), "Authenticated");
    }
}

#[tokio::test]
async fn wrong_code_deletes_no_unproven_account() {
    let service = Service::start().await;
    let device = signed_up(&service).await;
    let (squatter, _) = service.device().signed_up(NEW).await;
    request(&device, NEW).await;
    assert_eq!(kind(&confirm(&device, "000000").await), "InvalidCode");
    assert!(squatter.me().await.is_ok());
}

#[tokio::test]
async fn administrator_keeps_an_unproven_address() {
    let service = Service::start().await;
    let device = signed_up(&service).await;
    service.device().sign_up(NEW).await;
    let accounts = &service.app.accounts;
    accounts.set_role(NEW, Role::Admin).await.unwrap();
    let admin = service.device().logged_in(NEW).await.0;
    request(&device, NEW).await;
    assert_eq!(service.emails_to(NEW).await, 0);
    assert!(admin.me().await.is_ok());
}
