//! The bodies of the fuzz targets. libFuzzer calls them, and so do the property tests of
//! `tests/api/http_random.rs`.

use std::net::SocketAddr;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::Request;
use latchkey::graphql::{self, GraphqlRequest, document_limits, validation, variables};
use serde_json::Value;
use tower::ServiceExt;

/// The largest response to a request without a particular purpose.
const MAX_RESPONSE_BYTES: usize = 1 << 20;

/// Counts, parses, validates and coerces any text.
pub fn document_limits(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(checked) = document_limits::check(text) {
        _ = checked.operation(None);
        _ = checked.operation(Some("A"));
        _ = validation::validate(graphql::type_system(), &checked.document);
        if let Ok((_, operation)) = checked.operation(None) {
            _ = variables::coerce(
                graphql::type_system(),
                operation,
                GraphqlRequest::default().variables,
            );
        }
    }
}

/// Sends any bytes as a body and as a URL, and asserts that the responses are well-formed.
pub async fn http(router: Router, bytes: &[u8]) {
    let post = Request::post("/graphql")
        .header("host", "x.test")
        .header("content-type", "application/json");
    assert_well_formed(
        router.clone(),
        post.body(Body::from(bytes.to_vec())).expect("a request"),
        bytes,
    )
    .await;
    let encoded: String = url::form_urlencoded::byte_serialize(bytes).collect();
    for parameters in [
        format!("query={encoded}"),
        format!("query=%7B__typename%7D&variables={encoded}"),
        encoded,
    ] {
        if let Ok(get) = Request::get(format!("/graphql?{parameters}"))
            .header("host", "x.test")
            .body(Body::empty())
        {
            assert_well_formed(router.clone(), get, bytes).await;
        }
    }
}

async fn assert_well_formed(router: Router, mut request: Request<Body>, bytes: &[u8]) {
    request
        .extensions_mut()
        .insert(ConnectInfo(SocketAddr::from(([192, 0, 2, 1], 4000))));
    let Ok(response) = router.oneshot(request).await;
    let status = response.status().as_u16();
    assert!(
        [200, 294, 400, 405, 413, 414, 422].contains(&status),
        "{status} for {bytes:?}"
    );
    let body = to_bytes(response.into_body(), MAX_RESPONSE_BYTES)
        .await
        .expect("a response of bounded size");
    let json: Value = serde_json::from_slice(&body).expect("a response in JSON");
    let errors = json["errors"].as_array().map_or(0, Vec::len);
    assert!(
        (status < 300 && json.get("data").is_some()) || (1..=10).contains(&errors),
        "{json} for {bytes:?}"
    );
}
