//! The response to a request: its JSON, its status, and what the access log records of it.

use async_graphql::{Response, ServerError, Value};
use axum::http::HeaderMap;
use serde_json::json;

use super::error::{Code, RETRY_AFTER, code_of};
use super::request_error::RequestError;
use super::{AuditFields, AuditTrail, response_body};

pub use response_body::MAX_RESPONSE_BYTES;

/// The stage that a request reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExecutionStatus {
    /// The request was executed without an error.
    Executed,
    /// The request was executed, and the response has errors beside `data`, which may be null.
    PartlyExecuted,
    /// The request was rejected because its document is not GraphQL.
    Unparsed,
    /// The request was rejected before execution, because its document or its variables do not fit:
    /// the response has no `data`.
    Rejected,
    /// The request was rejected because it is a mutation sent by GET.
    MethodNotAllowed,
}

/// A response, ready to be sent.
#[derive(Debug)]
pub struct GraphqlResponse {
    /// The JSON text.
    pub body: String,
    /// The stage that the request reached.
    pub status: ExecutionStatus,
    /// The fields that the access log records.
    pub audit: AuditFields,
    /// The seconds after which the client should try again, if the service was overloaded.
    pub retry_after: Option<i32>,
    /// Headers that resolvers set, such as cookies.
    pub headers: HeaderMap,
}

impl GraphqlResponse {
    /// Makes the response to an executed request, or to one that the library rejected.
    pub(super) fn new(
        response: &mut Response,
        operation: Option<String>,
        audit: &AuditTrail,
    ) -> Self {
        let executed = response.data != Value::Null
            || response.errors.iter().any(|error| !error.path.is_empty());
        let body = if executed {
            response_body::write(&response)
        } else {
            response_body::write(&json!({ "errors": response.errors }))
        };
        Self {
            body,
            status: match (executed, response.errors.is_empty()) {
                (true, true) => ExecutionStatus::Executed,
                (true, false) => ExecutionStatus::PartlyExecuted,
                (false, _) => ExecutionStatus::Rejected,
            },
            audit: audit.fields(operation, &response.errors),
            retry_after: is_overloaded(&response.errors).then_some(RETRY_AFTER),
            headers: std::mem::take(&mut response.http_headers),
        }
    }

    /// Makes the response to a request that was rejected with an error.
    #[must_use]
    pub fn rejected(error: ServerError) -> Self {
        let mut response = Response::from_errors(vec![error]);
        Self::new(&mut response, None, &AuditTrail::default())
    }
}

impl From<RequestError> for GraphqlResponse {
    fn from(error: RequestError) -> Self {
        let is_by_get = matches!(error, RequestError::MutationByGet);
        let (operation, errors) = error.into_errors();
        let is_unparsed = errors
            .iter()
            .any(|error| code_of(error) == Some(Code::ParseFailed.as_str()));
        let status = match (is_by_get, is_unparsed) {
            (true, _) => ExecutionStatus::MethodNotAllowed,
            (false, true) => ExecutionStatus::Unparsed,
            (false, false) => ExecutionStatus::Rejected,
        };
        let mut response = Response::from_errors(errors);
        Self {
            status,
            ..Self::new(&mut response, operation, &AuditTrail::default())
        }
    }
}

fn is_overloaded(errors: &[ServerError]) -> bool {
    let mut codes = errors.iter().filter_map(code_of);
    codes.any(|code| code == Code::Overloaded.as_str())
}
