//! The limits of documents. They are checked before validation and execution, in time linear in the
//! document's length.
//!
//! The check has three steps, and each bounds the work of the next: it counts the tokens in the
//! text, parses the text, and analyzes the cost of the result with fragments expanded, visiting
//! each fragment once. The library's validation runs only on documents that pass: it visits a
//! fragment each time it is spread, so its work is not linear in the document's length.

mod cost;
mod estimates;
mod limits;
#[cfg(test)]
mod tests;
mod tokens;

use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition};
use async_graphql::{Name, Pos, ServerError, Value, Variables};

pub use limits::{LIMITS, Limit};

use super::error::Code;
use super::syntax::{self, ParsedDocument, SyntaxError};

/// A document that keeps all limits, and may be validated and executed.
#[derive(Clone, Debug)]
pub struct CheckedDocument {
    /// The parsed document.
    pub document: ExecutableDocument,
    /// True if any part of the document queries the schema.
    pub introspection: bool,
    /// The document has a string that is not a description: it may hold a password.
    pub has_strings: bool,
    /// The names of the operations that take a secret.
    secret_operations: Vec<Option<Name>>,
}

/// The reason to reject a document. Names nothing in the schema that the client did not name.
#[derive(Debug)]
pub enum DocumentError {
    /// The document exceeds a limit.
    Exceeds(&'static Limit),
    /// The document is not valid GraphQL.
    Malformed(SyntaxError),
    /// A fragment spreads itself, directly or through other fragments.
    FragmentCycle(Pos),
    /// The document has no operation with the requested name.
    UnknownOperation,
    /// The document has several operations, and the request names none.
    OperationNameRequired,
}

/// Parses a document and checks all limits.
///
/// # Errors
/// If the document exceeds a limit or is not valid GraphQL.
pub fn check(text: &str) -> Result<CheckedDocument, DocumentError> {
    tokens::check(text)?;
    let ParsedDocument {
        document,
        has_strings,
    } = syntax::parse(text).map_err(DocumentError::Malformed)?;
    let cost = cost::analyze_cost(&document)?;
    let operation = cost.operation;
    for (limit, count) in [
        (&limits::FRAGMENTS, document.fragments.len()),
        (&limits::OPERATIONS, document.operations.iter().len()),
        (&limits::ROOT_FIELDS, operation.fields),
        (&limits::ALIASES, cost.aliases),
        (&limits::DIRECTIVES, cost.directives),
        (&limits::DEPTH, operation.depth),
        (&limits::SELECTIONS, cost.selections),
        (&limits::VALUES, operation.values.average),
        (&limits::CREDENTIALS, operation.credentials),
    ] {
        if count > limit.most {
            return Err(DocumentError::Exceeds(limit));
        }
    }
    Ok(CheckedDocument {
        document,
        introspection: cost.introspection,
        has_strings,
        secret_operations: cost.secret_operations,
    })
}

/// Checks the number of values in the variables.
///
/// # Errors
/// If there are more than the limit.
pub fn check_variables(variables: &Variables) -> Result<(), DocumentError> {
    let mut remaining = limits::VARIABLES.most;
    if variables
        .values()
        .all(|value| count_value(value, &mut remaining))
    {
        Ok(())
    } else {
        Err(DocumentError::Exceeds(&limits::VARIABLES))
    }
}

/// Subtracts a value and all values in it from the remaining number. Returns false if there are too
/// many.
fn count_value(value: &Value, remaining: &mut usize) -> bool {
    let Some(rest) = remaining.checked_sub(1) else {
        return false;
    };
    *remaining = rest;
    match value {
        Value::List(values) => values.iter().all(|value| count_value(value, remaining)),
        Value::Object(fields) => fields.values().all(|value| count_value(value, remaining)),
        _ => true,
    }
}

impl CheckedDocument {
    /// Returns true if an operation of the document takes a secret, such as a password.
    #[must_use]
    pub fn takes_secret(&self, operation: Option<&Name>) -> bool {
        self.secret_operations
            .iter()
            .any(|name| name.as_ref() == operation)
    }

    /// Returns the operation to execute and its name.
    ///
    /// # Errors
    /// If no operation has the name, or there are several operations and no name.
    pub fn operation(
        &self,
        name: Option<&str>,
    ) -> Result<(Option<&Name>, &OperationDefinition), DocumentError> {
        match (&self.document.operations, name) {
            (DocumentOperations::Single(operation), None) => Ok((None, &operation.node)),
            (DocumentOperations::Single(_), Some(_)) => Err(DocumentError::UnknownOperation),
            (DocumentOperations::Multiple(all), Some(name)) => {
                let (name, operation) = all
                    .get_key_value(name)
                    .ok_or(DocumentError::UnknownOperation)?;
                Ok((Some(name), &operation.node))
            }
            (DocumentOperations::Multiple(all), None) => {
                let mut all = all.iter();
                let (Some((name, operation)), None) = (all.next(), all.next()) else {
                    return Err(DocumentError::OperationNameRequired);
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
            DocumentError::UnknownOperation => {
                Code::ValidationFailed.error("The document has no operation with this name.")
            }
            DocumentError::OperationNameRequired => Code::ValidationFailed
                .error("The document has several operations: name one of them in `operationName`."),
        }
    }
}

/// Makes the error of a document that does not parse, with its position. It never quotes the
/// document, which may contain a password.
fn malformed(syntax_error: &SyntaxError) -> ServerError {
    let error = match syntax_error {
        SyntaxError::RepeatedName(_) => {
            Code::ValidationFailed.error("Operations and fragments need unique names.")
        }
        SyntaxError::NoOperation => Code::ValidationFailed.error("The document has no operation."),
        SyntaxError::RepeatedInputField(name, _) => {
            Code::ValidationFailed.error(&format!("The input field \"{name}\" is given twice."))
        }
        SyntaxError::Malformed(_) => Code::ParseFailed.error("The document is not valid GraphQL."),
    };
    ServerError {
        locations: syntax_error.position().into_iter().collect(),
        ..error
    }
}
