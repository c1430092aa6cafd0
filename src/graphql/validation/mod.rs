//! Validates documents by the whole of the specification's section 5 (September 2025), before
//! anything is executed.
//!
//! The library's own rules are incomplete, and some refuse valid documents. The rules here take
//! documents that keep the document limits: fragments do not contain themselves, and selections
//! with their fragments written out are bounded.

mod definitions;
mod directives;
mod lengths;
mod nulls;
mod overlap;
mod selections;
mod subscriptions;
#[cfg(test)]
mod tests;
mod type_system;
mod usage;
mod values;

use std::collections::HashMap;

use async_graphql::parser::types::ExecutableDocument;
use async_graphql::{Name, Pos, ServerError};

pub(super) use nulls::check_nulls;
pub use type_system::TypeSystem;
pub(super) use type_system::{InputObject, InputType, named};

use super::error::{Code, code_of};
use super::execute::MAX_ERRORS;
use usage::Uses;

/// Checks a document against a schema, and returns the first errors in the order of the text.
///
/// The messages quote names and never values, because a value may be a password.
///
/// # Errors
/// When the document breaks a rule.
pub fn validate(
    system: &TypeSystem,
    document: &ExecutableDocument,
) -> Result<(), Vec<ServerError>> {
    let mut checker = Checker::new(system, document);
    checker.definitions();
    if checker.violations.is_empty() {
        checker.overlap();
    }
    let mut violations = checker.violations;
    if violations.is_empty() {
        return Ok(());
    }
    violations.sort_by(|one, other| (one.pos, &one.message).cmp(&(other.pos, &other.message)));
    violations.dedup();
    let error = |violation: Violation| ServerError {
        locations: vec![violation.pos],
        ..Code::ValidationFailed.error(&violation.message)
    };
    Err(violations.into_iter().map(error).collect())
}

/// Replaces the messages by those of their codes, and drops the paths of variables: where the
/// introspection is off, no answer names what the client has not sent.
pub(super) fn hide_schema(errors: &mut [ServerError]) {
    for error in errors {
        let code = match code_of(error) {
            Some(code) if code == Code::BadUserInput.as_str() => Code::BadUserInput,
            _ => Code::ValidationFailed,
        };
        *error = ServerError {
            locations: std::mem::take(&mut error.locations),
            ..code.error(code.meaning())
        };
    }
}

/// One broken rule.
#[derive(Debug, PartialEq, Eq)]
struct Violation {
    pos: Pos,
    message: String,
}

/// One walk through a document.
struct Checker<'a> {
    system: &'a TypeSystem,
    document: &'a ExecutableDocument,
    violations: Vec<Violation>,
    /// The variables and fragments that the definition under way uses.
    uses: Uses<'a>,
    /// The same of every fragment.
    fragment_uses: HashMap<&'a Name, Uses<'a>>,
}

impl<'a> Checker<'a> {
    fn new(system: &'a TypeSystem, document: &'a ExecutableDocument) -> Self {
        Self {
            system,
            document,
            violations: Vec::new(),
            uses: Uses::default(),
            fragment_uses: HashMap::new(),
        }
    }

    /// Keeps an error, while there are few: a small document must not buy a long list.
    fn report(&mut self, pos: Pos, message: String) {
        if self.violations.len() < MAX_ERRORS {
            self.violations.push(Violation { pos, message });
        }
    }
}
