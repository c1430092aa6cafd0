//! The same on MongoDB: accounts are found by their links, each account at a provider is linked once,
//! and each text is good once.

use serde_json::json;

use super::{link, link_required, prove, running, send_code, unlink, verified};
use crate::mongod;
use crate::races::{UNLIMITED, in_parallel, tally};
use crate::support::{PASSWORD, Provider, Service, kind};

/// Starts a service on a database of its own.
async fn on_mongodb(name: &str) -> (Provider, Service) {
    let url = mongod::url(&format!("latchkey_providers_{name}"));
    running(&[("LATCHKEY_STORE", &url), UNLIMITED]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn users_sign_up_and_come_back_on_mongodb() {
    let (provider, service) = on_mongodb("users").await;
    let device = service.device();
    let first = device.sign_in_at(&provider, "corp").await;
    let (owner, _) = device.signed_in_by(&first);
    let again = device.sign_in_at(&provider, "corp").await;
    assert_eq!(again["user"]["id"], first["user"]["id"]);
    assert_eq!(owner.identities().await[0]["email"], "ada@x.test");
    assert_eq!(kind(&unlink(&owner).await), "LastSignInMethod");
    let (eve, _) = device.signed_up("eve@x.test").await;
    assert_eq!(kind(&link(&eve, &provider, &eve).await), "IdentityTaken");
    provider.script().user = json!({ "sub": "2", "email": "eve@x.test", "email_verified": true });
    let claimed = device.sign_in_at(&provider, "corp").await;
    assert_eq!(claimed["user"]["email"], "eve@x.test");
    assert_eq!(eve.me().await, Err("UNAUTHENTICATED".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_are_proven_on_mongodb() {
    let (provider, service) = on_mongodb("addresses").await;
    let device = service.device();
    let required = link_required(&device, &provider, "other").await;
    send_code(&device, &required).await;
    let code = service.code_for("ada@x.test").await;
    let proof = json!({ "emailCode": code });
    let created = prove(&device, &required, proof.clone()).await;
    assert_eq!(kind(&created), "Authenticated");
    assert_eq!(
        kind(&prove(&device, &required, proof).await),
        "ChallengeExpired"
    );
    let again = device.sign_in_at(&provider, "other").await;
    assert_eq!(again["user"]["id"], created["user"]["id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_uses_have_one_winner_on_mongodb() {
    let (provider, service) = on_mongodb("races").await;
    verified(&service).await;
    let device = service.device();
    let required = link_required(&device, &provider, "corp").await;
    let input = json!({ "ticket": required["ticket"], "proof": { "password": PASSWORD } });
    let answers = in_parallel(&device, "linkIdentity", |_| input.clone()).await;
    assert_eq!(tally(&answers).get("Authenticated"), Some(&1));
    let started = device.start_provider("corp").await;
    let input = device.provider_input(&provider, &started).await;
    let answers = in_parallel(&device, "finishProviderSignIn", |_| input.clone()).await;
    assert_eq!(tally(&answers).get("Authenticated"), Some(&1));
}
