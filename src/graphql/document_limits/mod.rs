//! The guard: refuses a document before any of it is validated or executed, in time that is linear in its length.
//!
//! Three steps, each of which bounds the next: tokens are counted in the text, the rest is parsed, and the result is
//! analyzed with its fragments written out. Only then do the library's visitors see it: they walk a fragment each time that
//! it is spread, which without this made a kilobyte cost a minute.

mod cost;
mod limits;
mod scan;
#[cfg(test)]
mod tests;

use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition};
use async_graphql::parser::{Error as ParseError, parse_query};
use async_graphql::{Name, Pos, ServerError, Value, Variables};

pub use limits::{LIMITS, Limit};

use super::error::Code;

/// A document that may be validated and executed.
#[derive(Clone, Debug)]
pub struct CheckedDocument {
    /// What the parser made of it.
    pub document: ExecutableDocument,
    /// Whether anything in it asks for the schema.
    pub introspection: bool,
    /// The operations that take a secret, by name.
    secret_operations: Vec<Option<Name>>,
}

/// Why a document is refused. Says nothing that the client did not send.
#[derive(Debug)]
pub enum DocumentError {
    /// It has too much of something.
    Exceeds(&'static Limit),
    /// It is not GraphQL.
    Malformed(ParseError),
    /// A fragment contains itself.
    FragmentCycle(Pos),
    /// It has no operation of the name that was asked for.
    NoSuchOperation,
    /// It has several operations, and none was asked for.
    WhichOperation,
}

/// Parses a document that keeps every limit.
///
/// # Errors
/// When it keeps one not, or is not GraphQL.
pub fn check(text: &str) -> Result<CheckedDocument, DocumentError> {
    scan::check(text)?;
    let document = parse_query(text).map_err(DocumentError::Malformed)?;
    let found = cost::analyze_cost(&document)?;
    let operation = found.operation;
    for (limit, count) in [
        (&limits::FRAGMENTS, document.fragments.len()),
        (&limits::OPERATIONS, document.operations.iter().len()),
        (&limits::ROOT_FIELDS, operation.fields),
        (&limits::ALIASES, found.aliases),
        (&limits::DIRECTIVES, found.directives),
        (&limits::DEPTH, operation.depth),
        (&limits::SELECTIONS, found.selections),
        (&limits::VALUES, operation.values),
        (&limits::CREDENTIALS, operation.credentials),
    ] {
        if count > limit.most {
            return Err(DocumentError::Exceeds(limit));
        }
    }
    Ok(CheckedDocument {
        document,
        introspection: found.introspection,
        secret_operations: found.secret_operations,
    })
}

/// Refuses variables of too many values.
///
/// # Errors
/// When there are too many.
pub fn check_variables(variables: &Variables) -> Result<(), DocumentError> {
    let mut left = limits::VARIABLES.most;
    if variables.values().all(|value| spend(value, &mut left)) {
        Ok(())
    } else {
        Err(DocumentError::Exceeds(&limits::VARIABLES))
    }
}

/// Takes a value and all in it from what is left, as long as something is.
fn spend(value: &Value, left: &mut usize) -> bool {
    let Some(less) = left.checked_sub(1) else {
        return false;
    };
    *left = less;
    match value {
        Value::List(values) => values.iter().all(|value| spend(value, left)),
        Value::Object(fields) => fields.values().all(|value| spend(value, left)),
        _ => true,
    }
}

impl CheckedDocument {
    /// Returns whether an operation of the document takes a secret, such as a password.
    #[must_use]
    pub fn takes_secret(&self, operation: Option<&Name>) -> bool {
        self.secret_operations
            .iter()
            .any(|name| name.as_ref() == operation)
    }

    /// The operation to execute, and its name.
    ///
    /// # Errors
    /// When the name says of none, or none says of several, which it is.
    pub fn operation(
        &self,
        name: Option<&str>,
    ) -> Result<(Option<&Name>, &OperationDefinition), DocumentError> {
        match (&self.document.operations, name) {
            (DocumentOperations::Single(operation), None) => Ok((None, &operation.node)),
            (DocumentOperations::Single(_), Some(_)) => Err(DocumentError::NoSuchOperation),
            (DocumentOperations::Multiple(all), Some(name)) => {
                let (name, operation) = all
                    .get_key_value(name)
                    .ok_or(DocumentError::NoSuchOperation)?;
                Ok((Some(name), &operation.node))
            }
            (DocumentOperations::Multiple(all), None) => {
                let mut all = all.iter();
                let (Some((name, operation)), None) = (all.next(), all.next()) else {
                    return Err(DocumentError::WhichOperation);
                };
                Ok((Some(name), &operation.node))
            }
        }
    }
}

impl From<DocumentError> for ServerError {
    fn from(error: DocumentError) -> Self {
        match error {
            DocumentError::Exceeds(limit) => {
                let message = format!(
                    "The request exceeds a limit: at most {} {}.",
                    limit.most, limit.what
                );
                Code::QueryTooComplex.error(&message)
            }
            DocumentError::Malformed(error) => malformed(&error),
            DocumentError::FragmentCycle(pos) => Self {
                locations: vec![pos],
                ..Code::ValidationFailed.error("A fragment contains itself.")
            },
            DocumentError::NoSuchOperation => {
                Code::ValidationFailed.error("The document has no operation of this name.")
            }
            DocumentError::WhichOperation => Code::ValidationFailed
                .error("The document has several operations: say in `operationName` which to run."),
        }
    }
}

/// Where the document stops being GraphQL. Never quotes it: the parser's own message does, password literals and all.
fn malformed(parse_error: &ParseError) -> ServerError {
    let error = match parse_error {
        ParseError::OperationDuplicated { .. }
        | ParseError::FragmentDuplicated { .. }
        | ParseError::MultipleOperations { .. } => {
            Code::ValidationFailed.error("Operations and fragments need names of their own.")
        }
        ParseError::MissingOperation => {
            Code::ValidationFailed.error("The document has no operation.")
        }
        _ => Code::ParseFailed.error("The document is not valid GraphQL."),
    };
    ServerError {
        locations: parse_error.positions().collect(),
        ..error
    }
}
