//! The keys behind access tokens: the JWK set, rotation, retirement, and one algorithm per key.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use latchkey::token::{LEAD, LONGEST_LIFETIME, Rotated};
use serde_json::{Value, json};

use crate::support::{Device, Reply, Service};

mod forged;
mod provided;

const UNAUTHENTICATED: &str = "UNAUTHENTICATED";
const SECRET: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
/// An access token's lifetime, in seconds.
const LIFETIME: u64 = 14_400;
/// The seconds by which clocks may differ.
const LEEWAY: u64 = 5;

/// Creates the next key in a process of its own, as the command does.
async fn rotate(service: &Service, settings: &[(&str, &str)], lead: Duration) -> Rotated {
    let command = service.node(settings).await;
    command
        .app
        .accounts
        .keyring()
        .rotate(lead, service.clock.now())
        .unwrap()
}

async fn retire(service: &Service, kid: &str) {
    let command = service.node(&[]).await;
    command
        .app
        .accounts
        .keyring()
        .retire(kid, service.clock.now())
        .unwrap();
}

/// Reloads the keys, as a running server does every second.
fn reload_keys(service: &Service) {
    service.app.accounts.keyring().refresh();
}

async fn jwks(service: &Service) -> Reply {
    service.device().get("/.well-known/jwks.json").await
}

/// Returns the key ids in the JWK set.
async fn published_kids(service: &Service) -> Vec<String> {
    let keys = jwks(service).await.json["keys"].as_array().unwrap().clone();
    keys.iter()
        .map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect()
}

fn header(device: &Device) -> Value {
    let token = device.bearer.as_ref().unwrap();
    serde_json::from_slice(
        &URL_SAFE_NO_PAD
            .decode(token.split('.').next().unwrap())
            .unwrap(),
    )
    .unwrap()
}

fn kid(device: &Device) -> String {
    header(device)["kid"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn jwk_set_expires_before_a_new_key_signs() {
    let service = Service::start().await;
    let reply = jwks(&service).await;
    assert_eq!(reply.headers["cache-control"], "public, max-age=300");
    // The value that docs/tokens.md states.
    assert_eq!(LEAD, Duration::from_hours(24));
    let etag = reply.headers["etag"].to_str().unwrap().to_owned();
    for (tags, status) in [
        (etag.clone(), 304),
        (format!("W/{etag}"), 304),
        (format!("\"x\", {etag}"), 304),
        ("\"x\"".to_owned(), 200),
        (etag.replace('"', ""), 200),
    ] {
        let again = service
            .device()
            .with_header("if-none-match", &tags)
            .get("/.well-known/jwks.json")
            .await;
        assert_eq!(
            (
                again.status.as_u16(),
                again.headers["etag"].to_str().unwrap()
            ),
            (status, etag.as_str()),
            "{tags}"
        );
        assert_eq!(again.json == json!(""), status == 304, "{tags}");
    }
    rotate(&service, &[], LEAD).await;
    reload_keys(&service);
    assert_ne!(jwks(&service).await.headers["etag"].to_str().unwrap(), etag);
}

#[tokio::test]
async fn new_key_is_published_before_it_replaces_the_old() {
    let service = Service::start().await;
    let first = service.device().signed_up("ada@x.test").await.0;
    let new = rotate(&service, &[], LEAD).await.kid;
    reload_keys(&service);
    assert_eq!(published_kids(&service).await, [kid(&first), new.clone()]);
    service.wait(LEAD.as_secs() - 1);
    let last = service.device().logged_in("ada@x.test").await.0;
    assert_eq!(kid(&last), kid(&first));
    service.wait(1);
    let next = service.device().logged_in("ada@x.test").await.0;
    assert_eq!(kid(&next), new);
    for device in [&last, &next] {
        assert!(device.me().await.is_ok());
    }
    service.wait(LIFETIME - 2);
    assert!(
        last.me().await.is_ok(),
        "the last token of the old key is valid until it expires"
    );
    service.wait(2 + LEEWAY);
    assert_eq!(last.me().await, Err(UNAUTHENTICATED.to_owned()));
    // Tokens may have lived longer before the setting was lowered, so the key stays for the longest
    // lifetime.
    service.wait(LONGEST_LIFETIME.as_secs() - LIFETIME - 1);
    assert_eq!(published_kids(&service).await.len(), 2);
    service.wait(1);
    assert_eq!(published_kids(&service).await, [new]);
}

#[tokio::test]
async fn old_tokens_outlive_a_lowered_token_lifetime() {
    let service = Service::start().await;
    let device = service.device().signed_up("ada@x.test").await.0;
    rotate(&service, &[], Duration::ZERO).await;
    let restarted = service
        .node(&[("LATCHKEY_ACCESS_TOKEN_SECONDS", "60")])
        .await;
    service.wait(LIFETIME - 1);
    assert!(
        restarted
            .device()
            .with_bearer(device.bearer.as_ref().unwrap())
            .me()
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn node_accepts_a_key_it_has_not_seen() {
    let a = Service::start().await;
    let b = a.node(&[]).await;
    let new = rotate(&a, &[], Duration::ZERO).await.kid;
    a.wait(1);
    reload_keys(&a);
    let device = a.device().signed_up("ada@x.test").await.0;
    assert_eq!(kid(&device), new);
    assert!(
        b.device()
            .with_bearer(device.bearer.as_ref().unwrap())
            .me()
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn retired_key_is_refused_but_its_sessions_live() {
    let a = Service::start().await;
    let b = a.node(&[]).await;
    let (device, refresh_token) = a.device().signed_up("ada@x.test").await;
    let old = kid(&device);
    let new = rotate(&a, &[], LEAD).await.kid;
    retire(&a, &old).await;
    for node in [&a, &b] {
        reload_keys(node);
        let here = node.device().with_bearer(device.bearer.as_ref().unwrap());
        assert_eq!(here.me().await, Err(UNAUTHENTICATED.to_owned()));
        assert_eq!(published_kids(node).await, std::slice::from_ref(&new));
    }
    let again = b.device().refresh(&refresh_token).await;
    let (device, _) = b.device().signed_in_by(&again);
    assert_eq!(kid(&device), new);
    assert!(device.me().await.is_ok());
}

#[tokio::test]
async fn algorithm_change_waits_for_the_next_rotation() {
    for (algorithm, next) in [("ES256", "EdDSA"), ("EdDSA", "RS256"), ("RS256", "ES256")] {
        let service = Service::with(&[("LATCHKEY_SIGNING_ALGORITHM", algorithm)]).await;
        let device = service.device().signed_up("ada@x.test").await.0;
        assert_eq!(
            header(&device),
            json!({ "typ": "at+jwt", "alg": algorithm, "kid": published_kids(&service).await[0] })
        );

        let changed = [("LATCHKEY_SIGNING_ALGORITHM", next)];
        let restarted = service.node(&changed).await;
        let still = restarted.device().logged_in("ada@x.test").await.0;
        assert_eq!(header(&still)["alg"], algorithm);
        rotate(&restarted, &changed, Duration::ZERO).await;
        service.wait(1);
        reload_keys(&restarted);
        let now = restarted.device().logged_in("ada@x.test").await.0;
        assert_eq!(header(&now)["alg"], next);
        for device in [&device, &still, &now] {
            assert!(
                restarted
                    .device()
                    .with_bearer(device.bearer.as_ref().unwrap())
                    .me()
                    .await
                    .is_ok()
            );
        }
    }
}
