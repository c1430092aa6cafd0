//! `login`: an address and a password for a session.

use latchkey::repository::Repository as _;
use serde_json::json;

use crate::support::{PASSWORD, Service, kind};

#[tokio::test]
async fn the_right_password_signs_in_on_a_new_session() {
    let service = Service::start().await;
    let device = service.device().with_header("user-agent", "Firefox");
    device.sign_up("ada@x.test").await;
    service.wait(60);
    let answer = device.log_in(" Ada@X.test ", PASSWORD).await;
    assert_eq!(kind(&answer), "Authenticated");
    assert_eq!(answer["user"]["email"], "ada@x.test");
    assert_eq!(answer["user"]["lastLoginAt"], "2026-11-22T09:31:00.000Z");
    assert_eq!(answer["tokens"]["tokenType"], "Bearer");
    assert_eq!(answer["tokens"]["expiresIn"], 14400);
    assert_eq!(
        answer["tokens"]["refreshTokenExpiresAt"],
        "2026-12-22T09:31:00.000Z"
    );
    let sessions = answer["user"]["sessions"].as_array().unwrap();
    assert_eq!(sessions.len(), 2);
    assert_eq!(sessions[0]["current"], true);
    assert_eq!(sessions[0]["userAgent"], "Firefox");
    assert_eq!(sessions[0]["ipAddress"], "192.0.2.1");
    assert_eq!(sessions[1]["current"], false);
}

#[tokio::test]
async fn an_unknown_address_answers_like_a_wrong_password() {
    let service = Service::start().await;
    let device = service.device();
    device.sign_up("ada@x.test").await;
    let wrong = device.log_in("ada@x.test", "wrong password").await;
    assert_eq!(kind(&wrong), "InvalidCredentials");
    for unknown in ["bob@x.test", "not an address", "", "ada@x.test\0", "$where"] {
        assert_eq!(device.log_in(unknown, PASSWORD).await, wrong, "{unknown}");
    }
}

#[tokio::test]
async fn wrong_passwords_run_into_a_limit_that_right_ones_from_elsewhere_do_not_feel() {
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
async fn an_unknown_address_runs_into_the_same_limit() {
    let device = Service::start().await.device();
    for _ in 0..10 {
        device.log_in("nobody@x.test", "guess").await;
    }
    assert_eq!(
        kind(&device.log_in("nobody@x.test", "guess").await),
        "TooManyAttempts"
    );
}

#[tokio::test]
async fn right_passwords_are_not_counted() {
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
async fn an_unproven_address_is_told_only_after_the_right_password_where_the_policy_asks_for_proof()
{
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
async fn a_hash_of_another_cost_is_replaced_on_success() {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("shared.db").display());
    let cheap = Service::with(&[("LATCHKEY_STORE", &store)]).await;
    cheap.device().sign_up("ada@x.test").await;
    let dearer = Service::with(&[("LATCHKEY_STORE", &store), ("LATCHKEY_BCRYPT_COST", "5")]).await;
    let hash = || async {
        let email = latchkey::model::Email::parse("ada@x.test").unwrap();
        let account = dearer.store.by_email(&email).await.unwrap().unwrap();
        account.user().unwrap().password.as_str().to_owned()
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
async fn a_bad_bearer_token_does_not_break_a_login() {
    let device = Service::start().await.device();
    device.sign_up("ada@x.test").await;
    let stale = device.with_bearer("eyJhbGciOiJub25lIn0.e30.");
    assert_eq!(
        kind(&stale.log_in("ada@x.test", PASSWORD).await),
        "Authenticated"
    );
}

#[tokio::test]
async fn operators_in_place_of_text_are_type_errors() {
    let device = Service::start().await.device();
    for email in [
        json!({ "$gt": "" }),
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
async fn what_was_tried_counts_on_every_node_and_after_a_restart() {
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
