//! One-time codes, as an account stores them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Digest, Timestamp};

/// A code that was sent by email and can be spent once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Code {
    digest: Digest,
    expires_at: Timestamp,
    tries: u8,
}

/// The result of an attempt to spend a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spend {
    /// The code matched and is now used up.
    Right,
    /// The code did not match, has expired, was used up, or never existed.
    Wrong,
}

impl Code {
    /// The number of digits in a code.
    pub const LENGTH: usize = 6;
    /// The number of attempts a code allows: the fifth uses it up, matching or not.
    pub const TRIES: u8 = 5;

    /// Creates a code that is valid for `lifetime` from now.
    #[must_use]
    pub fn new(digest: Digest, now: Timestamp, lifetime: Duration) -> Self {
        Self {
            digest,
            expires_at: now.plus(lifetime),
            tries: 0,
        }
    }

    /// Returns whether `other` is the same code, sent in the same email.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.digest == other.digest
    }

    /// Returns whether the code has expired or has no attempts left.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        now >= self.expires_at || self.tries >= Self::TRIES
    }

    /// Tries to spend the code in a slot. The attempt is counted before the comparison, in the same
    /// write.
    #[must_use]
    pub fn spend(slot: &mut Option<Self>, attempt: &Digest, now: Timestamp) -> Spend {
        let Some(code) = slot.as_mut().filter(|code| !code.is_over(now)) else {
            return Spend::Wrong;
        };
        code.tries += 1;
        if code.digest == *attempt {
            *slot = None;
            return Spend::Right;
        }
        Spend::Wrong
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(0);

    fn code() -> Code {
        Code::new(digest("right"), NOW, Duration::from_mins(10))
    }

    fn digest(text: &str) -> Digest {
        Digest::new(text.to_owned())
    }

    #[test]
    fn code_can_be_spent_only_once() {
        let mut slot = Some(code());
        assert_eq!(Code::spend(&mut slot, &digest("right"), NOW), Spend::Right);
        assert_eq!(Code::spend(&mut slot, &digest("right"), NOW), Spend::Wrong);
    }

    #[test]
    fn fifth_attempt_may_match_but_the_sixth_cannot() {
        for wrong in [4, 5] {
            let mut slot = Some(code());
            for _ in 0..wrong {
                assert_eq!(Code::spend(&mut slot, &digest("wrong"), NOW), Spend::Wrong);
            }
            let last = Code::spend(&mut slot, &digest("right"), NOW);
            assert_eq!(
                last == Spend::Right,
                wrong == 4,
                "after {wrong} wrong tries"
            );
        }
    }

    #[test]
    fn code_is_refused_from_its_expiry_on() {
        let last_moment = NOW.plus(Duration::from_millis(599_999));
        assert_eq!(
            Code::spend(&mut Some(code()), &digest("right"), last_moment),
            Spend::Right
        );
        let over = NOW.plus(Duration::from_mins(10));
        assert_eq!(
            Code::spend(&mut Some(code()), &digest("right"), over),
            Spend::Wrong
        );
    }
}
