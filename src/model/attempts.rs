//! How often something was tried in a window of time.

use std::time::Duration;

use super::Timestamp;

/// What the store has counted under one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempts {
    /// How many, this one included.
    pub count: u32,
    /// When the count starts anew.
    pub resets_at: Timestamp,
}

/// How long to wait before the next try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait(pub Duration);

impl Wait {
    /// Whole seconds, rounded up, at least one: whoever waits that long is let through.
    #[must_use]
    pub fn seconds(self) -> u32 {
        u32::try_from(self.0.as_millis().div_ceil(1000))
            .unwrap_or(u32::MAX)
            .max(1)
    }
}
