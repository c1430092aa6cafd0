//! Runs one request: find the document, hold it to the limits, execute it, give every error its code, log the errors.

use std::borrow::Cow;
use std::io;

use async_graphql::parser::types::OperationType;
use async_graphql::{Request, Response, ServerError, Value, Variables};
use axum::http::HeaderMap;
use serde::Serialize;
use serde_json::json;

use super::document_limits::{self, CheckedDocument, DocumentError};
use super::error::{Code, RETRY_AFTER, code_of};
use super::masking::finish;
use super::{AuditFields, AuditTrail, Latchkey, RequestContext, TrustedDocuments};

/// How many errors one answer holds: a small request must not buy a large answer.
pub const MAX_ERRORS: usize = 10;

/// How many bytes an answer holds, for the same reason. The schema, all of it, has 68,000.
pub const MAX_RESPONSE_BYTES: usize = 256 * 1024;

/// The schema, and what the operator lets clients ask of it.
#[derive(Clone)]
pub struct Executor {
    /// The schema.
    pub schema: Latchkey,
    /// Whether clients may ask for the schema, and are told by name what does not fit it.
    pub introspection: bool,
    /// The documents that are executed, where others are not.
    pub trusted: Option<TrustedDocuments>,
}

/// What a client sent (GraphQL over HTTP, section 5).
#[derive(Debug, Default)]
pub struct GraphqlRequest {
    /// The document.
    pub query: Option<String>,
    /// The hash of a trusted document.
    pub document: Option<String>,
    /// Which of the document's operations to run.
    pub operation_name: Option<String>,
    /// Their values.
    pub variables: Variables,
    /// Whether the request may change nothing: it was sent by GET.
    pub safe: bool,
}

/// How far a request came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExecutionStatus {
    /// It was executed: the answer has `data`.
    Executed,
    /// It was refused before: the answer has no `data` (GraphQL over HTTP, section 6.4).
    Refused,
    /// It was refused because a request by GET must change nothing.
    NotByGet,
}

/// What to send back.
#[derive(Debug)]
pub struct GraphqlResponse {
    /// The JSON.
    pub body: String,
    /// How far the request came.
    pub status: ExecutionStatus,
    /// What the log tells of it.
    pub audit: AuditFields,
    /// Seconds after which to try again, if there was more to do than could be done.
    pub retry_after: Option<i32>,
    /// Headers that resolvers set: cookies.
    pub headers: HeaderMap,
}

/// Why a request is not executed.
enum Refused {
    /// The document or its variables are not checked.
    DocumentError(DocumentError),
    /// It asks for the schema, which is not shown.
    Schema,
    /// It comes by GET and could change something.
    NotByGet,
    /// There is no trusted document of its hash.
    NotTrusted,
    /// It has a hash and no document, where there are no trusted ones.
    HashAlone,
}

impl Executor {
    /// Executes a request for whoever asks.
    pub async fn execute(
        &self,
        request: GraphqlRequest,
        context: RequestContext,
        request_id: &str,
    ) -> GraphqlResponse {
        let (operation, prepared) = match self.prepare(request) {
            Ok(prepared) => prepared,
            Err(refused) => return refused.into(),
        };
        let audit = context.audit.clone();
        let mut response = self.schema.execute(prepared.data(context)).await;
        response.errors.truncate(MAX_ERRORS);
        for error in &mut response.errors {
            finish(error, request_id, self.introspection);
        }
        answer(&mut response, operation, &audit)
    }

    /// The request as the library takes it, and the name of its operation. Nothing is validated before it is bounded.
    fn prepare(&self, request: GraphqlRequest) -> Result<(Option<String>, Request), Refused> {
        let GraphqlRequest {
            query,
            document,
            operation_name,
            variables,
            safe,
        } = request;
        let checked = self.find(query, document.as_deref())?;
        document_limits::check_variables(&variables)?;
        let (name, operation) = checked.operation(operation_name.as_deref())?;
        // A URL is kept in histories and logs: no secret belongs in one (RFC 9110, section 17.9).
        if safe && (operation.ty != OperationType::Query || checked.takes_secret(name)) {
            return Err(Refused::NotByGet);
        }
        let name = name.map(ToString::to_string);
        let mut request = Request::new("").variables(variables);
        if !self.introspection {
            request = request.disable_introspection();
        }
        request.operation_name.clone_from(&name);
        request.set_parsed_query(checked.into_owned().document);
        Ok((name, request))
    }

