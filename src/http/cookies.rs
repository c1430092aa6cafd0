//! Reads cookies, and decides which requests may use the refresh cookie.

use axum::http::HeaderMap;
use axum::http::header::{COOKIE, HeaderName, HeaderValue, ORIGIN};

use super::cors::Origins;
use crate::graphql::{Cookies, RefreshCookie};

/// The header in which browsers state the relation between the page and the server (Fetch
/// Metadata).
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

impl Origins {
    /// Returns the refresh cookie, and whether the request's origin may use it.
    pub(super) fn refresh_cookie(&self, headers: &HeaderMap, cookies: Cookies) -> RefreshCookie {
        match cookie(headers, cookies.refresh_name()) {
            None => RefreshCookie::Absent,
            Some(token) if self.may_use_cookie(headers) => RefreshCookie::Trusted(token.into()),
            Some(_) => RefreshCookie::Untrusted,
        }
    }

    /// Browsers send `Origin` with every POST. A request without it is trusted only if the browser
    /// states the same origin.
    fn may_use_cookie(&self, headers: &HeaderMap) -> bool {
        match headers.get(ORIGIN) {
            Some(origin) => self.contain(origin),
            None => headers
                .get(SEC_FETCH_SITE)
                .is_some_and(|site| site == "same-origin"),
        }
    }
}

/// Returns true if the browser says that the request comes from a page of another site.
pub(super) fn is_cross_site(headers: &HeaderMap) -> bool {
    headers
        .get(SEC_FETCH_SITE)
        .is_some_and(|site| site == "cross-site")
}

/// Returns the value of a cookie, or `None` if it is absent or empty. Other cookies may hold any
/// bytes: a cookie that another site set for the domain must not hide this one.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookie_is_found_among_others_of_any_bytes() {
        let mut headers = HeaderMap::new();
        for value in [
            b"a=\xff\xfe; token=; b" as &[u8],
            b"token2=no; token=yes; token=late",
        ] {
            headers.append(COOKIE, HeaderValue::from_bytes(value).unwrap());
        }
        assert_eq!(cookie(&headers, "token"), Some("yes"));
        assert_eq!(cookie(&headers, "absent"), None);
    }
}
