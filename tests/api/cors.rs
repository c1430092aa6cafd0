//! Cross-origin requests: only origins on the operator's list are allowed, and no other origin is
//! reflected.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::json;

use crate::support::{Device, Reply, Service};

const APP: &str = "https://app.example.org";
const UNLISTED: [&str; 9] = [
    "https://evil.test",
    "https://app.example.org.evil.test",
    "https://evil-app.example.org",
    "https://sub.app.example.org",
    "http://app.example.org",
    "https://app.example.org:8443",
    "https://APP.example.org",
    "https://app.example.org,https://evil.test",
    "null",
];

async fn service() -> Service {
    Service::with(&[(
        "LATCHKEY_ORIGINS",
        "https://app.example.org,http://localhost:5173",
    )])
    .await
}

async fn preflight(device: &Device, origin: &str) -> Reply {
    let request = Request::options("/graphql")
        .header("origin", origin)
        .header("access-control-request-method", "POST")
        .header(
            "access-control-request-headers",
            "authorization,content-type",
        );
    device.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn listed_origin_may_call_with_credentials() {
    let device = service().await.device();
    for origin in [APP, "http://localhost:5173"] {
        let reply = preflight(&device, origin).await;
        assert_eq!(reply.status, StatusCode::OK);
        assert_eq!(reply.headers["access-control-allow-origin"], origin);
        assert_eq!(reply.headers["access-control-allow-credentials"], "true");
        let allowed = reply.headers["access-control-allow-headers"]
            .to_str()
            .unwrap()
            .to_ascii_lowercase();
        assert!(
            ["authorization", "content-type"]
                .iter()
                .all(|header| allowed.contains(header)),
            "{allowed}"
        );
        assert!(
            reply.headers["access-control-allow-methods"]
                .to_str()
                .unwrap()
                .contains("POST")
        );

        let reply = device
            .with_header("origin", origin)
            .post("{ policy { codeLength } }", json!({}))
            .await;
        assert_eq!(reply.headers["access-control-allow-origin"], origin);
        assert_eq!(reply.headers["access-control-allow-credentials"], "true");
        let exposed = reply.headers["access-control-expose-headers"]
            .to_str()
            .unwrap();
        assert!(
            exposed.contains("retry-after") && exposed.contains("x-request-id"),
            "{exposed}"
        );
    }
}

#[tokio::test]
async fn unlisted_origins_get_no_cors_headers() {
    let device = service().await.device();
    for origin in UNLISTED {
        let call = device
            .with_header("origin", origin)
            .post("{ policy { codeLength } }", json!({}))
            .await;
        for reply in [preflight(&device, origin).await, call] {
            assert_eq!(
                reply.headers.get("access-control-allow-origin"),
                None,
                "{origin}"
            );
        }
    }
}

#[tokio::test]
async fn empty_origin_list_allows_no_origin() {
    let device = Service::start().await.device();
    for origin in UNLISTED.into_iter().chain([APP, "http://127.0.0.1:4000"]) {
        assert_eq!(
            preflight(&device, origin)
                .await
                .headers
                .get("access-control-allow-origin"),
            None,
            "{origin}"
        );
    }
}

#[tokio::test]
async fn responses_vary_by_the_origin_header() {
    let device = service().await.device();
    for origin in [APP, "https://evil.test"] {
        let reply = device
            .with_header("origin", origin)
            .get("/schema.graphql")
            .await;
        let vary = reply.headers["vary"].to_str().unwrap().to_ascii_lowercase();
        assert!(vary.contains("origin"), "{vary}");
    }
}
