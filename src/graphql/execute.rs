//! Runs one request: parse, execute, give every error its code, log the faults.

use async_graphql::parser::{Error as ParseError, parse_query};
use async_graphql::{Request, Response, ServerError, Value};
use axum::http::HeaderMap;

use super::fault::{Code, RETRY_AFTER};
use super::{Asking, Latchkey};
use crate::accounts::Fault;

/// How many errors one answer holds: a small request must not buy a large answer.
const ERRORS: usize = 10;

/// What to send back.
#[derive(Debug)]
pub struct Answer {
    /// The JSON.
    pub body: String,
    /// Whether anything was executed: if not, the answer has no `data` (GraphQL over HTTP, section 6.4).
    pub executed: bool,
    /// Seconds after which to try again, if there was more to do than could be done.
    pub retry_after: Option<i32>,
    /// Headers that resolvers set: cookies.
    pub headers: HeaderMap,
}

/// Executes a request for whoever asks.
pub async fn execute(schema: &Latchkey, mut request: Request, asking: Asking, request_id: &str) -> Answer {
    match parse_query(&request.query) {
        Ok(document) => request.set_parsed_query(document),
        Err(fault) => return refused(vec![unparsable(&fault)]),
    }
    let mut response = schema.execute(request.data(asking)).await;
    response.errors.truncate(ERRORS);
    for error in &mut response.errors {
        finish(error, request_id);
    }
    answer(response)
}

/// An answer to a request that was not executed.
#[must_use]
pub fn refused(errors: Vec<ServerError>) -> Answer {
    answer(Response::from_errors(errors))
}

/// Where the document stops being GraphQL. Never quotes it: the parser's own message does, password literals and all.
fn unparsable(fault: &ParseError) -> ServerError {
    let error = Code::ParseFailed.error("The document is not valid GraphQL.");
    ServerError { locations: fault.positions().collect(), ..error }
}

/// Gives an error that the library made its code, and logs a fault of ours once.
fn finish(error: &mut ServerError, request_id: &str) {
    let executed = !error.path.is_empty();
    let extensions = error.extensions.get_or_insert_default();
    if extensions.get("code").is_none() {
        let code = if executed { Code::BadUserInput } else { Code::ValidationFailed };
        extensions.set("code", code.as_str());
    }
    match error.source.take().as_deref().and_then(|source| source.downcast_ref()) {
        None | Some(Fault::SignedOut | Fault::Forbidden) => {}
        Some(fault) => {
            tracing::error!(request_id, ?fault, "request failed");
            extensions.set("requestId", request_id);
        }
    }
}

fn answer(response: Response) -> Answer {
    let executed = response.data != Value::Null || response.errors.iter().any(|error| !error.path.is_empty());
    let overloaded = Value::from(Code::Overloaded.as_str());
    let is_overload =
        |error: &ServerError| error.extensions.as_ref().and_then(|it| it.get("code")) == Some(&overloaded);
    let retry_after = response.errors.iter().any(is_overload).then_some(RETRY_AFTER);
    let body = if executed {
        serde_json::to_string(&response)
    } else {
        serde_json::to_string(&serde_json::json!({ "errors": response.errors }))
    };
    Answer { body: body.expect("a response is plain data"), executed, retry_after, headers: response.http_headers }
}
