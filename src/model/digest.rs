//! Keyed hashes of one-time secrets, as an account stores them.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use serde::{Deserialize, Serialize};

/// A keyed hash of a code or a ticket, useless to a reader of the store without the key. Compared
/// in constant time.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digest(String);

impl Digest {
    /// Wraps the text of a digest.
    #[must_use]
    pub const fn new(digest: String) -> Self {
        Self(digest)
    }
}

impl Eq for Digest {}

impl PartialEq for Digest {
    fn eq(&self, other: &Self) -> bool {
        verify_slices_are_equal(self.0.as_bytes(), other.0.as_bytes()).is_ok()
    }
}
