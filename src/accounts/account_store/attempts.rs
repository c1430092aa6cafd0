//! Counts attempts, and uses of texts that are good once.

use std::time::Duration;

use super::AccountStore;
use crate::model::{Attempts, Timestamp};
use crate::repository::StoreError;

impl AccountStore {
    /// Counts one attempt under a key.
    pub(in crate::accounts) async fn increment(
        &self,
        key: &str,
        window: Duration,
        now: Timestamp,
    ) -> Result<Attempts, StoreError> {
        let counted = self.repository.increment(key, window, now).await;
        self.health.observe(counted)
    }

    /// Takes one attempt back.
    pub(in crate::accounts) async fn decrement(&self, key: &str) -> Result<(), StoreError> {
        let released = self.repository.decrement(key, self.clock.now()).await;
        self.health.observe(released)
    }

    /// Counts a use of a text that is known by its digest, and returns the number of its uses so far.
    /// They are forgotten after `lifetime`, when the text has expired itself.
    pub(in crate::accounts) async fn count_use(
        &self,
        digest: &str,
        lifetime: Duration,
    ) -> Result<u32, StoreError> {
        let key = format!("use:{digest}");
        let counted = self.increment(&key, lifetime, self.now()).await?;
        Ok(counted.count)
    }
}
