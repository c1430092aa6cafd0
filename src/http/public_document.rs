//! Documents that any client on any origin may read and cache: the JWK set and the metadata.

use aws_lc_rs::digest::{SHA256, digest};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::token::JWKS_MAX_AGE;

/// Answers with the document, or with 304 if the client has this one.
pub(super) fn respond(headers: &HeaderMap, content_type: &'static str, text: String) -> Response {
    let etag = format!(
        "\"{}\"",
        URL_SAFE_NO_PAD.encode(digest(&SHA256, text.as_bytes()))
    );
    let is_current = matches_etag(headers, &etag);
    let cache = [
        (
            CACHE_CONTROL,
            format!("public, max-age={}", JWKS_MAX_AGE.as_secs()),
        ),
        (ETAG, etag),
    ];
    if is_current {
        return (StatusCode::NOT_MODIFIED, cache).into_response();
    }
    (cache, [(CONTENT_TYPE, content_type)], text).into_response()
}

/// Returns true if the client has the current document. A proxy that compresses turns the tag into
/// a weak one.
fn matches_etag(headers: &HeaderMap, etag: &str) -> bool {
    let mut known = headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|tags| tags.to_str().ok());
    known.any(|tags| {
        tags.split(',')
            .any(|tag| tag.trim().trim_start_matches("W/") == etag)
    })
}
