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
    /// The same for an act that costs a hash, which takes longer than that pace: where its outcome is one that time could
    /// tell something of, it is answered no sooner than a hash would be.
    pub(super) async fn no_sooner_than_a_hash<T>(
        &self,
        act: impl Future<Output = T>,
        could_tell: impl FnOnce(&T) -> bool,
    ) -> T {
        let began = Instant::now();
        let outcome = no_sooner(act).await;
        if could_tell(&outcome) {
            sleep_until(began + self.hashing.pace()).await;
        }
        outcome
    }
}
