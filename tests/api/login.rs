//! `login`: starts a session for an email and a password.

use latchkey::repository::Repository as _;
use serde_json::json;

use crate::support::{PASSWORD, Service, kind, snapshot};

#[tokio::test]
async fn right_password_starts_a_new_session() {
    let service = Service::start().await;
    let device = service.device().with_header("user-agent", "Firefox");
    device.sign_up("ada@x.test").await;
    service.wait(60);
    let answer = device.log_in(" Ada@X.test ", PASSWORD).await;
    insta::assert_snapshot!(snapshot(&answer), @r"
    __typename: Authenticated
    tokens.accessToken: [access token]
    tokens.expiresIn: 14400
    tokens.refreshToken: [refresh token]
    tokens.refreshTokenExpiresAt: 2026-12-22T09:31:00.000Z
    tokens.tokenType: Bearer
    user.createdAt: 2026-11-22T09:30:00.000Z
    user.email: ada@x.test
    user.emailVerified: false
    user.firstName: Ada
    user.gender: UNDISCLOSED
    user.hasPassword: true
    user.id: [user id]
    user.lastLoginAt: 2026-11-22T09:31:00.000Z
    user.lastName: Lovelace
    user.mobileNumber: null
    user.passwordChangedAt: 2026-11-22T09:30:00.000Z
    user.role: USER
    user.sessions[0].authenticatedAt: 2026-11-22T09:31:00.000Z
    user.sessions[0].createdAt: 2026-11-22T09:31:00.000Z
    user.sessions[0].current: true
    user.sessions[0].deviceName: null
    user.sessions[0].expiresAt: 2026-12-22T09:31:00.000Z
    user.sessions[0].id: [session id]
    user.sessions[0].ipAddress: 192.0.2.1
    user.sessions[0].lastUsedAt: 2026-11-22T09:31:00.000Z
    user.sessions[0].methods[0]: PASSWORD
    user.sessions[0].userAgent: Firefox
    user.sessions[1].authenticatedAt: 2026-11-22T09:30:00.000Z
    user.sessions[1].createdAt: 2026-11-22T09:30:00.000Z
    user.sessions[1].current: false
    user.sessions[1].deviceName: null
    user.sessions[1].expiresAt: 2026-12-22T09:30:00.000Z
    user.sessions[1].id: [session id]
    user.sessions[1].ipAddress: 192.0.2.1
    user.sessions[1].lastUsedAt: 2026-11-22T09:30:00.000Z
    user.sessions[1].methods[0]: PASSWORD
    user.sessions[1].userAgent: Firefox
    user.updatedAt: 2026-11-22T09:30:00.000Z
    ");
}

#[tokio::test]
async fn unknown_email_answers_like_a_wrong_password() {
    let service = Service::start().await;
    let device = service.device();
    device.sign_up("ada@x.test").await;
    let wrong = device.log_in("ada@x.test", "wrong password").await;
    assert_eq!(kind(&wrong), "InvalidCredentials");
    for unknown in ["bob@x.test", "not an address", "", "ada\t@x.test", "ada"] {
        assert_eq!(device.log_in(unknown, PASSWORD).await, wrong, "{unknown}");
    }
}

#[tokio::test]
async fn wrong_passwords_limit_only_the_client_sending_them() {
    let service = Service::start().await;
    let (attacker, owner) = (service.device().at("198.51.100.7"), service.device());
    owner.sign_up("ada@x.test").await;
    for _ in 0..10 {
        assert_eq!(
            kind(&attacker.log_in("ada@x.test", "guess").await),
            "InvalidCredentials"
        );
    }
    let refused = attacker.log_in("ada@x.test", PASSWORD).await;
    assert_eq!(kind(&refused), "TooManyAttempts");
    assert_eq!(refused["retryAfterSeconds"], 900);
    assert_eq!(
        kind(&owner.log_in("ada@x.test", PASSWORD).await),
        "Authenticated"
    );
    service.wait(900);
    assert_eq!(
        kind(&attacker.log_in("ada@x.test", PASSWORD).await),
        "Authenticated"
    );
}

#[tokio::test]
async fn unknown_email_runs_into_the_same_limit() {
    let device = Service::start().await.device();
    for _ in 0..10 {
        device.log_in("unknown@x.test", "guess").await;
    }
    assert_eq!(
        kind(&device.log_in("unknown@x.test", "guess").await),
        "TooManyAttempts"
    );
}

#[tokio::test]
async fn successful_logins_do_not_use_up_attempts() {
    let device = Service::start().await.device();
    device.sign_up("ada@x.test").await;
    for _ in 0..20 {
        assert_eq!(
            kind(&device.log_in("ada@x.test", PASSWORD).await),
            "Authenticated"
        );
    }
}

#[tokio::test]
async fn unverified_email_is_reported_only_after_right_password() {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("shared.db").display());
    let lenient = Service::with(&[("LATCHKEY_STORE", &store)]).await;
    lenient.device().sign_up("ada@x.test").await;
    let strict = Service::with(&[
        ("LATCHKEY_STORE", &store),
        ("LATCHKEY_VERIFY_EMAIL_FIRST", "true"),
    ])
    .await;
    assert_eq!(
        kind(&strict.device().log_in("ada@x.test", "wrong password").await),
        "InvalidCredentials"
    );
    assert_eq!(
        kind(&strict.device().log_in("ada@x.test", PASSWORD).await),
        "EmailNotVerified"
    );
}

