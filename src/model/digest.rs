//! Keyed hashes of one-time secrets, as an account stores them.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use serde::{Deserialize, Serialize};

/// A keyed hash of a code or a ticket, useless to a reader of the store without the key. Compared
/// in constant time.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digest {
    text: String,
    /// The same by former keys, if it was just computed.
    #[serde(skip)]
    former: Vec<String>,
}

impl Digest {
    /// Wraps the text of a digest.
    #[must_use]
    pub const fn new(text: String) -> Self {
        Self {
            text,
            former: Vec::new(),
        }
    }

    /// Adds the digests of the same by former keys: a stored one may be any of them.
    #[must_use]
    pub fn or_former(mut self, former: Vec<String>) -> Self {
        self.former = former;
        self
    }

    fn is_any_of(&self, other: &Self) -> bool {
        let mut others = [&other.text].into_iter().chain(&other.former);
        others.any(|it| verify_slices_are_equal(self.text.as_bytes(), it.as_bytes()).is_ok())
    }
}

impl Eq for Digest {}

impl PartialEq for Digest {
    fn eq(&self, other: &Self) -> bool {
        self.is_any_of(other) || other.is_any_of(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(text: &str) -> Digest {
        Digest::new(text.to_owned())
    }

    #[test]
    fn computed_digest_equals_one_of_a_former_key() {
        let computed = digest("new").or_former(vec!["old".to_owned()]);
        for (stored, is_equal) in [("new", true), ("old", true), ("other", false)] {
            assert_eq!(computed == digest(stored), is_equal, "{stored}");
            assert_eq!(digest(stored) == computed, is_equal, "{stored}");
        }
    }

    #[test]
    fn digests_of_former_keys_are_not_stored() {
        let computed = digest("new").or_former(vec!["old".to_owned()]);
        assert_eq!(serde_json::to_string(&computed).unwrap(), "\"new\"");
    }
}
