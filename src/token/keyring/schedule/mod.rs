//! The schedule of the keys: from when each one signs, and until when it verifies. Nothing here
//! reads a clock or a file.
//!
//! Keys are ordered. Each has a time from which it signs; it signs until the next one begins, and
//! verifies for as long as the last token that it signed can live. So a rotation is one new file,
//! and needs no second step to end the old key.

use std::sync::Arc;
use std::time::Duration;

use super::key::SigningKey;
use crate::model::Timestamp;
use crate::token::access::LEEWAY;

/// A key's position in the order.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// The number in the key's file name.
    pub(super) number: u32,
    /// The time from which the key signs.
    pub(super) signs_from: Timestamp,
    /// The key's id.
    pub(super) kid: String,
    /// The key; `None` once it is retired. The entry still gives the time at which the key before
    /// it stopped signing.
    pub(super) key: Option<Arc<SigningKey>>,
}

/// The state of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// The key is published and accepted, so that all resource servers know it before it signs.
    Next {
        /// The time from which the key signs.
        signs_from: Timestamp,
    },
    /// The key signs.
    Signing,
    /// The key no longer signs, but tokens that it signed may be valid.
    Verifying {
        /// The time at which the last of them expires; `None` for a key that verifies for as long
        /// as it is configured.
        until: Option<Timestamp>,
    },
    /// Every token that the key signed has expired.
    Ended,
    /// The key was retired early, and no token that it signed is accepted.
    Retired,
}

impl KeyState {
    /// Returns whether tokens of a key in this state are accepted and the key is published.
    #[must_use]
    pub const fn is_good(self) -> bool {
        matches!(
            self,
            Self::Next { .. } | Self::Signing | Self::Verifying { .. }
        )
    }
}

/// The keys in their order, the oldest first.
#[derive(Debug)]
pub(super) struct Schedule {
    entries: Vec<Entry>,
    /// The lifetime of tokens; `None` if keys do not end by themselves.
    lifetime: Option<Duration>,
}

impl Schedule {
    /// Returns `None` if no key can sign.
    pub(super) fn new(entries: Vec<Entry>, lifetime: Option<Duration>) -> Option<Self> {
        let any = entries.iter().any(|entry| entry.key.is_some());
        any.then_some(Self { entries, lifetime })
    }

    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Returns the key that signs.
    ///
    /// # Panics
    /// Never panics: one key can sign.
    pub(super) fn signing(&self, now: Timestamp) -> &Arc<SigningKey> {
        self.entries[self.signer(now)]
            .key
            .as_ref()
            .expect("the signer is not retired")
    }

    /// Returns the key with exactly this id, if its tokens are accepted.
    pub(super) fn verifying(&self, kid: &str, now: Timestamp) -> Option<&Arc<SigningKey>> {
        let named = |(index, entry): &(usize, &Entry)| {
            entry.kid == kid && self.state(*index, now).is_good()
        };
        self.entries
            .iter()
            .enumerate()
            .find(named)
            .and_then(|(_, entry)| entry.key.as_ref())
    }

    /// Returns the state of each key, in their order.
    pub(super) fn states(
        &self,
        now: Timestamp,
    ) -> impl DoubleEndedIterator<Item = (&Entry, KeyState)> {
        self.entries
            .iter()
            .enumerate()
            .map(move |(index, entry)| (entry, self.state(index, now)))
    }

    /// Returns the keys whose tokens are accepted: the signing key first, then the next one, then
    /// the older ones from the newest on.
    pub(super) fn published(&self, now: Timestamp) -> Vec<&Entry> {
        let states = self.states(now).rev();
        let mut good: Vec<_> = states.filter(|(_, state)| state.is_good()).collect();
        good.sort_by_key(|(_, state)| *state != KeyState::Signing);
        good.into_iter().map(|(entry, _)| entry).collect()
    }

    /// Returns the index of the last key that has begun. If that one is retired, the next one takes
    /// over early.
    fn signer(&self, now: Timestamp) -> usize {
        let begun = self
            .entries
            .iter()
            .rposition(|entry| entry.signs_from <= now)
            .unwrap_or(0);
        let can_sign = |entry: &Entry| entry.key.is_some();
        let after = self.entries[begun..]
            .iter()
            .position(can_sign)
            .map(|index| begun + index);
        after
            .or_else(|| self.entries.iter().rposition(can_sign))
            .unwrap_or(begun)
    }

    fn state(&self, index: usize, now: Timestamp) -> KeyState {
        let entry = &self.entries[index];
        if entry.key.is_none() {
            return KeyState::Retired;
        }
        match index.cmp(&self.signer(now)) {
            std::cmp::Ordering::Greater => KeyState::Next {
                signs_from: entry.signs_from,
            },
            std::cmp::Ordering::Equal => KeyState::Signing,
            std::cmp::Ordering::Less => match self.until(index) {
                Some(until) if until <= now => KeyState::Ended,
                until => KeyState::Verifying { until },
            },
        }
    }

    /// Returns the time at which the last token that a key signed has expired, if another key
    /// follows. Differing clocks of nodes need no more: each node signs and dates by its own.
    pub(super) fn until(&self, index: usize) -> Option<Timestamp> {
        let successor = self.entries.get(index + 1)?;
        self.lifetime
            .map(|lifetime| successor.signs_from.plus(lifetime + LEEWAY))
    }
}

#[cfg(test)]
mod tests;
