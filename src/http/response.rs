//! Writes a response: media type, status and headers after GraphQL over HTTP (the draft of 6 August
//! 2026, "Response").

use axum::http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use super::negotiation::MediaType;
use super::request::HttpError;
use crate::graphql::{
    Code, ExecutionStatus, GraphqlResponse, RETRY_AFTER as OVERLOADED_SECONDS, UNKNOWN,
};

/// The methods that `/graphql` accepts.
const METHODS: &str = "GET, POST";

/// Writes the response of the executor. An executed request is a success in HTTP, whatever its
/// result; a rejected one is a client error. Clients that accept `application/json` alone know only
/// 200.
pub(super) fn write(response: GraphqlResponse, media_type: MediaType) -> Response {
    let status = match (response.status, media_type) {
        (ExecutionStatus::MethodNotAllowed, _) => StatusCode::METHOD_NOT_ALLOWED,
        (ExecutionStatus::Executed, _) | (_, MediaType::Json) => StatusCode::OK,
        (ExecutionStatus::PartlyExecuted, MediaType::GraphqlResponse) => partial_success(),
        (ExecutionStatus::Unparsed, MediaType::GraphqlResponse) => StatusCode::BAD_REQUEST,
        (ExecutionStatus::Rejected, MediaType::GraphqlResponse) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    with_status(response, status, media_type)
}

/// Returns the draft's own status for a response with data and errors, which any client treats as
/// 200 (RFC 9110, section 15).
fn partial_success() -> StatusCode {
    StatusCode::from_u16(294).unwrap_or(StatusCode::OK)
}

/// Writes the response to a request that never reached the executor. A failure of the service
/// carries the request's id, to look it up in the log.
pub(super) fn reject(reason: HttpError, media_type: MediaType, request_id: &str) -> Response {
    let mut error = reason.code.error(reason.message);
    let extensions = error.extensions.get_or_insert_default();
    match reason.code {
        Code::Internal => extensions.set("requestId", request_id),
        // The request took too long, and goes on.
        Code::Overloaded => extensions.set("outcome", UNKNOWN),
        _ => {}
    }
    with_status(GraphqlResponse::rejected(error), reason.status, media_type)
}

fn with_status(graphql: GraphqlResponse, status: StatusCode, media_type: MediaType) -> Response {
    let mut response = (status, graphql.headers, graphql.body).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, media_type.header());
    let is_overloaded = status == StatusCode::SERVICE_UNAVAILABLE;
    let retry_after = graphql
        .retry_after
        .or(is_overloaded.then_some(OVERLOADED_SECONDS));
    if let Some(seconds) = retry_after {
        headers.insert(RETRY_AFTER, seconds.into());
    }
    if status == StatusCode::METHOD_NOT_ALLOWED {
        headers.insert(ALLOW, const { HeaderValue::from_static(METHODS) });
    }
    response.extensions_mut().insert(graphql.audit);
    response
}
