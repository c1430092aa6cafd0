//! `changePassword`: sets a new password, given the current one.

use serde_json::{Value, json};

use crate::support::{Device, PASSWORD, Service, invalid_fields, kind, snapshot};

const NEW: &str = "a brand new password";

async fn change(device: &Device, current: &str, new: &str) -> Value {
    device
        .mutate(
            "changePassword",
            json!({ "currentPassword": current, "newPassword": new }),
        )
        .await
}

#[tokio::test]
async fn new_password_works_and_other_sessions_end() {
    let service = Service::start().await;
    let (there, there_token) = service.device().signed_up("ada@x.test").await;
    let (here, here_token) = service.device().logged_in("ada@x.test").await;
    service.wait(60);
    let answer = change(&here, PASSWORD, NEW).await;
    insta::assert_snapshot!(snapshot(&answer), @r"
    __typename: PasswordChanged
    user.createdAt: 2026-11-22T09:30:00.000Z
    user.email: ada@x.test
    user.emailVerified: false
    user.firstName: Ada
    user.gender: UNDISCLOSED
    user.hasPassword: true
    user.id: [user id]
    user.lastLoginAt: 2026-11-22T09:30:00.000Z
    user.lastName: Lovelace
    user.mobileNumber: null
    user.passwordChangedAt: 2026-11-22T09:31:00.000Z
    user.role: USER
    user.sessions[0].authenticatedAt: 2026-11-22T09:30:00.000Z
    user.sessions[0].createdAt: 2026-11-22T09:30:00.000Z
    user.sessions[0].current: true
    user.sessions[0].deviceName: null
    user.sessions[0].expiresAt: 2026-12-22T09:30:00.000Z
    user.sessions[0].id: [session id]
    user.sessions[0].ipAddress: 192.0.2.1
    user.sessions[0].lastUsedAt: 2026-11-22T09:30:00.000Z
    user.sessions[0].methods[0]: PASSWORD
    user.sessions[0].userAgent: null
    user.updatedAt: 2026-11-22T09:31:00.000Z
    ");
    assert_eq!(here.me().await.as_ref(), Ok(&answer["user"]));
    assert_eq!(kind(&here.refresh(&here_token).await), "Authenticated");
    assert_eq!(there.me().await, Err("UNAUTHENTICATED".to_owned()));
    assert_eq!(
        kind(&there.refresh(&there_token).await),
        "InvalidRefreshToken"
    );
    assert_eq!(
        kind(&here.log_in("ada@x.test", PASSWORD).await),
        "InvalidCredentials"
    );
    assert_eq!(kind(&here.log_in("ada@x.test", NEW).await), "Authenticated");
}

#[tokio::test]
async fn password_change_emails_the_account_owner() {
    let service = Service::start().await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    change(&device, PASSWORD, NEW).await;
    let messages = service.received_emails().await;
    assert_eq!(messages.len(), 1);
    assert_eq!(
        (&*messages[0].to, &*messages[0].topic),
        ("ada@x.test", "Your password was changed")
    );
}

#[tokio::test]
async fn wrong_current_password_changes_nothing() {
    let service = Service::start().await;
    let (there, _) = service.device().signed_up("ada@x.test").await;
    let (here, _) = service.device().logged_in("ada@x.test").await;
    for wrong in ["", "wrong password", &PASSWORD.to_uppercase(), NEW] {
        assert_eq!(
            kind(&change(&here, wrong, NEW).await),
            "InvalidCredentials",
            "{wrong}"
        );
    }
    assert!(there.me().await.is_ok());
    assert_eq!(service.received_emails().await.len(), 0);
    assert_eq!(
        kind(&here.log_in("ada@x.test", PASSWORD).await),
        "Authenticated"
    );
}

#[tokio::test]
async fn new_password_must_differ_from_the_current_one() {
    let (device, _) = Service::start()
        .await
        .device()
        .signed_up("ada@x.test")
        .await;
    let unchanged = [("newPassword".to_owned(), "UNCHANGED".to_owned())];
    assert_eq!(
        invalid_fields(&change(&device, PASSWORD, PASSWORD).await),
        unchanged
    );
    assert_eq!(
        kind(&change(&device, "wrong password", "wrong password").await),
        "InvalidCredentials"
    );
    assert_eq!(
        kind(&change(&device, PASSWORD, "Zoe\u{308} and Ada").await),
        "PasswordChanged"
    );
    assert_eq!(
        invalid_fields(&change(&device, "Zo\u{eb} and Ada", "Zoe\u{308} and Ada").await),
        unchanged
    );
}

#[tokio::test]
async fn new_password_must_satisfy_the_password_policy() {
    let (device, _) = Service::start()
        .await
        .device()
        .signed_up("ada@x.test")
        .await;
    for (new, code) in [
        ("", "REQUIRED"),
        ("short", "TOO_SHORT"),
        (&*"äx".repeat(129), "TOO_LONG"),
        ("password", "TOO_COMMON"),
    ] {
        let expected = [("newPassword".to_owned(), code.to_owned())];
        assert_eq!(
            invalid_fields(&change(&device, PASSWORD, new).await),
            expected,
            "{new}"
        );
    }
    assert_eq!(
        kind(&device.log_in("ada@x.test", PASSWORD).await),
        "Authenticated"
    );
}

#[tokio::test]
async fn current_password_guesses_are_limited_per_session() {
    let service = Service::start().await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    let (other, _) = service.device().logged_in("ada@x.test").await;
    for _ in 0..10 {
        assert_eq!(
            kind(&change(&device, "guess", NEW).await),
            "InvalidCredentials"
        );
    }
    let refused = change(&device, PASSWORD, NEW).await;
    assert_eq!(kind(&refused), "TooManyAttempts");
    assert_eq!(refused["retryAfterSeconds"], 900);
    assert_eq!(
        kind(&change(&other, PASSWORD, NEW).await),
        "PasswordChanged"
    );
}

#[tokio::test]
async fn failed_logins_do_not_limit_password_changes() {
    let service = Service::start().await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    for client in 0..11 {
        for _ in 0..10 {
            service
                .device()
                .at(&format!("198.51.100.{client}"))
                .log_in("ada@x.test", "guess")
                .await;
        }
    }
    assert_eq!(
        kind(&change(&device, PASSWORD, NEW).await),
        "PasswordChanged"
    );
}

#[tokio::test]
async fn codes_sent_before_a_password_change_are_void() {
    let service = Service::start().await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    device
        .mutate("forgotPassword", json!({ "email": "ada@x.test" }))
        .await;
    let reset_code = service.code_for("ada@x.test").await;
    device
        .mutate("sendVerificationCode", json!({ "email": "ada@x.test" }))
        .await;
    let proof = service.code_for("ada@x.test").await;
    change(&device, PASSWORD, NEW).await;
    let input = json!({ "email": "ada@x.test", "code": reset_code, "newPassword": "a password of another" });
    assert_eq!(
        kind(&device.mutate("resetPassword", input).await),
        "InvalidCode"
    );
    let input = json!({ "email": "ada@x.test", "code": proof });
    assert_eq!(
        kind(&device.mutate("verifyEmail", input).await),
        "InvalidCode"
    );
}

#[tokio::test]
async fn change_password_requires_a_signed_in_user() {
    let service = Service::start().await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    let input = json!({ "currentPassword": PASSWORD, "newPassword": NEW });
    assert_eq!(
        service
            .device()
            .error("changePassword", input.clone())
            .await,
        "UNAUTHENTICATED"
    );
    device.mutate("logout", json!({})).await;
    assert_eq!(
        device.error("changePassword", input).await,
        "UNAUTHENTICATED"
    );
    assert_eq!(
        kind(&device.log_in("ada@x.test", PASSWORD).await),
        "Authenticated"
    );
}
