//! The web origins that may call the service from a browser, and the CORS headers for them.

use std::time::Duration;

use axum::http::header::{ETAG, HeaderValue, ORIGIN, RETRY_AFTER};
use axum::http::{HeaderMap, Method};
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

use super::middleware::X_REQUEST_ID;

/// The time for which a browser may cache a preflight response.
const PREFLIGHT_MAX_AGE: Duration = Duration::from_mins(10);

/// The service's own origin, and the origins that the operator allows.
#[derive(Clone, Debug)]
pub struct Origins {
    /// The origins of the service's own pages.
    pub own: Vec<String>,
    /// The other origins that may call the service.
    pub allowed: Vec<String>,
}

/// Returns the CORS layer of public documents: any page may read them, without credentials. Their
/// responses are the same for each origin, so that caches need only one.
pub(super) fn public() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::any())
        .allow_methods([Method::GET])
        .allow_headers(AllowHeaders::any())
        .expose_headers([ETAG, X_REQUEST_ID])
        .max_age(PREFLIGHT_MAX_AGE)
        .vary([])
}

impl Origins {
    /// Returns whether an origin is the service's own or listed.
    pub(super) fn contain(&self, origin: &HeaderValue) -> bool {
        let is_origin = |allowed: &String| origin.as_bytes() == allowed.as_bytes();
        self.own.iter().chain(&self.allowed).any(is_origin)
    }

    /// Returns whether a request may open a stream. Browsers ask for no permission to open a socket
    /// to another origin, so that the server looks at the `Origin` itself. Other programs send none.
    pub(super) fn may_stream(&self, headers: &HeaderMap) -> bool {
        headers
            .get_all(ORIGIN)
            .iter()
            .all(|origin| self.contain(origin))
    }

    /// Returns the CORS layer. It compares a request's origin with the list, and never reflects it.
    /// A listed origin may send any header: a list of headers protects nothing that the list of
    /// origins does not.
    pub(super) fn cors(&self) -> CorsLayer {
        let allowed = self
            .allowed
            .iter()
            .filter_map(|origin| HeaderValue::from_str(origin).ok());
        CorsLayer::new()
            .allow_origin(AllowOrigin::list(allowed))
            .allow_methods([Method::GET, Method::POST])
            .allow_headers(AllowHeaders::mirror_request())
            .expose_headers([RETRY_AFTER, X_REQUEST_ID])
            .allow_credentials(true)
            .max_age(PREFLIGHT_MAX_AGE)
    }
}
