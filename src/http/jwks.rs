//! The public keys with which resource servers verify access tokens.

use aws_lc_rs::digest::{SHA256, digest};
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::AppState;
use crate::token::JWKS_MAX_AGE;

/// Answers with the JWK set. Clients may cache it: a new key is published for longer than that
/// before it signs.
pub(super) async fn get(State(state): State<AppState>, headers: HeaderMap) -> Response {
    let keys = state.accounts.jwks().to_string();
    let etag = format!(
        "\"{}\"",
        URL_SAFE_NO_PAD.encode(digest(&SHA256, keys.as_bytes()))
    );
    let is_current = matches_etag(&headers, &etag);
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
    (cache, [(CONTENT_TYPE, "application/jwk-set+json")], keys).into_response()
}

/// Returns true if the client has the current key set. A proxy that compresses turns the tag into a
/// weak one.
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
