//! Requests of browsers, client libraries and gateways: cross-origin requests, paths, content
//! types, secrets in URLs.

use axum::body::Body;
use axum::http::Request;

use crate::support::{Device, Reply, Service};

const APP: &str = "https://app.example.org";

/// Headers that the usual client libraries and monitors add to a request.
const REQUEST_HEADERS: [&str; 7] = [
    "content-type",
    "authorization,content-type,apollographql-client-name,apollographql-client-version",
    "sentry-trace,baggage",
    "traceparent,tracestate",
    "apollo-require-preflight",
    "x-apollo-operation-name",
    "graphql-client-name",
];

async fn device() -> Device {
    let settings = [("LATCHKEY_ORIGINS", APP), ("LATCHKEY_LIMITS", "off")];
    Service::with(&settings).await.device()
}

async fn post(device: &Device, path: &str, headers: &[(&'static str, &str)]) -> Reply {
    let mut request = Request::post(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = Body::from(r#"{"query":"{__typename}"}"#);
    device.send(request.body(body).unwrap()).await
}

fn query(text: &str) -> String {
    let pairs = [("query", text)];
    let encoded = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish();
    format!("/graphql?{encoded}")
}

#[tokio::test]
async fn listed_origin_may_send_any_header() {
    let device = device().await;
    for headers in REQUEST_HEADERS {
        let request = Request::options("/graphql")
            .header("origin", APP)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", headers);
        let reply = device.send(request.body(Body::empty()).unwrap()).await;
        let allowed = reply.headers["access-control-allow-headers"]
            .to_str()
            .unwrap();
        assert_eq!(allowed, headers);
        assert_eq!(reply.headers["access-control-allow-origin"], APP);
    }
}

#[tokio::test]
async fn every_refusal_has_the_headers_of_cors() {
    let device = device().await.with_header("origin", APP);
    let json = ("content-type", "application/json");
    let large = "x".repeat(17 * 1024);
    let body = "x".repeat(65 * 1024);
    let too_large = Request::post("/graphql").header("content-type", "application/json");
    let replies = [
        (414, device.get(&query(&"a".repeat(5000))).await),
        (
            415,
            post(&device, "/graphql", &[("content-type", "text/plain")]).await,
        ),
        (
            431,
            post(&device, "/graphql", &[json, ("x-large", &large)]).await,
        ),
        (
            413,
            device.send(too_large.body(Body::from(body)).unwrap()).await,
        ),
        (
            405,
            device
                .get(&query("mutation { logout { __typename } }"))
                .await,
        ),
        (404, device.get("/nothing").await),
    ];
    for (status, reply) in replies {
        assert_eq!(reply.status, status);
        assert_eq!(
            reply.headers["access-control-allow-origin"], APP,
            "{status}"
        );
        let exposed = reply.headers["access-control-expose-headers"]
            .to_str()
            .unwrap();
        assert!(exposed.contains("retry-after") && exposed.contains("x-request-id"));
    }
}

#[tokio::test]
async fn secret_in_a_url_is_refused() {
    let device = device().await;
    for document in [
        r#"{ checkPassword(input: {password: "x"}) { __typename } }"#,
        "query Q($input: CheckPasswordInput!) { checkPassword(input: $input) { __typename } }",
        r#"{ ...F } fragment F on Query { a: checkPassword(input: {password: "x"}) { __typename } }"#,
        r#"mutation { checkPassword(input: {password: "x"}) { __typename } }"#,
    ] {
        assert_eq!(device.get(&query(document)).await.status, 405, "{document}");
    }
    assert_eq!(
        device.get(&query("{ policy { codeLength } }")).await.status,
        200
    );
}

#[tokio::test]
async fn json_in_utf_8_is_accepted_by_any_name() {
    let device = device().await;
    for (content_type, status) in [
        ("application/json;charset=utf8", 200),
        ("application/json; charset=UTF8", 200),
        ("application/json; charset=\"utf-8\"", 200),
        ("application/json; charset=us-ascii", 200),
        ("application/json; charset=utf-16", 415),
    ] {
        let reply = post(&device, "/graphql", &[("content-type", content_type)]).await;
        assert_eq!(reply.status, status, "{content_type}");
    }
}

#[tokio::test]
async fn identity_is_no_encoding_and_gzip_is_one() {
    let device = device().await;
    for (encoding, status) in [("identity", 200), ("Identity", 200), ("gzip", 415)] {
        let headers = [
            ("content-type", "application/json"),
            ("content-encoding", encoding),
        ];
        assert_eq!(
            post(&device, "/graphql", &headers).await.status,
            status,
            "{encoding}"
        );
    }
}

#[tokio::test]
async fn slashes_that_mean_nothing_are_ignored() {
    let device = device().await;
    let json = ("content-type", "application/json");
    for path in ["/graphql", "/graphql/", "//graphql", "//graphql//"] {
        assert_eq!(post(&device, path, &[json]).await.status, 200, "{path}");
    }
    assert_eq!(device.get("/health/live/").await.status, 200);
    assert_eq!(device.get("/").await.status, 303);
}

#[tokio::test]
async fn path_prefix_of_the_public_url_is_ignored() {
    let prefix = [("LATCHKEY_PUBLIC_URL", "https://example.org/accounts")];
    let device = Service::with(&prefix).await.device();
    for path in [
        "/accounts/health/live",
        "/health/live",
        "/accounts/graphql?query={__typename}",
    ] {
        assert_eq!(device.get(path).await.status, 200, "{path}");
    }
    assert_eq!(device.get("/accountsgraphql").await.status, 404);
    let home = device.get("/").await;
    assert_eq!(home.headers["location"], "/accounts/graphql");
}

#[tokio::test]
async fn metadata_is_at_both_well_known_paths() {
    let service = Service::with(&[("LATCHKEY_PUBLIC_URL", "https://example.org/accounts")]).await;
    let device = service.device();
    for name in ["openid-configuration", "oauth-authorization-server"] {
        for path in [
            format!("/.well-known/{name}"),
            format!("/.well-known/{name}/accounts"),
        ] {
            let reply = device.get(&path).await;
            assert_eq!(reply.status, 200, "{path}");
            assert_eq!(reply.json["issuer"], "https://example.org/accounts");
            let keys = "https://example.org/accounts/.well-known/jwks.json";
            assert_eq!(reply.json["jwks_uri"], keys);
        }
        let other = device.get(&format!("/.well-known/{name}/other")).await;
        assert_eq!(other.status, 404);
    }
}
