//! The handles of passkey ceremonies that an account has seen: each is good once.

use serde::{Deserialize, Serialize};

use super::{Digest, Timestamp};

/// The maximum number of handles that are remembered. Further ones are refused until the oldest has
/// expired.
const MAX_SPENT: usize = 100;

/// A handle that was used, until it expires by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SpentHandle {
    digest: Digest,
    until: Timestamp,
}

/// The handles that an account has seen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SpentHandles {
    spent: Vec<SpentHandle>,
    /// The time before which no handle may have been issued: the account was restored then, and has
    /// forgotten what was used.
    #[serde(skip_serializing_if = "Option::is_none")]
    restored_at: Option<Timestamp>,
}

impl SpentHandles {
    /// Returns whether there is nothing to remember.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.spent.is_empty() && self.restored_at.is_none()
    }

    /// Returns whether a handle can be spent: it was not used before.
    #[must_use]
    pub fn is_good(&self, digest: &Digest, issued_at: Timestamp) -> bool {
        let is_used = self.spent.iter().any(|it| it.digest == *digest);
        let is_forgotten = self.restored_at.is_some_and(|it| issued_at <= it);
        !is_used && !is_forgotten && self.spent.len() < MAX_SPENT
    }

    /// Spends a handle. Returns false if it was used before.
    pub fn spend(&mut self, digest: &Digest, issued_at: Timestamp, until: Timestamp) -> bool {
        let is_good = self.is_good(digest, issued_at);
        if is_good {
            self.spent.push(SpentHandle {
                digest: digest.clone(),
                until,
            });
        }
        is_good
    }

    /// Refuses every handle that was issued until now.
    pub fn void(&mut self, now: Timestamp) {
        self.restored_at = Some(now);
    }

    pub(super) fn prune_expired(&mut self, now: Timestamp) {
        self.spent.retain(|it| now < it.until);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

    fn spend(handles: &mut SpentHandles, name: &str, issued_at: Timestamp) -> bool {
        let until = issued_at.plus(Duration::from_mins(5));
        handles.spend(&Digest::new(name.to_owned()), issued_at, until)
    }

    #[test]
    fn handle_is_good_once_until_it_expires() {
        let mut handles = SpentHandles::default();
        assert!(spend(&mut handles, "a", NOW) && !spend(&mut handles, "a", NOW));
        handles.prune_expired(NOW.plus(Duration::from_secs(299)));
        assert!(!spend(&mut handles, "a", NOW));
        handles.prune_expired(NOW.plus(Duration::from_mins(5)));
        assert!(handles.is_empty());
    }

    #[test]
    fn handle_from_before_a_restore_is_refused() {
        let mut handles = SpentHandles::default();
        handles.void(NOW);
        assert!(!spend(&mut handles, "a", NOW));
        assert!(spend(&mut handles, "a", NOW.plus(Duration::from_millis(1))));
    }

    #[test]
    fn handles_beyond_the_maximum_are_refused() {
        let mut handles = SpentHandles::default();
        for index in 0..MAX_SPENT {
            assert!(spend(&mut handles, &index.to_string(), NOW));
        }
        assert!(!spend(&mut handles, "one more", NOW));
    }
}
