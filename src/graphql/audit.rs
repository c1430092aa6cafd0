//! The audit trail of a request: its operations and their results, for the access log.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_graphql::{PathSegment, ServerError};

use super::error::code_of;

/// The mutations of one request, in the order in which GraphQL executes them. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct AuditTrail(Arc<Mutex<Vec<AuditEntry>>>);

#[derive(Debug)]
struct AuditEntry {
    field: String,
    /// The field's key in the response: its alias or its name.
    key: String,
    /// The member of the result union. `None` while the operation runs, and if it ended in an
    /// error.
    member: Option<String>,
}

/// The fields of the access log that describe a GraphQL request. They travel as an extension of the
/// HTTP response.
#[derive(Clone, Debug)]
pub struct AuditFields {
    /// The client's name of the operation, if it has one: a GraphQL name of bounded length.
    pub operation: Option<String>,
    /// The names of the mutations that were executed, separated by commas.
    pub operations: Option<String>,
    /// The result of each mutation, separated by commas: a member of its result union, or the code
    /// of its error. Without mutations, the code of the first error, or `ok`.
    pub outcome: String,
}

impl AuditFields {
    /// Returns each mutation that was executed with its result; `query` for a request without one.
    pub fn results(&self) -> impl Iterator<Item = (&str, &str)> {
        let operations = self.operations.as_deref().unwrap_or("query");
        operations.split(',').zip(self.outcome.split(','))
    }
}

impl AuditTrail {
    /// Records that an operation begins.
    pub(super) fn begin(&self, field: &str, alias: Option<&str>) {
        let key = alias.unwrap_or(field).to_owned();
        self.entries().push(AuditEntry {
            field: field.to_owned(),
            key,
            member: None,
        });
    }

    /// Records the result of the operation that began last.
    pub(super) fn end(&self, member: &str) {
        if let Some(entry) = self.entries().last_mut() {
            entry.member = Some(member.to_owned());
        }
    }

    /// Returns the fields for the access log. An operation without a result has an error among
    /// `errors`.
    pub(super) fn fields(&self, operation: Option<String>, errors: &[ServerError]) -> AuditFields {
        let entries = self.entries();
        let first_code = errors.iter().find_map(code_of).unwrap_or("ok");
        if entries.is_empty() {
            return AuditFields {
                operation,
                operations: None,
                outcome: first_code.to_owned(),
            };
        }
        let names = entries.iter().map(|entry| entry.field.as_str());
        let outcomes = entries
            .iter()
            .map(|entry| entry.outcome(errors).unwrap_or(first_code));
        AuditFields {
            operation,
            operations: Some(joined(names)),
            outcome: joined(outcomes),
        }
    }

    fn entries(&self) -> MutexGuard<'_, Vec<AuditEntry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AuditEntry {
    fn outcome<'a>(&'a self, errors: &'a [ServerError]) -> Option<&'a str> {
        if let Some(member) = &self.member {
            return Some(member);
        }
        let own = |error: &&ServerError| {
            error.path.first() == Some(&PathSegment::Field(self.key.clone()))
        };
        errors.iter().find(own).and_then(code_of)
    }
}

fn joined<'a>(parts: impl Iterator<Item = &'a str>) -> String {
    parts.collect::<Vec<_>>().join(",")
}
