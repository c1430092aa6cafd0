//! One-time codes, as an account keeps them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Digest, Timestamp};

/// A code that was mailed and waits to be spent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Code {
    digest: Digest,
    expires_at: Timestamp,
    tries: u8,
}

/// What became of a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spend {
    /// It was the code, which is gone now.
    Right,
    /// It was not, or there is no code (any more).
    Wrong,
}

impl Code {
    /// How many digits a code has.
    pub const LENGTH: usize = 6;
    /// How many tries a code bears: with the fifth it is gone, right or wrong.
    pub const TRIES: u8 = 5;

    /// A code that lives so long from now.
    #[must_use]
    pub fn new(digest: Digest, now: Timestamp, lifetime: Duration) -> Self {
        Self {
            digest,
            expires_at: now.plus(lifetime),
            tries: 0,
        }
    }

    /// Whether it is the code that another one is: sent in the same letter.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.digest == other.digest
    }

    /// Whether it can be spent no more.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        now >= self.expires_at || self.tries >= Self::TRIES
    }

    /// Tries to spend the code in a slot. The try is counted before the compare, in the same write.
    #[must_use]
    pub fn spend(slot: &mut Option<Self>, given: &Digest, now: Timestamp) -> Spend {
        let Some(code) = slot.as_mut().filter(|code| !code.is_over(now)) else {
            return Spend::Wrong;
        };
        code.tries += 1;
        if code.digest == *given {
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
    fn a_code_is_spent_once() {
        let mut slot = Some(code());
        assert_eq!(Code::spend(&mut slot, &digest("right"), NOW), Spend::Right);
        assert_eq!(Code::spend(&mut slot, &digest("right"), NOW), Spend::Wrong);
    }

    #[test]
    fn the_fifth_try_may_be_right_the_sixth_not() {
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
    fn a_code_dies_at_its_time() {
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
