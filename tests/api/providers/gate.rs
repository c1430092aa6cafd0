//! A provider is a first factor: the gate asks for what the policy wants, as on every other way in.

use serde_json::{Value, json};

use super::{OPTIONAL, link, link_required, prove, running, verified};
use crate::account_deletion::{cancel, request};
use crate::support::{Authenticator, Device, PASSWORD, kind};

const REQUIRED: (&str, &str) = ("LATCHKEY_MFA", "required");
const STRICT: (&str, &str) = ("LATCHKEY_VERIFY_EMAIL_FIRST", "true");

/// Sets up the factor that a sign-in asks for, and returns the device that is signed in by it.
async fn set_up(device: &Device, asked: &Value) -> (Device, Authenticator) {
    assert_eq!(kind(asked), "MfaSetupRequired", "{asked}");
    let challenge = &asked["challenge"];
    let input = json!({ "challenge": challenge });
    let started = device.mutate("startTotp", input).await;
    let app = Authenticator::new(&started, &device.service.clock);
    let input = json!({ "totp": app.code(), "challenge": challenge });
    let confirmed = device.mutate("confirmTotp", input).await;
    device.service.wait(30);
    (device.signed_in_by(&confirmed["authenticated"]).0, app)
}

#[tokio::test]
async fn required_factor_is_set_up_by_a_new_user() {
    let (provider, service) = running(&[REQUIRED]).await;
    let device = service.device();
    let asked = device.sign_in_at(&provider, "corp").await;
    let (signed_in, app) = set_up(&device, &asked).await;
    assert_eq!(signed_in.identities().await.as_array().unwrap().len(), 1);
    let asked = device.sign_in_at(&provider, "corp").await;
    let answer = device.complete(&asked, json!({ "totp": app.code() })).await;
    let (again, _) = device.signed_in_by(&answer);
    let sessions = again.me().await.unwrap()["sessions"].clone();
    assert_eq!(sessions[0]["methods"], json!(["PROVIDER", "TOTP"]));
}

#[tokio::test]
async fn identity_is_linked_once_the_required_factor_is() {
    let (provider, service) = running(&[]).await;
    let owner = verified(&service).await;
    let strict = provider.node(&service, &[REQUIRED]).await;
    let device = strict.device();
    let required = link_required(&device, &provider, "corp").await;
    let asked = prove(&device, &required, json!({ "password": PASSWORD })).await;
    assert_eq!(owner.identities().await, json!([]), "not before the factor");
    set_up(&device, &asked).await;
    assert_eq!(owner.identities().await.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn identity_is_linked_once_the_account_stays() {
    let (provider, service) = running(&[]).await;
    let owner = verified(&service).await;
    assert_eq!(kind(&request(&owner).await), "DeletionScheduled");
    let device = service.device();
    let required = link_required(&device, &provider, "corp").await;
    let asked = prove(&device, &required, json!({ "password": PASSWORD })).await;
    assert_eq!(kind(&asked), "DeletionPending");
    let account = service.account("ada@x.test").await;
    assert!(account.user().unwrap().identities.is_empty());
    let kept = cancel(&device, &asked["ticket"]).await;
    let (owner, _) = device.signed_in_by(&kept);
    assert_eq!(owner.identities().await.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn trusted_browser_skips_the_factor_and_no_proof() {
    let (provider, service) = running(&[OPTIONAL]).await;
    let owner = verified(&service).await;
    link(&owner, &provider, &owner).await;
    let (app, _) = owner.with_authenticator().await;
    service.wait(30);
    let device = service.device();
    let asked = device.sign_in_at(&provider, "corp").await;
    let input = json!({
        "challenge": asked["challenge"], "proof": { "totp": app.code() }, "trustBrowser": true,
        "delivery": "COOKIE",
    });
    let query = crate::support::document("completeLogin");
    let reply = device.post(&query, json!({ "input": input })).await;
    let cookies = reply.headers.get_all("set-cookie").iter();
    let cookie = cookies
        .map(|it| it.to_str().unwrap().split(';').next().unwrap())
        .find(|it| it.starts_with("latchkey_trusted"))
        .unwrap();
    let trusted = device.with_header("cookie", cookie);
    let started = device.start_provider("corp").await;
    let input = device.provider_input(&provider, &started).await;
    let answer = trusted.mutate("finishProviderSignIn", input).await;
    assert_eq!(kind(&answer), "Authenticated");
    provider.script().user["sub"] = json!("2");
    let required = link_required(&device, &provider, "corp").await;
    let answer = prove(&trusted, &required, json!({ "password": PASSWORD })).await;
    assert_eq!(
        kind(&answer),
        "InvalidProof",
        "the factor is what proves the account"
    );
}

#[tokio::test]
async fn unverified_address_is_refused_where_it_comes_first() {
    let (provider, service) = running(&[]).await;
    let (owner, _) = service.device().signed_up("ada@x.test").await;
    provider.script().user = json!({ "sub": "7", "email": "private@y.test" });
    link(&owner, &provider, &owner).await;
    let strict = provider.node(&service, &[STRICT]).await;
    let answer = strict.device().sign_in_at(&provider, "corp").await;
    assert_eq!(answer["reason"], "ADDRESS_UNVERIFIED", "{answer}");
    provider.script().user = json!({ "sub": "7", "email": "ada@x.test", "email_verified": true });
    let answer = strict.device().sign_in_at(&provider, "corp").await;
    assert_eq!(
        answer["user"]["emailVerified"], true,
        "the provider verifies it"
    );
}
