//! Which web origins may call from a browser, and which may use the refresh cookie.

use std::time::Duration;

use axum::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
    COOKIE, HeaderName, HeaderValue, ORIGIN, RETRY_AFTER, VARY,
};
use axum::http::{HeaderMap, Method};
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

use super::middleware::X_REQUEST_ID;
use crate::graphql::{Cookie, Cookies};

/// What a browser says of where a request comes from (Fetch Metadata).
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// How long a browser may remember a preflight's answer.
const PREFLIGHT: Duration = Duration::from_mins(10);

/// The origins that the operator listed, and the service's own.
#[derive(Clone, Debug)]
pub struct Origins {
    /// The service's own, from its public URL.
    pub own: String,
    /// Other sites' that may call.
    pub allowed: Vec<String>,
}

impl Origins {
    /// CORS by the list: an origin is compared, never reflected. A listed origin may send any header: a list of headers
    /// would protect nothing that the list of origins does not.
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
            .max_age(PREFLIGHT)
    }

    /// Adds the headers of CORS to a response that was written outside of the CORS layer, such as a refusal before
    /// routing. Without them a page sees a failed fetch, and neither the status nor `Retry-After`.
    pub(super) fn add_headers(&self, origin: Option<&HeaderValue>, headers: &mut HeaderMap) {
        if headers.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN) {
            return;
        }
        headers.append(VARY, HeaderValue::from_static("origin"));
        let is_allowed = |origin: &&HeaderValue| {
            let origin = origin.as_bytes();
            self.allowed.iter().any(|it| it.as_bytes() == origin)
        };
        if let Some(origin) = origin.filter(is_allowed) {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            headers.insert(
                ACCESS_CONTROL_ALLOW_CREDENTIALS,
                HeaderValue::from_static("true"),
            );
            headers.insert(
                ACCESS_CONTROL_EXPOSE_HEADERS,
                HeaderValue::from_static("retry-after,x-request-id"),
            );
        }
    }

    /// The refresh cookie, and whether the request comes from where it may.
    pub(super) fn refresh_cookie(&self, headers: &HeaderMap, cookies: Cookies) -> Cookie {
        match cookie(headers, cookies.refresh_name()) {
            None => Cookie::Absent,
            Some(token) if self.may_use_cookie(headers) => Cookie::Trusted(token.into()),
            Some(_) => Cookie::Untrusted,
        }
    }

    /// Browsers tell the origin of every POST. A request without one is trusted only if the browser says it is ours.
    fn may_use_cookie(&self, headers: &HeaderMap) -> bool {
        match headers.get(ORIGIN) {
            Some(origin) => {
                let known = |allowed: &String| origin.as_bytes() == allowed.as_bytes();
                known(&self.own) || self.allowed.iter().any(known)
            }
            None => headers
                .get(SEC_FETCH_SITE)
                .is_some_and(|site| site == "same-origin"),
        }
    }
}

/// The value of a cookie; an empty one is none. Others beside it may hold any bytes: whoever can set one must not hide ours.
pub(super) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let values = headers
        .get_all(COOKIE)
        .into_iter()
        .map(HeaderValue::as_bytes);
    let texts = values
        .flat_map(|value| value.split(|byte| *byte == b';'))
        .filter_map(|pair| str::from_utf8(pair).ok());
    let mut pairs = texts.filter_map(|pair| pair.trim().split_once('='));
    pairs
        .find(|(key, value)| *key == name && !value.is_empty())
        .map(|(_, value)| value)
}
