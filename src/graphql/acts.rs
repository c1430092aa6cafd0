//! What the log tells of a request: what was asked, what was done, and what became of it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_graphql::{PathSegment, ServerError};

use super::fault::code_of;

/// The acts of one request, in their order: GraphQL runs mutations one after the other. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Acts(Arc<Mutex<Vec<Act>>>);

#[derive(Debug)]
struct Act {
    field: String,
    /// The name of the field in the answer.
    key: String,
    /// The member of the result union that it ended in; none while it runs, or when it ended in an error.
    member: Option<String>,
}

/// For the log; an extension of the response.
#[derive(Clone, Debug)]
pub struct Told {
    /// The name that the client gave the operation, if any: a GraphQL name of bounded length.
    pub operation: Option<String>,
    /// The acts that were asked for, by their fields' names, with commas where there are several.
    pub acts: Option<String>,
    /// What each act ended in: a member of its result union, or the code of its error. Without acts the code of the first
    /// error, or `ok`.
    pub outcome: String,
}

impl Acts {
    pub(super) fn begin(&self, field: &str, alias: Option<&str>) {
        let key = alias.unwrap_or(field).to_owned();
        self.acts().push(Act { field: field.to_owned(), key, member: None });
    }

    pub(super) fn end(&self, member: &str) {
        if let Some(act) = self.acts().last_mut() {
            act.member = Some(member.to_owned());
        }
    }

    /// What is told of them, and of the errors beside them.
    pub(super) fn told(&self, operation: Option<String>, errors: &[ServerError]) -> Told {
        let acts = self.acts();
        let first = errors.iter().find_map(code_of).unwrap_or("ok");
        let ended = |act: &Act| act.member.clone().unwrap_or_else(|| act.code(errors).unwrap_or(first).to_owned());
        let outcome = if acts.is_empty() { first.to_owned() } else { joined(acts.iter().map(ended)) };
        let fields = (!acts.is_empty()).then(|| joined(acts.iter().map(|act| act.field.clone())));
        Told { operation, acts: fields, outcome }
    }

    fn acts(&self) -> MutexGuard<'_, Vec<Act>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Act {
    fn code<'a>(&self, errors: &'a [ServerError]) -> Option<&'a str> {
        let is_its = |error: &&ServerError| error.path.first() == Some(&PathSegment::Field(self.key.clone()));
        errors.iter().find(is_its).and_then(code_of)
    }
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(",")
}
