//! The JWK set and the metadata: readable from any origin, cacheable, and true.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use latchkey::token::LEAD;
use serde_json::json;

use crate::support::Service;

const PATHS: [&str; 3] = [
    "/.well-known/jwks.json",
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
];

#[tokio::test]
async fn any_origin_may_read_them_without_credentials() {
    let device = Service::with(&[("LATCHKEY_ORIGINS", "https://app.example.org")])
        .await
        .device();
    for path in PATHS {
        for origin in ["https://app.example.org", "https://elsewhere.test", "null"] {
            let reply = device.with_header("origin", origin).get(path).await;
            assert_eq!(reply.status, StatusCode::OK);
            let allowed: Vec<_> = reply
                .headers
                .get_all("access-control-allow-origin")
                .iter()
                .collect();
            assert_eq!(allowed, ["*"], "{path} for {origin}");
            assert!(
                !reply
                    .headers
                    .contains_key("access-control-allow-credentials")
            );
        }
        let preflight = Request::options(path)
            .header("origin", "https://elsewhere.test")
            .header("access-control-request-method", "GET")
            .header("access-control-request-headers", "if-none-match");
        let reply = device.send(preflight.body(Body::empty()).unwrap()).await;
        assert_eq!(reply.status, StatusCode::OK, "{path}");
        assert_eq!(reply.headers["access-control-allow-headers"], "*");
    }
}

#[tokio::test]
async fn shared_caches_keep_one_response_for_all_origins() {
    let device = Service::start().await.device();
    for path in PATHS {
        let reply = device
            .with_header("origin", "https://a.test")
            .get(path)
            .await;
        assert_eq!(
            reply.headers["cache-control"], "public, max-age=300",
            "{path}"
        );
        assert!(!reply.headers.contains_key("vary"), "{path}: {reply:?}");
        let etag = reply.headers["etag"].to_str().unwrap();
        let again = device.with_header("if-none-match", etag).get(path).await;
        assert_eq!(again.status, StatusCode::NOT_MODIFIED, "{path}");
        assert_eq!(again.json, json!(""));
    }
}

#[tokio::test]
async fn metadata_claims_only_what_exists() {
    let device = Service::start().await.device();
    for path in &PATHS[1..] {
        let document = device.get(path).await.json;
        assert_eq!(
            document,
            json!({
                "issuer": "http://127.0.0.1:4000",
                "jwks_uri": "http://127.0.0.1:4000/.well-known/jwks.json",
                "response_types_supported": [],
                "grant_types_supported": [],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["ES256"],
            }),
            "{path}"
        );
    }
}

#[tokio::test]
async fn metadata_names_each_algorithm_of_the_set_once() {
    let service = Service::start().await;
    for algorithm in ["EdDSA", "ES256"] {
        let node = service
            .node(&[("LATCHKEY_SIGNING_ALGORITHM", algorithm)])
            .await;
        let keyring = node.app.accounts.keyring().clone();
        keyring.rotate(LEAD, service.clock.now()).unwrap();
        service.wait(LEAD.as_secs());
    }
    let node = service.node(&[]).await;
    let document = node.device().get(PATHS[1]).await.json;
    // The key that signs is named first.
    assert_eq!(
        document["id_token_signing_alg_values_supported"],
        json!(["ES256", "EdDSA"])
    );
}

#[tokio::test]
async fn issuer_is_byte_for_byte_that_of_tokens() {
    for (setting, issuer) in [
        ("LATCHKEY_ISSUER", "https://example.org/"),
        ("LATCHKEY_ISSUER", "https://example.org/tenant"),
        ("LATCHKEY_PUBLIC_URL", "https://example.org"),
        ("LATCHKEY_PUBLIC_URL", "https://example.org/accounts"),
    ] {
        let service = Service::with(&[(setting, issuer)]).await;
        let (device, _) = service.device().signed_up("ada@x.test").await;
        let claims = crate::access_token::segment(&device.bearer.unwrap(), 1);
        for path in &PATHS[1..] {
            let document = service.device().get(path).await.json;
            assert_eq!(document["issuer"], claims["iss"], "{issuer}");
            assert_eq!(document["issuer"], issuer);
        }
    }
}
