//! Codes that sign in, each bound to the browser that requested it.

use serde::{Deserialize, Serialize};

use super::{Code, Digest, Spend, Timestamp};

/// The number of requests that can wait at a time: one more displaces the oldest.
const MAX_CODES: usize = 5;

/// A code that signs in, and the ticket that it is good with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SignInCode {
    ticket: Digest,
    code: Option<Code>,
}

/// The codes of an account that sign in, the oldest first. A stranger's request voids no other.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SignInCodes(Vec<SignInCode>);

impl SignInCodes {
    /// Adds a code for one ticket.
    pub fn add(&mut self, ticket: Digest, code: Code) {
        let surplus = (self.0.len() + 1).saturating_sub(MAX_CODES);
        self.0.drain(..surplus);
        let code = Some(code);
        self.0.push(SignInCode { ticket, code });
    }

    /// Tries to spend the code of a ticket. Right, it voids the other codes too: the user is in.
    #[must_use]
    pub fn spend(&mut self, ticket: &Digest, attempt: &Digest, now: Timestamp) -> Spend {
        let waiting = self.0.iter_mut().find(|it| it.ticket == *ticket);
        let spend = waiting.map_or(Spend::Wrong, |it| Code::spend(&mut it.code, attempt, now));
        if spend == Spend::Right {
            self.clear();
        }
        spend
    }

    /// Returns whether no code waits.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Removes every code.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    pub(super) fn prune_expired(&mut self, now: Timestamp) {
        self.0
            .retain(|it| it.code.as_ref().is_some_and(|code| !code.is_over(now)));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(0);

    fn digest(text: &str) -> Digest {
        Digest::new(text.to_owned())
    }

    fn codes(names: &[&str]) -> SignInCodes {
        let mut codes = SignInCodes::default();
        for name in names {
            let code = Code::new(
                digest(&format!("code {name}")),
                NOW,
                Duration::from_mins(10),
            );
            codes.add(digest(name), code);
        }
        codes
    }

    #[test]
    fn code_is_good_with_its_own_ticket_only() {
        let mut codes = codes(&["a", "b"]);
        assert_eq!(
            codes.spend(&digest("a"), &digest("code b"), NOW),
            Spend::Wrong
        );
        assert_eq!(
            codes.spend(&digest("c"), &digest("code a"), NOW),
            Spend::Wrong
        );
        assert_eq!(
            codes.spend(&digest("a"), &digest("code a"), NOW),
            Spend::Right
        );
        assert_eq!(
            codes.spend(&digest("b"), &digest("code b"), NOW),
            Spend::Wrong
        );
    }

    #[test]
    fn sixth_request_displaces_the_oldest() {
        let mut codes = codes(&["a", "b", "c", "d", "e", "f"]);
        assert_eq!(
            codes.spend(&digest("a"), &digest("code a"), NOW),
            Spend::Wrong
        );
        assert_eq!(
            codes.spend(&digest("b"), &digest("code b"), NOW),
            Spend::Right
        );
    }
}
