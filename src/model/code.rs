//! One-time codes, as an account stores them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::text;
use super::{Digest, Timestamp};

/// A code that was sent by email and can be spent once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Code {
    digest: Digest,
    expires_at: Timestamp,
    tries: u8,
    /// The codes that this one replaced, for as long as they would be valid.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    replaced: Vec<ReplacedCode>,
}

/// A code that a newer one replaced.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReplacedCode {
    digest: Digest,
    expires_at: Timestamp,
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
    /// The maximum number of replaced codes that a code remembers.
    const REPLACED: usize = 5;

    /// Creates a code that is valid for `lifetime` from now.
    #[must_use]
    pub fn new(digest: Digest, now: Timestamp, lifetime: Duration) -> Self {
        Self {
            digest,
            expires_at: now.plus(lifetime),
            tries: 0,
            replaced: Vec::new(),
        }
    }

    /// Returns the six digits of a code as typed: digits of any script, without the characters
    /// between them. Returns `None` for a text that cannot be a code.
    #[must_use]
    pub fn digits_of(typed: &str) -> Option<String> {
        let digits: String = typed
            .chars()
            .filter_map(text::digit)
            .take(Self::LENGTH + 1)
            .collect();
        (digits.len() == Self::LENGTH).then_some(digits)
    }

    /// Puts a new code in a slot, and remembers the one that it replaces. Emails overtake each
    /// other: an entry of the replaced code is no guess, and costs the new one no attempt.
    pub fn replace(slot: &mut Option<Self>, mut code: Self, now: Timestamp) {
        if let Some(old) = slot.take() {
            code.replaced = old.replaced;
            code.replaced.push(ReplacedCode {
                digest: old.digest,
                expires_at: old.expires_at,
            });
            code.replaced.retain(|it| now < it.expires_at);
            let surplus = code.replaced.len().saturating_sub(Self::REPLACED);
            code.replaced.drain(..surplus);
        }
        *slot = Some(code);
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
        let was_replaced =
            |replaced: &ReplacedCode| replaced.digest == *attempt && now < replaced.expires_at;
        if code.digest != *attempt && code.replaced.iter().any(was_replaced) {
            return Spend::Wrong;
        }
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
    fn entries_of_a_replaced_code_cost_no_attempt() {
        let mut slot = Some(code());
        let newer = Code::new(digest("newer"), NOW, Duration::from_mins(10));
        Code::replace(&mut slot, newer, NOW);
        for _ in 0..10 {
            assert_eq!(Code::spend(&mut slot, &digest("right"), NOW), Spend::Wrong);
        }
        assert_eq!(Code::spend(&mut slot, &digest("newer"), NOW), Spend::Right);
    }

    #[test]
    fn typed_code_is_its_six_digits() {
        for typed in [
            "123456",
            " 123-456 ",
            "123\u{2013}456",
            "\u{202d}１２３４５６\u{202c}",
        ] {
            assert_eq!(Code::digits_of(typed).as_deref(), Some("123456"), "{typed}");
        }
        for typed in ["", "hello", "12345", "1234567"] {
            assert_eq!(Code::digits_of(typed), None, "{typed}");
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