    /// The document that is asked for, within all limits.
    fn find(
        &self,
        query: Option<String>,
        hash: Option<&str>,
    ) -> Result<Cow<'_, CheckedDocument>, Refused> {
        match (&self.trusted, query) {
            (Some(trusted), _) => {
                let found = hash.and_then(|hash| trusted.find(hash));
                found.map(Cow::Borrowed).ok_or(Refused::NotTrusted)
            }
            (None, Some(query)) => {
                let checked = document_limits::check(&query)?;
                let is_told = self.introspection || !checked.introspection;
                if is_told {
                    Ok(Cow::Owned(checked))
                } else {
                    Err(Refused::Schema)
                }
            }
            (None, None) => Err(Refused::HashAlone),
        }
    }
}

impl From<DocumentError> for Refused {
    fn from(error: DocumentError) -> Self {
        Self::DocumentError(error)
    }
}

impl From<Refused> for GraphqlResponse {
    fn from(why: Refused) -> Self {
        let status = if matches!(why, Refused::NotByGet) {
            ExecutionStatus::NotByGet
        } else {
            ExecutionStatus::Refused
        };
        let error = match why {
            Refused::DocumentError(error) => error.into(),
            Refused::Schema => {
                Code::ValidationFailed.error("This server does not tell its schema.")
            }
            Refused::NotByGet => {
                Code::BadUserInput.error("Send mutations, and what takes a secret, by POST.")
            }
            // Clients with automatic persisted queries read these two: after the second they send documents.
            Refused::NotTrusted => Code::PersistedQueryNotFound.error("PersistedQueryNotFound"),
            Refused::HashAlone => Code::PersistedQueryNotFound.error("PersistedQueryNotSupported"),
        };
        Self {
            status,
            ..refused(vec![error])
        }
    }
}

/// An answer to a request that was not executed.
#[must_use]
pub fn refused(errors: Vec<ServerError>) -> GraphqlResponse {
    answer(
        &mut Response::from_errors(errors),
        None,
        &AuditTrail::default(),
    )
}

fn answer(
    response: &mut Response,
    operation: Option<String>,
    audit: &AuditTrail,
) -> GraphqlResponse {
    let executed =
        response.data != Value::Null || response.errors.iter().any(|error| !error.path.is_empty());
    let is_overloaded = response
        .errors
        .iter()
        .filter_map(code_of)
        .any(|code| code == Code::Overloaded.as_str());
    let retry_after = is_overloaded.then_some(RETRY_AFTER);
    let audit = audit.fields(operation, &response.errors);
    let body = if executed {
        bounded(&response)
    } else {
        bounded(&json!({ "errors": response.errors }))
    };
    GraphqlResponse {
        body: body.unwrap_or_else(|| json!({ "data": null, "errors": [too_large()] }).to_string()),
        status: if executed {
            ExecutionStatus::Executed
        } else {
            ExecutionStatus::Refused
        },
        audit,
        retry_after,
        headers: std::mem::take(&mut response.http_headers),
    }
}

/// The JSON, while it is no larger than an answer may be.
fn bounded(response: &impl Serialize) -> Option<String> {
    let mut bytes = Bounded(Vec::new());
    serde_json::to_writer(&mut bytes, response).ok()?;
    String::from_utf8(bytes.0).ok()
}

fn too_large() -> ServerError {
    let message = format!(
        "What was asked for is done, but the answer exceeds a limit: at most {MAX_RESPONSE_BYTES} bytes."
    );
    Code::QueryTooComplex.error(&message)
}

struct Bounded(Vec<u8>);

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MAX_RESPONSE_BYTES {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
