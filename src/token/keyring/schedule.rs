//! Which key signs when, and until when each one verifies. Nothing here reads a clock or a file.
//!
//! Keys come in an order. Each has a time from which it signs; it does so until the next one begins, and goes on to
//! verify for as long as the last token that it signed can live. So a rotation is one new file, and nobody has to come
//! back to end it.

use std::sync::Arc;
use std::time::Duration;

use super::key::SigningKey;
use crate::model::Timestamp;
use crate::token::access::LEEWAY;

/// One place in the order.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// The number that its file is named by.
    pub(super) number: u32,
    /// When it begins to sign.
    pub(super) signs_from: Timestamp,
    /// The key's name.
    pub(super) kid: String,
    /// The key; none when it was retired. Its place still tells when the key before it signed last.
    pub(super) key: Option<Arc<SigningKey>>,
}

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// Shown and accepted, so that everybody knows it when it begins to sign.
    Next {
        /// When it begins.
        signs_from: Timestamp,
    },
    /// It signs.
    Signing,
    /// It signs no more, but tokens that it signed may live.
    Verifying {
        /// When the last of them has expired; none for a key that is good as long as it is given.
        until: Option<Timestamp>,
    },
    /// Every token that it signed has expired.
    Ended,
    /// It was ended before its time, and nothing that it signed is accepted.
    Retired,
}

impl KeyState {
    /// Whether tokens of a key in this state are accepted, and the key is shown.
    #[must_use]
    pub const fn is_good(self) -> bool {
        matches!(
            self,
            Self::Next { .. } | Self::Signing | Self::Verifying { .. }
        )
    }
}

/// Keys in their order, the oldest first.
#[derive(Debug)]
pub(super) struct Schedule {
    entries: Vec<Entry>,
    /// How long a token can live; none where keys do not end by themselves.
    lifetime: Option<Duration>,
}

impl Schedule {
    /// None without a key that can sign.
    pub(super) fn new(entries: Vec<Entry>, lifetime: Option<Duration>) -> Option<Self> {
        let any = entries.iter().any(|entry| entry.key.is_some());
        any.then_some(Self { entries, lifetime })
    }

    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The key that signs.
    ///
    /// # Panics
    /// Never: there is one that can.
    pub(super) fn signing(&self, now: Timestamp) -> &Arc<SigningKey> {
        self.entries[self.signer(now)]
            .key
            .as_ref()
            .expect("the signer is not retired")
    }

    /// The key of exactly this name, if its tokens are accepted.
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

    /// What each key does, in their order.
    pub(super) fn states(
        &self,
        now: Timestamp,
    ) -> impl DoubleEndedIterator<Item = (&Entry, KeyState)> {
        self.entries
            .iter()
            .enumerate()
            .map(move |(index, entry)| (entry, self.state(index, now)))
    }

    /// The last that has begun. Where that was retired, the next one takes over before its time.
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

    /// When the last token that a key signed has expired, if another key comes after it. Nodes whose clocks differ need
    /// no more: each signs and dates by its own.
    pub(super) fn until(&self, index: usize) -> Option<Timestamp> {
        let successor = self.entries.get(index + 1)?;
        self.lifetime
            .map(|lifetime| successor.signs_from.plus(lifetime + LEEWAY))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::keyring::pem::{KeyAlgorithm, keys_in};

    const LIFETIME: Duration = Duration::from_mins(1);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    /// Keys that begin at these times; one that begins at a negative time was retired.
    fn schedule(begin: &[i64]) -> Schedule {
        let key = Arc::new(keys_in(&KeyAlgorithm::EdDsa.generate()).unwrap().remove(0));
        let entries = begin.iter().zip(1..).map(|(begin, number)| Entry {
            number,
            signs_from: at(begin.abs()),
            kid: format!("k{number}"),
            key: (*begin >= 0).then(|| key.clone()),
        });
        Schedule::new(entries.collect(), Some(LIFETIME)).unwrap()
    }

    fn states(schedule: &Schedule, now: i64) -> Vec<KeyState> {
        schedule.states(at(now)).map(|(_, state)| state).collect()
    }

    use KeyState::{Ended, Next, Retired, Signing, Verifying};

    #[test]
    fn a_key_is_next_then_signs_then_verifies_then_ends() {
        let schedule = schedule(&[0, 100, 200]);
        assert_eq!(
            states(&schedule, 99),
            [
                Signing,
                Next {
                    signs_from: at(100)
                },
                Next {
                    signs_from: at(200)
                }
            ]
        );
        let first = Verifying {
            until: Some(at(165)),
        };
        assert_eq!(
            states(&schedule, 100),
            [
                first,
                Signing,
                Next {
                    signs_from: at(200)
                }
            ]
        );
        assert_eq!(
            states(&schedule, 164),
            [
                first,
                Signing,
                Next {
                    signs_from: at(200)
                }
            ]
        );
        assert_eq!(
            states(&schedule, 165),
            [
                Ended,
                Signing,
                Next {
                    signs_from: at(200)
                }
            ]
        );
        assert_eq!(states(&schedule, 1000), [Ended, Ended, Signing]);
    }

    #[test]
    fn a_name_is_matched_exactly_and_only_while_the_key_is_good() {
        let schedule = schedule(&[0, 100, 200]);
        for (kid, now, is_good) in [
            ("k1", 164, true),
            ("k1", 165, false),
            ("k2", 0, true),
            ("k", 0, false),
            ("K1", 0, false),
            ("", 0, false),
        ] {
            assert_eq!(
                schedule.verifying(kid, at(now)).is_some(),
                is_good,
                "{kid} at {now}"
            );
        }
    }

    #[test]
    fn before_all_times_the_first_signs() {
        // Another node's clock is ahead of this one's.
        assert_eq!(states(&schedule(&[50]), 10), [Signing]);
    }

    #[test]
    fn where_the_signing_key_is_retired_the_next_takes_over_and_the_one_before_keeps_its_end() {
        let schedule = schedule(&[0, -100, 700]);
        assert_eq!(
            states(&schedule, 120),
            [
                Verifying {
                    until: Some(at(165))
                },
                Retired,
                Signing
            ]
        );
        assert_eq!(states(&schedule, 165), [Ended, Retired, Signing]);
        assert!(schedule.verifying("k2", at(120)).is_none());
    }

    #[test]
    fn where_all_keys_that_have_begun_are_retired_an_older_one_never_signs_while_there_is_a_newer()
    {
        assert_eq!(states(&schedule(&[0, -100, -150, 700]), 160)[3], Signing);
    }

    #[test]
    fn without_a_lifetime_keys_do_not_end() {
        let keys = schedule(&[0, 0]).entries;
        let given = Schedule::new(keys, None).unwrap();
        assert_eq!(
            states(&given, i64::from(i32::MAX)),
            [Verifying { until: None }, Signing]
        );
    }

    #[test]
    fn there_is_no_schedule_without_a_key() {
        assert!(Schedule::new(Vec::new(), None).is_none());
        let retired = Entry {
            number: 1,
            signs_from: at(0),
            kid: String::new(),
            key: None,
        };
        assert!(Schedule::new(vec![retired], None).is_none());
    }
}
