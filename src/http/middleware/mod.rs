//! What goes around every request: an id, a line in the log, headers for safety, an answer even to a panic.

use std::convert::Infallible;
use std::time::Instant;

use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, ORIGIN, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::time::timeout;
use tracing::Instrument;
use tracing::field::Empty;

use super::AppState;
use super::limits::Limits;
use super::negotiation::MediaType;
use super::request::HttpError;
use super::response;
use crate::graphql::{AuditFields, Code};

pub(super) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

const URI_TOO_LONG: HttpError =
    HttpError::new(StatusCode::URI_TOO_LONG, "The URL is longer than 4 KiB.");
const HEAD_TOO_LARGE: HttpError = HttpError::new(
    StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
    "The headers are larger than 16 KiB.",
);
const TOO_SLOW: HttpError = HttpError::coded(
    StatusCode::SERVICE_UNAVAILABLE,
    Code::Overloaded,
    "The service is busy. Try again in a moment.",
);
const PANICKED: HttpError = HttpError::coded(
    StatusCode::INTERNAL_SERVER_ERROR,
    Code::Internal,
    "Something went wrong on our side.",
);

/// Names a request in its answer and in the log.
#[derive(Clone, Debug)]
pub(super) struct RequestId(pub(super) String);

impl<S: Sync> FromRequestParts<S> for RequestId {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts
            .extensions
            .get()
            .cloned()
            .unwrap_or(Self(String::new())))
    }
}

/// Names the request, answers it, logs one line.
pub(super) async fn around(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let id = given_id(request.headers())
        .unwrap_or_else(|| format!("{:032x}", u128::from_be_bytes(state.rng.bytes())));
    let media_type = MediaType::preferred(request.headers());
    request.extensions_mut().insert(RequestId(id.clone()));
    // At every level, so that each line about this request has its id; the acts add whose token it has
    // and whose account it is about.
    let span = tracing::error_span!("request", request_id = id, caller = Empty, account = Empty);
    let limits = state.limits;
    let origins = state.origins.clone();
    let origin = request.headers().get(ORIGIN).cloned();
    let answering = async move {
        let line = Line::begin(&request);
        let answered = answered(request, next, &limits, &line).await;
        let mut response = answered.unwrap_or_else(|refusal| {
            let mut response = response::refuse(refusal, media_type, &id);
            origins.add_headers(origin.as_ref(), response.headers_mut());
            response
        });
        add_headers(response.headers_mut(), &id);
        line.end(&response, "answered");
        response
    };
    // In a task of its own: a client that hangs up misses the answer, and the log misses nothing.
    let response = tokio::spawn(answering.instrument(span)).await;
    response.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

/// The line of a request in the log.
#[derive(Clone)]
struct Line {
    began: Instant,
    method: &'static str,
    route: String,
}

impl Line {
    fn begin(request: &Request) -> Self {
        Self {
            began: Instant::now(),
            method: known(request.method()),
            route: route(request),
        }
    }

    fn end(&self, response: &Response, what: &str) {
        let Self {
            began,
            method,
            route,
        } = self;
        let told = response.extensions().get::<AuditFields>();
        let (operation, acts) = (
            told.and_then(|it| it.operation.as_deref()),
            told.and_then(|it| it.operations.as_deref()),
        );
        let (outcome, status) = (
            told.map(|it| it.outcome.as_str()),
            response.status().as_u16(),
        );
        // As a number in JSON, which one of 128 bits would not be.
        let micros = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
        tracing::info!(
            method, route, operation, acts, outcome, status, micros, "{what}"
        );
    }
}

/// Runs the request in a task of its own: a panic ends this request and nothing else, and neither a client that hangs up
/// nor the end of our patience stops a driver in the middle of a conversation with its server.
async fn answered(
    request: Request,
    next: Next,
    limits: &Limits,
    line: &Line,
) -> Result<Response, HttpError> {
    let uri_bytes = request
        .uri()
        .path_and_query()
        .map_or(0, |it| it.as_str().len());
    if uri_bytes > limits.uri_bytes {
        return Err(URI_TOO_LONG);
    }
    if uri_bytes + header_bytes(request.headers()) > limits.head_bytes {
        return Err(HEAD_TOO_LARGE);
    }
    let mut running = tokio::spawn(next.run(request).in_current_span());
    match timeout(limits.answer, &mut running).await {
        Ok(Ok(response)) => Ok(response),
        Ok(Err(_)) => {
            tracing::error!("a request panicked");
            Err(PANICKED)
        }
        Err(_) => {
            // What is under way comes to its end, and the log tells which.
            let line = line.clone();
            let end = async move {
                running
                    .await
                    .map(|response| line.end(&response, "ended after its client was answered"))
            };
            tokio::spawn(end.in_current_span());
            Err(TOO_SLOW)
        }
    }
}

/// Returns the size of headers as they were sent: name, colon, space, value, line end.
fn header_bytes(headers: &HeaderMap) -> usize {
    let sizes = headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + 4);
    sizes.sum()
}

/// The route that the router found: what a client puts into a path is not for the log.
fn route(request: &Request) -> String {
    request
        .extensions()
        .get::<MatchedPath>()
        .map_or("none", MatchedPath::as_str)
        .to_owned()
}

/// The method, if it is one of HTTP's own.
fn known(method: &Method) -> &'static str {
    let known = ["GET", "POST", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"];
    known
        .into_iter()
        .find(|known| method == known)
        .unwrap_or("other")
}

/// The client's own id, if it can stand in a log as it is.
fn given_id(headers: &HeaderMap) -> Option<String> {
    let id = headers.get(X_REQUEST_ID)?.to_str().ok()?;
    let plain = (1..=64).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    plain.then(|| id.to_owned())
}

fn add_headers(headers: &mut HeaderMap, id: &str) {
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    // What is no page loads nothing, wherever it is shown; the page has a policy of its own.
    headers
        .entry(CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(
            "default-src 'none'; frame-ancestors 'none'",
        ));
    headers
        .entry(REFERRER_POLICY)
        .or_insert(HeaderValue::from_static("no-referrer"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(X_REQUEST_ID, id);
    }
}
