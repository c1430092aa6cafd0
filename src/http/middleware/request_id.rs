//! Gives every request an id, which names it in its response and in the log.

use std::convert::Infallible;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::HeaderMap;
use axum::http::header::{HeaderName, HeaderValue};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;
use tracing::field::Empty;

use crate::http::AppState;

pub(in crate::http) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of a request.
#[derive(Clone, Debug)]
pub(in crate::http) struct RequestId(pub(in crate::http) String);

impl<S: Sync> FromRequestParts<S> for RequestId {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let id = parts.extensions.get().cloned();
        Ok(id.unwrap_or(Self(String::new())))
    }
}

/// Assigns the client's id, or a random one, and runs the request in a span with that id.
pub(super) async fn assign(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let id = client_id(request.headers())
        .unwrap_or_else(|| format!("{:032x}", u128::from_be_bytes(state.rng.bytes())));
    request.extensions_mut().insert(RequestId(id.clone()));
    // The span is enabled at every level, so that each line about this request has its id.
    // Operations add the caller and the account.
    let span = tracing::error_span!("request", request_id = id, caller = Empty, account = Empty);
    let mut response = next.run(request).instrument(span).await;
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(X_REQUEST_ID, id);
    }
    response
}

/// Returns the id that the client sent, if it is short and plain enough for the log.
fn client_id(headers: &HeaderMap) -> Option<String> {
    let id = headers.get(X_REQUEST_ID)?.to_str().ok()?;
    let is_plain = id
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    ((1..=64).contains(&id.len()) && is_plain).then(|| id.to_owned())
}
