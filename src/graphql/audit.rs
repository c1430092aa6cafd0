//! What the log tells of a request: what was asked, what was done, and what became of it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_graphql::{PathSegment, ServerError};

use super::error::code_of;

/// The acts of one request, in their order: GraphQL runs mutations one after the other. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct AuditTrail(Arc<Mutex<Vec<AuditEntry>>>);

#[derive(Debug)]
struct AuditEntry {
    field: String,
    /// The name of the field in the answer.
    key: String,
    /// The member of the result union that it ended in; none while it runs, or when it ended in an error.
    member: Option<String>,
}

/// For the log; an extension of the response.
#[derive(Clone, Debug)]
pub struct AuditFields {
    /// The name that the client gave the operation, if any: a GraphQL name of bounded length.
    pub operation: Option<String>,
    /// The acts that were asked for, by their fields' names, with commas where there are several.
    pub operations: Option<String>,
    /// What each act ended in: a member of its result union, or the code of its error. Without acts the code of the first
    /// error, or `ok`.
    pub outcome: String,
}

impl AuditTrail {
    pub(super) fn begin(&self, field: &str, alias: Option<&str>) {
        let key = alias.unwrap_or(field).to_owned();
        self.entries().push(AuditEntry {
            field: field.to_owned(),
            key,
            member: None,
        });
    }

    pub(super) fn end(&self, member: &str) {
        if let Some(entry) = self.entries().last_mut() {
            entry.member = Some(member.to_owned());
        }
    }

    /// What is told of them, and of the errors beside them.
    pub(super) fn fields(&self, operation: Option<String>, errors: &[ServerError]) -> AuditFields {
        let entries = self.entries();
        let first = errors.iter().find_map(code_of).unwrap_or("ok");
        let ended = |entry: &AuditEntry| {
            entry
                .member
                .clone()
                .unwrap_or_else(|| entry.code(errors).unwrap_or(first).to_owned())
        };
        let outcome = if entries.is_empty() {
            first.to_owned()
        } else {
            joined(entries.iter().map(ended))
        };
        let fields =
            (!entries.is_empty()).then(|| joined(entries.iter().map(|entry| entry.field.clone())));
        AuditFields {
            operation,
            operations: fields,
            outcome,
        }
    }

    fn entries(&self) -> MutexGuard<'_, Vec<AuditEntry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AuditEntry {
    fn code<'a>(&self, errors: &'a [ServerError]) -> Option<&'a str> {
        let is_its = |error: &&ServerError| {
            error.path.first() == Some(&PathSegment::Field(self.key.clone()))
        };
        errors.iter().find(is_its).and_then(code_of)
    }
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(",")
}
