//! Limits the size of a request's head and the time to its response, requires a host, and answers
//! requests that panic.

use axum::extract::{Extension, Request, State};
use axum::http::header::HOST as HOST_HEADER;
use axum::http::{HeaderMap, StatusCode, Uri, Version};
use axum::middleware::Next;
use axum::response::Response;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tracing::Instrument;

use super::RequestId;
use super::access_log::AccessLogEntry;
use crate::accounts::ResponseDeadline;
use crate::graphql::Code;
use crate::http::negotiation::MediaType;
use crate::http::request::HttpError;
use crate::http::{AppState, Limits, response};

const URI_TOO_LONG: HttpError =
    HttpError::new(StatusCode::URI_TOO_LONG, "The URL is longer than 4 KiB.");
const HEAD_TOO_LARGE: HttpError = HttpError::new(
    StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
    "The headers are larger than 16 KiB.",
);
const HOST: HttpError = HttpError::new(
    StatusCode::BAD_REQUEST,
    "Send exactly one Host header with the request.",
);
const OVERLOADED: HttpError = HttpError::coded(
    StatusCode::SERVICE_UNAVAILABLE,
    Code::Overloaded,
    "The service is busy. Try again in a moment.",
);
const PANICKED: HttpError = HttpError::coded(
    StatusCode::INTERNAL_SERVER_ERROR,
    Code::Internal,
    "Something went wrong on our side.",
);

/// Runs the request within the limits, and answers in the client's media type if it exceeds one or
/// panics.
pub(super) async fn enforce(
    State(state): State<AppState>,
    RequestId(id): RequestId,
    Extension(entry): Extension<AccessLogEntry>,
    request: Request,
    next: Next,
) -> Response {
    let media_type = MediaType::preferred(request.headers());
    run(request, next, &state.limits, entry)
        .await
        .unwrap_or_else(|error| response::reject(error, media_type, &id))
}

/// Runs the request in a task of its own. A panic ends this request only, and neither a client that
/// hangs up nor the time limit interrupts a database driver in the middle of an exchange with its
/// server.
async fn run(
    mut request: Request,
    next: Next,
    limits: &Limits,
    entry: AccessLogEntry,
) -> Result<Response, HttpError> {
    if !has_host(&request) {
        return Err(HOST);
    }
    if length(request.uri()) > limits.uri_bytes {
        return Err(URI_TOO_LONG);
    }
    if length(request.uri()) + size(request.headers()) > limits.head_bytes {
        return Err(HEAD_TOO_LARGE);
    }
    let deadline = ResponseDeadline::default();
    request.extensions_mut().insert(deadline.clone());
    let mut running = tokio::spawn(next.run(request).in_current_span());
    match timeout(limits.answer, &mut running).await {
        Ok(Ok(response)) => Ok(response),
        Ok(Err(_)) => {
            tracing::error!("request panicked");
            Err(PANICKED)
        }
        Err(_) => {
            deadline.miss();
            tokio::spawn(record_late_end(running, entry).in_current_span());
            Err(OVERLOADED)
        }
    }
}

/// Waits for a request whose client has had its response, and logs the actual outcome.
async fn record_late_end(running: JoinHandle<Response>, entry: AccessLogEntry) {
    if let Ok(response) = running.await {
        entry.write(&response, "ended after its client was answered");
    }
}

/// Returns false for a request without a host or with two of them: two programs could read it as
/// requests to different servers (RFC 9112, section 3.2).
fn has_host(request: &Request) -> bool {
    match request.headers().get_all(HOST_HEADER).iter().count() {
        0 => request.version() < Version::HTTP_11,
        hosts => hosts == 1,
    }
}

/// Returns the size of headers as they were sent: name, colon, space, value, line end.
fn size(headers: &HeaderMap) -> usize {
    let sizes = headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + 4);
    sizes.sum()
}

fn length(uri: &Uri) -> usize {
    uri.path_and_query().map_or(0, |it| it.as_str().len())
}
