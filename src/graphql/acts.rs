//! What the log tells of a request: what was asked, what was done, and what became of it.

use std::sync::{Arc, Mutex, PoisonError};

/// The acts of one request, in the order in which they ended. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Acts(Arc<Mutex<Vec<Act>>>);

#[derive(Debug)]
struct Act {
    field: String,
    member: String,
}

/// For the log; an extension of the response.
#[derive(Clone, Debug)]
pub struct Told {
    /// The name that the client gave the operation, if any: a GraphQL name of bounded length.
    pub operation: Option<String>,
    /// The acts that were done, by their fields' names, with commas where there are several.
    pub acts: Option<String>,
    /// The code of the first error, else the member of its result union that each act ended in, else `ok`.
    pub outcome: String,
}

impl Acts {
    pub(super) fn push(&self, field: &str, member: &str) {
        let act = Act { field: field.to_owned(), member: member.to_owned() };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(act);
    }

    /// What is told of them, and of the error that came first.
    pub(super) fn told(&self, operation: Option<String>, code: Option<&str>) -> Told {
        let acts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let joined = |part: fn(&Act) -> &str| {
            let parts: Vec<&str> = acts.iter().map(part).collect();
            (!parts.is_empty()).then(|| parts.join(","))
        };
        let outcome = code.map(str::to_owned).or_else(|| joined(|act| &act.member));
        Told { operation, acts: joined(|act| &act.field), outcome: outcome.unwrap_or_else(|| "ok".to_owned()) }
    }
}
