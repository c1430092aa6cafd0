//! The time, injected.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

/// A point in time, UTC, to the millisecond: stored as milliseconds since the epoch, so that both
/// stores can index it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Creates the time that is `millis` milliseconds after the epoch.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Returns the milliseconds since the epoch.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Returns the whole seconds since the epoch, rounded down, as JWT claims count them.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// Returns the time that is `duration` later.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(millis))
    }

    /// Returns the duration until `later`; zero if that has passed.
    #[must_use]
    pub fn until(self, later: Self) -> Duration {
        Duration::from_millis(u64::try_from(later.0.saturating_sub(self.0)).unwrap_or(0))
    }

    /// Formats the time as RFC 3339 in UTC with milliseconds, such as `2026-11-22T09:30:00.000Z`.
    #[must_use]
    pub fn to_rfc3339(self) -> String {
        DateTime::<Utc>::from_timestamp_millis(self.0)
            .unwrap_or_default()
            .to_rfc3339_opts(SecondsFormat::Millis, true)
    }
}

/// A clock: the system's, or one that a test moves.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    /// Returns the system's clock.
    #[must_use]
    pub const fn system() -> Self {
        Self(Source::System)
    }

    /// Creates a clock that stands still until it is moved; clones move with it.
    #[must_use]
    pub fn fixed(at: Timestamp) -> Self {
        Self(Source::Fixed(Arc::new(AtomicI64::new(at.0))))
    }

    /// Returns the current time.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that asks the system for the time"
    )]
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Source::System => Timestamp(Utc::now().timestamp_millis()),
            Source::Fixed(millis) => Timestamp(millis.load(Ordering::SeqCst)),
        }
    }

    /// Moves a fixed clock forward; does nothing to the system's clock.
    pub fn advance(&self, by: Duration) {
        if let Source::Fixed(millis) = &self.0 {
            let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
            millis.fetch_add(by, Ordering::SeqCst);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamp_formats_as_rfc_3339_with_milliseconds() {
        assert_eq!(
            Timestamp::from_millis(1_795_339_800_000).to_rfc3339(),
            "2026-11-22T09:30:00.000Z"
        );
    }

    #[test]
    fn fixed_clock_moves_for_all_its_clones() {
        let clock = Clock::fixed(Timestamp::from_millis(1000));
        let other = clock.clone();
        clock.advance(Duration::from_secs(2));
        assert_eq!(other.now(), Timestamp::from_millis(3000));
    }
}
