//! `requestEmailChange`, `confirmEmailChange` and `undoEmailChange`.

use latchkey::model::Role;
use serde_json::{Value, json};

use crate::support::{Device, PASSWORD, Service, kind};

const OLD: &str = "ada@x.test";
const NEW: &str = "ada@new.test";
const DAY: u64 = 24 * 60 * 60;

async fn request(device: &Device, new_email: &str) -> Value {
    let input = json!({ "newEmail": new_email, "currentPassword": PASSWORD });
    device.mutate("requestEmailChange", input).await
}

async fn confirm(device: &Device, code: &str) -> Value {
    device
        .mutate("confirmEmailChange", json!({ "code": code }))
        .await
}

async fn undo(device: &Device, token: &str) -> Value {
    device
        .mutate("undoEmailChange", json!({ "token": token }))
        .await
}

/// Moves the account of a device to another address.
async fn change(service: &Service, device: &Device, new_email: &str) {
    assert_eq!(kind(&request(device, new_email).await), "CodeSent");
    let code = service.code_for(new_email).await;
    assert_eq!(kind(&confirm(device, &code).await), "EmailChanged");
}

/// Returns the token in the newest email to an address that has one.
async fn token_to(service: &Service, address: &str) -> String {
    let messages = service.received_emails().await;
    let to = messages.iter().rev().filter(|it| it.to == address);
    let mut lines = to.flat_map(|message| message.text.lines());
    let is_token = |line: &&str| line.len() == 43 && !line.contains(' ');
    lines.find(is_token).expect("a token").to_owned()
}

/// Returns the address of the account, and the one that waits for its code.
async fn emails(device: &Device) -> [Value; 2] {
    let reply = device
        .post("{ me { email pendingEmail } }", json!({}))
        .await;
    let me = &reply.json["data"]["me"];
    [me["email"].clone(), me["pendingEmail"].clone()]
}

async fn signed_up(service: &Service) -> Device {
    service.device().signed_up(OLD).await.0
}

#[tokio::test]
async fn address_changes_once_the_new_one_is_proven() {
    let service = Service::start().await;
    let device = signed_up(&service).await;
    service.wait(60);
    let answer = request(&device, " ADA@new.test ").await;
    assert_eq!(
        answer,
        json!({ "__typename": "CodeSent", "email": NEW, "expiresInSeconds": 600 })
    );
    assert_eq!(emails(&device).await, [json!(OLD), json!(NEW)]);
    assert_eq!(device.me().await.unwrap()["emailVerified"], false);

    let code = service.code_for(NEW).await;
    let answer = confirm(&device, &code).await;
    assert_eq!(answer["user"]["email"], NEW);
    assert_eq!(emails(&device).await, [json!(NEW), Value::Null]);
    assert_eq!(device.me().await.unwrap()["emailVerified"], true);
    assert_eq!(kind(&device.log_in(NEW, PASSWORD).await), "Authenticated");
    assert_eq!(
        kind(&device.log_in(OLD, PASSWORD).await),
        "InvalidCredentials"
    );
    assert_eq!(kind(&confirm(&device, &code).await), "InvalidCode");

    let to_old: Vec<_> = service
        .received_emails()
        .await
        .into_iter()
        .filter(|message| message.to == OLD)
        .map(|message| message.topic)
        .collect();
    assert_eq!(
        to_old,
        [
            "A new email address was requested",
            "Your email address was changed"
        ]
    );
}

#[tokio::test]
async fn change_needs_the_password_and_another_address() {
    let service = Service::start().await;
    let device = signed_up(&service).await;
    let wrong = json!({ "newEmail": NEW, "currentPassword": "wrong" });
    for input in [wrong, json!({ "newEmail": NEW })] {
        let answer = device.mutate("requestEmailChange", input).await;
        assert_eq!(kind(&answer), "InvalidCredentials");
    }
    for (typed, code) in [("no address", "MALFORMED"), (" ADA@x.test", "UNCHANGED")] {
        let answer = request(&device, typed).await;
        let field = &answer["fields"][0];
        assert_eq!(
            (&field["path"], &field["code"]),
            (&json!(["input", "newEmail"]), &json!(code))
        );
    }
    assert_eq!(emails(&device).await, [json!(OLD), Value::Null]);
    assert!(service.received_emails().await.is_empty());
    let guest = service.device();
    assert!(guest.me().await.is_err());
}

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

#[tokio::test]
async fn fifth_wrong_code_voids_the_change() {
    let service = Service::start().await;
    let device = signed_up(&service).await;
    request(&device, NEW).await;
    let code = service.code_for(NEW).await;
    for wrong in 0..5 {
        let wrong = format!("{wrong:06}");
        assert_eq!(kind(&confirm(&device, &wrong).await), "InvalidCode");
    }
    assert_eq!(kind(&confirm(&device, &code).await), "InvalidCode");
    assert_eq!(emails(&device).await, [json!(OLD), Value::Null]);
}

