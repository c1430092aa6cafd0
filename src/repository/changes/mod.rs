//! The feed of changes: reports which of the watched accounts have changed, whatever node changed
//! them.
//!
//! A node reports its own saves at once. The feed reports those of other processes: by a change
//! stream where the store has one, otherwise by looking at the versions of the watched accounts.

mod polled;
mod watched;

use async_trait::async_trait;

pub use polled::PolledChanges;
pub use watched::{Signal, Watch, WatchedAccounts};

/// Reports the changes that other processes make.
#[async_trait]
pub trait Changes: Send + Sync {
    /// Reports changes of watched accounts for as long as the future runs. It never ends by itself:
    /// a failure of the store is waited out, and what was missed is reported then.
    async fn report(&self, watched: &WatchedAccounts);

    /// Returns what the operator should correct, if the feed is not what the store could give.
    async fn problem(&self) -> Option<&'static str> {
        None
    }
}
