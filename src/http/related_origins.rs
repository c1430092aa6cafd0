//! The origins outside the domain of passkeys whose pages may use them (Web Authentication Level 3,
//! section 5.11).

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::{AppState, public_document};

/// Answers with the list for browsers, if passkeys are on.
pub(super) async fn get(State(state): State<AppState>, headers: HeaderMap) -> Response {
    let Some(party) = state.accounts.relying_party() else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let origins: Vec<&str> = party.related_origins().collect();
    let document = json!({ "origins": origins });
    public_document::respond(&headers, "application/json", document.to_string())
}