#[tokio::test]
async fn pending_change_dies_with_reset_or_another_change() {
    let service = Service::start().await;
    let device = signed_up(&service).await;
    request(&device, NEW).await;
    let first = service.code_for(NEW).await;
    request(&device, "ada@other.test").await;
    assert_eq!(kind(&confirm(&device, &first).await), "InvalidCode");
    let second = service.code_for("ada@other.test").await;

    device
        .mutate("forgotPassword", json!({ "email": OLD }))
        .await;
    let code = service.code_for(OLD).await;
    let input = json!({ "email": OLD, "code": code, "newPassword": PASSWORD });
    assert_eq!(
        kind(&device.mutate("resetPassword", input).await),
        "PasswordReset"
    );
    let (device, _) = service.device().logged_in(OLD).await;
    assert_eq!(kind(&confirm(&device, &second).await), "InvalidCode");
}

#[tokio::test]
async fn codes_mailed_before_the_change_are_void() {
    let service = Service::start().await;
    let device = signed_up(&service).await;
    device
        .mutate("forgotPassword", json!({ "email": OLD }))
        .await;
    let reset = service.code_for(OLD).await;
    change(&service, &device, NEW).await;
    for email in [OLD, NEW] {
        let input = json!({ "email": email, "code": reset, "newPassword": "another password" });
        assert_eq!(
            kind(&device.mutate("resetPassword", input).await),
            "InvalidCode"
        );
    }
}

#[tokio::test]
async fn old_address_takes_the_change_back_for_a_week() {
    let service = Service::start().await;
    let device = signed_up(&service).await;
    change(&service, &device, NEW).await;
    let first = token_to(&service, OLD).await;
    let stranger = service.device();
    service.wait(7 * DAY - 60);
    // No number of tries uses the token up.
    for wrong in ["", "token", &first[1..], &format!("{first}A")] {
        assert_eq!(
            kind(&undo(&stranger, wrong).await),
            "InvalidCode",
            "{wrong}"
        );
    }
    let answer = undo(&stranger, &format!(" {first}\n")).await;
    assert_eq!(
        answer,
        json!({ "__typename": "EmailChangeUndone", "email": OLD })
    );

    assert_eq!(device.me().await, Err("UNAUTHENTICATED".to_owned()));
    assert_eq!(
        kind(&device.log_in(OLD, PASSWORD).await),
        "InvalidCredentials"
    );
    let code = service.code_for(OLD).await;
    let input = json!({ "email": OLD, "code": code, "newPassword": "an owner's password" });
    assert_eq!(
        kind(&stranger.mutate("resetPassword", input).await),
        "PasswordReset"
    );
    let answer = stranger.log_in(OLD, "an owner's password").await;
    assert_eq!(kind(&answer), "Authenticated");
    assert_eq!(kind(&undo(&stranger, &first).await), "InvalidCode", "used");
    // The other address is free again.
    assert_eq!(kind(&stranger.sign_up(NEW).await), "Authenticated");
}

#[tokio::test]
async fn token_restores_the_address_after_further_changes() {
    let service = Service::start().await;
    let device = signed_up(&service).await;
    change(&service, &device, NEW).await;
    let token = token_to(&service, OLD).await;
    change(&service, &device, "ada@third.test").await;
    assert_eq!(undo(&service.device(), &token).await["email"], OLD);
    let answer = device.log_in("ada@third.test", PASSWORD).await;
    assert_eq!(kind(&answer), "InvalidCredentials");
}

#[tokio::test]
async fn old_address_refuses_a_change_that_waits() {
    let service = Service::start().await;
    let device = signed_up(&service).await;
    request(&device, NEW).await;
    let (token, code) = (token_to(&service, OLD).await, service.code_for(NEW).await);
    assert_eq!(undo(&service.device(), &token).await["email"], OLD);
    assert_eq!(device.me().await, Err("UNAUTHENTICATED".to_owned()));
    assert_eq!(
        service
            .account(OLD)
            .await
            .user()
            .unwrap()
            .email_changes
            .pending,
        None
    );
    assert!(!code.is_empty());
}

#[tokio::test]
async fn old_address_stays_reserved_for_a_week() {
    for policy in ["false", "true"] {
        let service = Service::start().await;
        let device = signed_up(&service).await;
        change(&service, &device, NEW).await;
        let token = token_to(&service, OLD).await;
        let node = service
            .node(&[("LATCHKEY_VERIFY_EMAIL_FIRST", policy)])
            .await;
        let expected = if policy == "true" {
            "SignupAccepted"
        } else {
            "EmailTaken"
        };
        let before = service.emails_to(OLD).await;
        assert_eq!(kind(&node.device().sign_up(OLD).await), expected);
        assert_eq!(service.emails_to(OLD).await, before, "no code");
        service.wait(7 * DAY);
        service.app.accounts.purge().await.unwrap();
        assert_eq!(kind(&undo(&service.device(), &token).await), "InvalidCode");
        let answer = service.device().sign_up(OLD).await;
        assert_eq!(kind(&answer), "Authenticated");
    }
}
