//! The keys of providers: rotated, without an id, of unknown kinds.

use serde_json::json;

use super::{outcome, running};
use crate::support::Signer;

#[tokio::test]
async fn slash_at_the_end_of_the_issuer_means_nothing() {
    let (provider, service) = running(&[]).await;
    let device = service.device();
    // The operator's file has one issuer with a slash and one without.
    for (id, suffix) in [("corp", "/"), ("corp", ""), ("other", "/"), ("other", "")] {
        let node = provider.node(&service, &[]).await;
        provider.script().suffix = suffix;
        let answer = node.device().sign_in_at(&provider, id).await;
        let expected = if id == "corp" {
            "Authenticated"
        } else {
            "LinkRequired"
        };
        assert_eq!(outcome(&answer), expected, "{id} {suffix}");
    }
    let (signed_in, _) = device.signed_in_by(&device.sign_in_at(&provider, "corp").await);
    assert_eq!(signed_in.identities().await.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn rotated_keys_are_fetched_once_they_are_needed() {
    let (provider, service) = running(&[]).await;
    let device = service.device();
    for kid in [Some("second"), None, Some("first")] {
        let answer = device.sign_in_at(&provider, "corp").await;
        assert_eq!(outcome(&answer), "Authenticated");
        provider.script().rotate(kid);
        service.wait(31);
    }
    assert_eq!(
        outcome(&device.sign_in_at(&provider, "corp").await),
        "Authenticated"
    );
    assert_eq!(provider.script().requests["/corp/jwks"], 4);
}

#[tokio::test]
async fn forged_tokens_do_not_fetch_the_keys_again() {
    let (provider, service) = running(&[]).await;
    let device = service.device();
    device.sign_in_at(&provider, "corp").await;
    provider.script().signer = Signer::new(Some("unknown"));
    for _ in 0..5 {
        let answer = device.sign_in_at(&provider, "corp").await;
        assert_eq!(outcome(&answer), "INVALID_ANSWER");
    }
    assert_eq!(
        provider.script().requests["/corp/jwks"],
        1,
        "within half a minute"
    );
    assert_eq!(
        provider.script().requests["/corp/.well-known/openid-configuration"],
        1
    );
}

#[tokio::test]
async fn keys_of_unknown_kinds_are_passed_over() {
    let (provider, service) = running(&[]).await;
    {
        let mut script = provider.script();
        let mut good = script.signer.jwk.clone();
        good["x5c"] = json!(["MII"]);
        script.keys = vec![
            json!({ "kty": "AKP", "alg": "ML-DSA-44", "pub": "x", "kid": "first" }),
            json!({ "kty": "oct", "k": "AAAA", "kid": "first" }),
            json!({ "kty": "EC", "crv": "P-256", "x": "!", "y": "!", "kid": "first" }),
            json!(null),
            good,
        ];
    }
    let answer = service.device().sign_in_at(&provider, "corp").await;
    assert_eq!(outcome(&answer), "Authenticated");
}
