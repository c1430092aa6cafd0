//! Attempts counted in a window of time.

use std::time::Duration;

use super::Timestamp;

/// The store's count under one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempts {
    /// The number of attempts, including the current one.
    pub count: u32,
    /// The end of the window, when the count starts again.
    pub resets_at: Timestamp,
}

/// The time to wait before the next attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait(pub Duration);

impl Wait {
    /// Returns the wait in whole seconds, rounded up, at least one. A client that waits that long
    /// is let through.
    #[must_use]
    pub fn seconds(self) -> u32 {
        u32::try_from(self.0.as_millis().div_ceil(1000))
            .unwrap_or(u32::MAX)
            .max(1)
    }
}
