//! The server's secret is replaced by another one while users have sessions, codes and second
//! factors: nothing of theirs is lost, and no server starts without a secret that the store needs.

use latchkey::accounts::ClaimError;
use serde_json::{Value, json};

use crate::support::{Authenticator, PASSWORD, Service, kind};

const OLD: &str = "b2xkIHNlY3JldCBvbGQgc2VjcmV0IG9sZCBzZWNyZXQ";
const NEW: &str = "bmV3IHNlY3JldCBuZXcgc2VjcmV0IG5ldyBzZWNyZXQ";
const MFA: (&str, &str) = ("LATCHKEY_MFA", "optional");
const BY_CODE: (&str, &str) = ("LATCHKEY_LOGIN_BY_CODE", "true");

/// A user with everything that a secret has made.
struct User {
    refresh: String,
    app: Authenticator,
    recovery: Vec<String>,
    challenge: Value,
    reset_code: String,
}

async fn with_secret(service: &Service, secret: &str) -> Service {
    service
        .node(&[("LATCHKEY_SECRET", secret), MFA, BY_CODE])
        .await
}

async fn user_of(service: &Service) -> User {
    let (device, refresh) = service.device().signed_up("ada@x.test").await;
    let (app, recovery) = device.with_authenticator().await;
    service.wait(30);
    let challenge = service.device().log_in("ada@x.test", PASSWORD).await;
    let forgot = json!({ "email": "ada@x.test" });
    service.device().mutate("forgotPassword", forgot).await;
    User {
        refresh,
        app,
        recovery,
        challenge,
        reset_code: service.code_for("ada@x.test").await,
    }
}

async fn completed(service: &Service, proof: Value) -> String {
    let asked = service.device().log_in("ada@x.test", PASSWORD).await;
    kind(&service.device().complete(&asked, proof).await).to_owned()
}

#[tokio::test]
async fn former_secret_opens_what_it_has_made() {
    let old = with_secret(&Service::start().await, OLD).await;
    old.app.accounts.claim_store().await.unwrap();
    let user = user_of(&old).await;

    let both = with_secret(&old, &format!("{NEW},{OLD}")).await;
    both.app.accounts.claim_store().await.unwrap();
    let answer = both.device().refresh(&user.refresh).await;
    assert_eq!(kind(&answer), "Authenticated");
    // The challenge of a login, and the code of the app.
    let proof = json!({ "totp": user.app.code() });
    let answer = both.device().complete(&user.challenge, proof).await;
    assert_eq!(kind(&answer), "Authenticated");
    let proof = json!({ "recoveryCode": user.recovery[0] });
    assert_eq!(completed(&both, proof).await, "Authenticated");
    let code = &user.reset_code;
    let input =
        json!({ "email": "ada@x.test", "code": code, "newPassword": "a brand new password" });
    let answer = both.device().mutate("resetPassword", input).await;
    assert_eq!(kind(&answer), "PasswordReset");
}

#[tokio::test]
async fn resealed_account_needs_the_new_secret_alone() {
    let old = with_secret(&Service::start().await, OLD).await;
    old.app.accounts.claim_store().await.unwrap();
    let user = user_of(&old).await;
    let both = with_secret(&old, &format!("{NEW}\n{OLD}")).await;
    both.app.accounts.claim_store().await.unwrap();
    let exchanged = both.device().refresh(&user.refresh).await;
    let token = exchanged["tokens"]["refreshToken"].as_str().unwrap();

    // Before that, a server that lacks the old secret does not start.
    let new = with_secret(&old, NEW).await;
    let refused = new.app.accounts.claim_store().await.unwrap_err();
    assert!(
        matches!(refused, ClaimError::MissingSecret { .. }),
        "{refused}"
    );
    assert_eq!(
        both.app.accounts.reseal().await.unwrap(),
        0,
        "the refresh has saved it"
    );

    new.app.accounts.claim_store().await.unwrap();
    assert_eq!(kind(&new.device().refresh(token).await), "Authenticated");
    let proof = json!({ "recoveryCode": user.recovery[1] });
    assert_eq!(completed(&new, proof).await, "Authenticated");
    let proof = json!({ "totp": user.app.code() });
    assert_eq!(completed(&new, proof).await, "Authenticated");
    // A server that has only the old one would lose what the new one has sealed.
    let refused = old.app.accounts.claim_store().await.unwrap_err();
    assert!(refused.to_string().contains("forget-secret"), "{refused}");
}

#[tokio::test]
async fn accounts_without_traffic_are_sealed_anew() {
    let old = with_secret(&Service::start().await, OLD).await;
    old.app.accounts.claim_store().await.unwrap();
    let user = user_of(&old).await;
    let both = with_secret(&old, &format!("{NEW},{OLD}")).await;
    both.app.accounts.claim_store().await.unwrap();
    assert_eq!(both.app.accounts.reseal().await.unwrap(), 1);
    assert_eq!(both.app.accounts.reseal().await.unwrap(), 0);

    let new = with_secret(&old, NEW).await;
    let proof = json!({ "totp": user.app.code() });
    assert_eq!(completed(&new, proof).await, "Authenticated");
    // What the old secret has signed is good for nothing without it.
    let answer = new.device().refresh(&user.refresh).await;
    assert_eq!(kind(&answer), "InvalidRefreshToken");
}

#[tokio::test]
async fn second_server_with_another_secret_is_refused() {
    let first = with_secret(&Service::start().await, OLD).await;
    first.app.accounts.claim_store().await.unwrap();
    let second = with_secret(&first, NEW).await;
    let refused = second.app.accounts.claim_store().await.unwrap_err();
    let text = refused.to_string();
    assert!(text.contains("LATCHKEY_SECRET"), "{text}");
    assert!(!text.contains(OLD) && !text.contains(NEW), "{text}");
    first.app.accounts.claim_store().await.unwrap();
}
