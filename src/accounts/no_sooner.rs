//! Time tells nothing: acts whose work depends on whether an address has an account answer at one pace.

use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until};

use super::Accounts;

/// The earliest answer: longer than the work takes on either store, and too short for a person to notice.
const PACE: Duration = Duration::from_millis(30);

/// Does an act, and answers no sooner than the pace. The work is the same number of reads and writes for every address;
/// this covers what is left, such as the length of a document.
pub(super) async fn no_sooner<T>(act: impl Future<Output = T>) -> T {
    tokio::join!(act, sleep(PACE)).0
}

impl Accounts {
    /// Waits, where an act that began then cost a hash, which takes longer than that pace.
    pub(super) async fn no_sooner_than_a_hash(&self, began: Instant) {
        sleep_until(began + self.hashing.pace()).await;
    }
}
