//! Writes an answer: media type, status and headers after GraphQL over HTTP, section 6.

use axum::http::StatusCode;
use axum::http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER};
use axum::response::{IntoResponse, Response};

use super::negotiation::MediaType;
use super::request::HttpError;
use crate::graphql::{
    Code, ExecutionStatus, GraphqlResponse, RETRY_AFTER as RETRY_AFTER_SECONDS, refused,
};

/// The methods of `/graphql`.
const METHODS: &str = "GET, POST";

/// An executed request is a success to HTTP, whatever the outcome; one that was not is the client's mistake.
pub(super) fn answer(answer: GraphqlResponse, media_type: MediaType) -> Response {
    let status = match (answer.status, media_type) {
        (ExecutionStatus::NotByGet, _) => StatusCode::METHOD_NOT_ALLOWED,
        (ExecutionStatus::Refused, MediaType::GraphqlResponse) => StatusCode::BAD_REQUEST,
        (ExecutionStatus::Executed, _) | (ExecutionStatus::Refused, MediaType::Json) => {
            StatusCode::OK
        }
    };
    with_status(answer, status, media_type)
}

/// The answer to a request that was turned away before it was read; the id is for who looks a error up.
pub(super) fn refuse(refusal: HttpError, media_type: MediaType, request_id: &str) -> Response {
    let mut error = refusal.code.error(refusal.message);
    if refusal.code == Code::Internal {
        error
            .extensions
            .get_or_insert_default()
            .set("requestId", request_id);
    }
    with_status(refused(vec![error]), refusal.status, media_type)
}

fn with_status(answer: GraphqlResponse, status: StatusCode, media_type: MediaType) -> Response {
    let mut response = (status, answer.headers, answer.body).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, media_type.header());
    let is_busy = status == StatusCode::SERVICE_UNAVAILABLE;
    if let Some(seconds) = answer
        .retry_after
        .or(is_busy.then_some(RETRY_AFTER_SECONDS))
    {
        headers.insert(RETRY_AFTER, seconds.into());
    }
    if status == StatusCode::METHOD_NOT_ALLOWED {
        headers.insert(
            ALLOW,
            const { axum::http::HeaderValue::from_static(METHODS) },
        );
    }
    response.extensions_mut().insert(answer.audit);
    response
}