#[tokio::test]
async fn login_rehashes_a_password_of_another_cost() {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("shared.db").display());
    let cheap = Service::with(&[("LATCHKEY_STORE", &store)]).await;
    cheap.device().sign_up("ada@x.test").await;
    let dearer = Service::with(&[("LATCHKEY_STORE", &store), ("LATCHKEY_BCRYPT_COST", "5")]).await;
    let hash = || async {
        let email = latchkey::model::Email::parse("ada@x.test").unwrap();
        let account = dearer.store.by_email(&email).await.unwrap().unwrap();
        let hash = account.user().unwrap().password.as_ref();
        hash.unwrap().as_str().to_owned()
    };
    assert!(hash().await.starts_with("bcrypt:$2b$04$"));
    dearer.device().log_in("ada@x.test", "wrong password").await;
    assert!(hash().await.starts_with("bcrypt:$2b$04$"));
    dearer.device().log_in("ada@x.test", PASSWORD).await;
    assert!(hash().await.starts_with("bcrypt:$2b$05$"));
    assert_eq!(
        kind(&dearer.device().log_in("ada@x.test", PASSWORD).await),
        "Authenticated"
    );
}

#[tokio::test]
async fn invalid_bearer_token_does_not_break_login() {
    let device = Service::start().await.device();
    device.sign_up("ada@x.test").await;
    let stale = device.with_bearer("not.a.token");
    assert_eq!(
        kind(&stale.log_in("ada@x.test", PASSWORD).await),
        "Authenticated"
    );
}

#[tokio::test]
async fn non_string_credentials_are_type_errors() {
    let device = Service::start().await.device();
    for email in [
        json!({ "email": "ada@x.test" }),
        json!(["ada@x.test"]),
        json!(1),
        json!(true),
        json!(null),
    ] {
        let code = device
            .error("login", json!({ "email": email, "password": PASSWORD }))
            .await;
        assert_eq!(code, "BAD_USER_INPUT", "{email}");
    }
}

#[tokio::test]
async fn failed_attempts_count_across_nodes_and_restarts() {
    let service = Service::start().await;
    service.device().sign_up("ada@x.test").await;
    for node in [service.clone(), service.node(&[]).await] {
        for _ in 0..5 {
            assert_eq!(
                kind(&node.device().log_in("ada@x.test", "guess").await),
                "InvalidCredentials"
            );
        }
    }
    for node in [service.clone(), service.node(&[]).await] {
        assert_eq!(
            kind(&node.device().log_in("ada@x.test", "guess").await),
            "TooManyAttempts"
        );
    }
}
