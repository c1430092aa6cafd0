//! Keeps response times from telling whether an email address has an account.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until};

use super::account_store::{AccountStore, UpdateError, Updated};
use crate::hashing::Hashing;
use crate::model::{Account, Clock, Rng, Timestamp};
use crate::repository::{Repository, StoreError};

/// The earliest response: longer than the work takes on either store, and too short for a person to
/// notice.
const MIN_RESPONSE_TIME: Duration = Duration::from_millis(30);
/// The time for which the row of a decoy write is kept. Nothing reads its count.
const DECOY_WINDOW: Duration = Duration::from_hours(1);

/// Runs an operation, and returns its outcome no sooner than the minimum. The work is the same
/// number of reads and writes for every address; the minimum covers what is left, such as the
/// length of a document.
pub(super) async fn with_min_duration<T>(operation: impl Future<Output = T>) -> T {
    tokio::join!(operation, sleep(MIN_RESPONSE_TIME)).0
}

/// Pads response times, and does the work of an account for addresses that have no account.
pub(super) struct ResponseTiming {
    repository: Arc<dyn Repository>,
    hashing: Hashing,
    clock: Clock,
    rng: Rng,
}

impl ResponseTiming {
    pub(super) const fn new(
        repository: Arc<dyn Repository>,
        hashing: Hashing,
        clock: Clock,
        rng: Rng,
    ) -> Self {
        Self {
            repository,
            hashing,
            clock,
            rng,
        }
    }

    /// Runs an operation that hashes a password. Outcomes whose time could reveal something are
    /// returned no sooner than a hash takes.
    pub(super) async fn pad_to_hash_time<T>(
        &self,
        operation: impl Future<Output = T>,
        is_revealing: impl FnOnce(&T) -> bool,
    ) -> T {
        let started = Instant::now();
        let outcome = with_min_duration(operation).await;
        if is_revealing(&outcome) {
            sleep_until(started + self.hashing.padding_target()).await;
        }
        outcome
    }

    /// Does one write that changes nothing of an account: the work of queueing an email where there
    /// is no account.
    pub(super) async fn decoy_write(&self) -> Result<(), StoreError> {
        // One of 256 rows, so that many at a time do not wait for the same one.
        let [row] = self.rng.bytes();
        let key = format!("decoy:{row}");
        self.repository
            .increment(&key, DECOY_WINDOW, self.clock.now())
            .await?;
        Ok(())
    }

    /// Does the work of an email that is counted and queued.
    pub(super) async fn decoy_email(&self, is_counted: bool) -> Result<(), StoreError> {
        if is_counted {
            self.decoy_write().await?;
        }
        self.decoy_write().await
    }

    /// Updates an account at the cost of one write, even where the operation changes nothing.
    pub(super) async fn update_constant_work<T>(
        &self,
        store: &AccountStore,
        account: Account,
        operation: impl FnMut(&mut Account, Timestamp) -> T + Send,
    ) -> Result<Updated<T>, UpdateError> {
        let before = account.version;
        let updated = store.update(account, operation).await;
        if updated
            .as_ref()
            .is_ok_and(|updated| updated.account.version == before)
        {
            self.decoy_write().await?;
        }
        updated
    }
}
