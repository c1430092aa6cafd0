//! Refuses null for a variable that stands where null cannot be.
//!
//! A nullable variable may stand there if either has a default, and null is a value of the
//! variable. By the specification that is an error of the field, which is found only after earlier
//! mutations have taken effect.

use async_graphql::parser::types::{ExecutableDocument, OperationDefinition};
use async_graphql::{Pos, ServerError, Value, Variables};

use super::{Checker, Code, MAX_ERRORS, TypeSystem};

/// Checks the coerced variables of a valid operation.
///
/// # Errors
/// When a variable is null, and stands where null cannot be.
pub(in super::super) fn check_nulls(
    system: &TypeSystem,
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    variables: &Variables,
) -> Result<(), Vec<ServerError>> {
    if !variables.values().any(|value| *value == Value::Null) {
        return Ok(());
    }
    let mut checker = Checker::new(system, document);
    checker.fragments();
    checker.operation(operation, Pos::default());
    let uses = std::mem::take(&mut checker.uses);
    let fragments = checker.reached(uses.fragments);
    let in_fragments = fragments
        .into_iter()
        .filter_map(|name| checker.fragment_uses.get(name))
        .flat_map(|uses| &uses.variables);
    let mut errors: Vec<_> = uses
        .variables
        .iter()
        .chain(in_fragments)
        .filter_map(|variable| {
            let name = &variable.name;
            let ty = variable.location?.ty;
            let is_null = !ty.nullable && variables.get(name) == Some(&Value::Null);
            is_null.then(|| {
                let message = format!("A value of type \"{ty}\" is needed at \"${name}\".");
                let mut error = Code::BadUserInput.error(&message);
                error.locations.push(variable.pos);
                let path = Value::List(vec![Value::from(name.as_str())]);
                error.extensions.get_or_insert_default().set("path", path);
                error
            })
        })
        .collect();
    errors.sort_by(|one, other| one.locations.cmp(&other.locations));
    errors.truncate(MAX_ERRORS);
    if errors.is_empty() {
        Ok(())
    } else {
        Err(errors)
    }
}
