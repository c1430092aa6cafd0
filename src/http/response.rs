//! Writes an answer: media type, status and headers after GraphQL over HTTP, section 6.

use axum::http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::request::{Refusal, ranges};
use crate::graphql::{Answer, refused};

/// The two media types of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MediaType {
    /// `application/graphql-response+json`: the status says whether anything was executed.
    GraphqlResponse,
    /// `application/json`: for clients that take any other status than 200 for a broken connection.
    Json,
}

impl MediaType {
    /// The first one that the client takes; without a wish, JSON.
    pub(super) fn accepted(headers: &HeaderMap) -> Result<Self, Refusal> {
        let mut asked = ranges(headers).peekable();
        if asked.peek().is_none() {
            return Ok(Self::Json);
        }
        let known = |range: &str| match range.to_ascii_lowercase().as_str() {
            "application/graphql-response+json" => Some(Self::GraphqlResponse),
            "application/json" | "application/*" | "*/*" => Some(Self::Json),
            _ => None,
        };
        asked.find_map(known).ok_or(Refusal::new(
            StatusCode::NOT_ACCEPTABLE,
            "Answers are application/graphql-response+json or application/json.",
        ))
    }

    const fn header(self) -> HeaderValue {
        match self {
            Self::GraphqlResponse => HeaderValue::from_static("application/graphql-response+json; charset=utf-8"),
            Self::Json => HeaderValue::from_static("application/json; charset=utf-8"),
        }
    }
}

/// An executed request is a success to HTTP, whatever the outcome; one that was not is the client's mistake.
pub(super) fn answer(answer: Answer, media_type: MediaType) -> Response {
    let status = match media_type {
        MediaType::GraphqlResponse if !answer.executed => StatusCode::BAD_REQUEST,
        _ => StatusCode::OK,
    };
    let mut response = (status, answer.headers, answer.body).into_response();
    response.headers_mut().insert(CONTENT_TYPE, media_type.header());
    if let Some(seconds) = answer.retry_after {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    response
}

/// The answer to a request that was turned away before it was read.
pub(super) fn refuse(refusal: &Refusal) -> Response {
    let answer = refused(vec![refusal.code.error(refusal.message)]);
    (refusal.status, [(CONTENT_TYPE, MediaType::Json.header())], answer.body).into_response()
}
