//! What goes around every request: an id, a line in the log, headers for safety, an answer even to a panic.

use std::convert::Infallible;
use std::time::Instant;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::HeaderMap;
use axum::http::header::{
    CACHE_CONTROL, HeaderName, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;

use super::Door;
use super::request::Refusal;
use super::response;
use crate::graphql::Code;

pub(super) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Names a request in its answer and in the log.
#[derive(Clone, Debug)]
pub(super) struct RequestId(pub(super) String);

impl<S: Sync> FromRequestParts<S> for RequestId {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().cloned().unwrap_or(Self(String::new())))
    }
}

/// Names the request, answers it, logs one line.
pub(super) async fn around(State(door): State<Door>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = given_id(request.headers())
        .unwrap_or_else(|| format!("{:032x}", u128::from_be_bytes(door.accounts.rng.bytes())));
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    request.extensions_mut().insert(RequestId(id.clone()));

    // In a task of its own: a panic ends this request and nothing else, and a client that hangs up does not stop a
    // driver in the middle of a conversation with its server.
    let answered = tokio::spawn(next.run(request)).await;
    let mut response = answered
        .unwrap_or_else(|_| response::refuse(&Refusal::coded(Code::Internal, "Something went wrong on our side.")));
    add_headers(response.headers_mut(), &id);
    let (status, micros) = (response.status().as_u16(), started.elapsed().as_micros());
    tracing::info!(request_id = id, %method, path, status, micros, "answered");
    response
}

/// The client's own id, if it can stand in a log as it is.
fn given_id(headers: &HeaderMap) -> Option<String> {
    let id = headers.get(X_REQUEST_ID)?.to_str().ok()?;
    let plain = (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    plain.then(|| id.to_owned())
}

fn add_headers(headers: &mut HeaderMap, id: &str) {
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.entry(REFERRER_POLICY).or_insert(HeaderValue::from_static("no-referrer"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(X_REQUEST_ID, id);
    }
}
