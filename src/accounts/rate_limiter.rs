//! Counts attempts where they are made: inside the operations.

use std::sync::Arc;

use futures_util::future::try_join_all;

use super::AccountStore;
use crate::model::{Attempts, Timestamp, Wait};
use crate::rate_limit::Key;
use crate::repository::StoreError;
use crate::token::{Purpose, Secret};

/// Counts attempts in the store, and compares the counts with the limits.
pub(super) struct RateLimiter {
    store: Arc<AccountStore>,
    secret: Secret,
    enabled: bool,
}

impl RateLimiter {
    pub(super) fn new(store: &Arc<AccountStore>, secret: Secret, enabled: bool) -> Self {
        Self {
            store: store.clone(),
            secret,
            enabled,
        }
    }

    /// Returns whether limits are enforced.
    pub(super) const fn is_enabled(&self) -> bool {
        self.enabled
    }

    /// Returns the time by which windows are counted.
    pub(super) fn now(&self) -> Timestamp {
        self.store.now()
    }

    /// Counts one attempt under each key, in this order, and stops at the first limit that is
    /// exceeded: an attempt that the client's own limit refuses is not counted against the email
    /// address. Returns how long to wait.
    pub(super) async fn check(&self, keys: &[Key<'_>]) -> Result<Option<Wait>, StoreError> {
        if !self.enabled {
            return Ok(None);
        }
        for key in keys {
            let now = self.store.now();
            let attempts = self.increment(key, now).await?;
            if let Err(wait) = key.limit.evaluate(attempts, now) {
                return Ok(Some(wait));
            }
        }
        Ok(None)
    }

    /// Counts one attempt under one key, whether or not it is within the limit.
    pub(super) async fn increment(
        &self,
        key: &Key<'_>,
        now: Timestamp,
    ) -> Result<Attempts, StoreError> {
        let counter = self.counter(key);
        let window = key.limit.window();
        self.store.increment(&counter, window, now).await
    }

    /// Takes back attempts that turned out not to be guesses.
    pub(super) async fn release(&self, keys: &[Key<'_>]) -> Result<(), StoreError> {
        if self.enabled {
            let decrement = async |key: &Key<'_>| {
                let counter = self.counter(key);
                self.store.decrement(&counter).await
            };
            try_join_all(keys.iter().map(decrement)).await?;
        }
        Ok(())
    }

    /// Deletes the counts under keys whose subject is no more.
    pub(super) async fn forget(&self, keys: &[Key<'_>]) -> Result<(), StoreError> {
        let counters: Vec<_> = keys.iter().map(|key| self.counter(key)).collect();
        self.store.forget_attempts(&counters).await
    }

    /// Returns a counter's name. It holds a digest, so that the store lists no addresses of people
    /// without an account.
    fn counter(&self, key: &Key<'_>) -> String {
        let parts: Vec<&[u8]> = key.subject.iter().map(|part| part.as_bytes()).collect();
        let digest = self.secret.digest_text(Purpose::Counter, &parts);
        format!("{}:{digest}", key.limit.name())
    }
}
