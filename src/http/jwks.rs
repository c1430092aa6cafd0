//! The public keys with which resource servers verify access tokens.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::{AppState, public_document};

/// Answers with the JWK set. Clients may cache it: a new key is published for longer than that
/// before it signs.
pub(super) async fn get(State(state): State<AppState>, headers: HeaderMap) -> Response {
    let keys = state.accounts.jwks().to_string();
    public_document::respond(&headers, "application/jwk-set+json", keys)
}
