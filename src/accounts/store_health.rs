//! Keeps the result of the last probe of the store, which readiness reports.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep, timeout};

use crate::repository::{Repository, StoreError};

/// The interval between two probes.
const INTERVAL: Duration = Duration::from_secs(10);
/// The shortest pause between two probes: failures of many requests cause one.
const PAUSE: Duration = Duration::from_secs(1);
/// The age at which the last result says nothing about the store.
const STALE: Duration = Duration::from_secs(40);

/// The state of the store, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreState {
    /// No probe has ended yet, or the last one is too long ago.
    Unknown,
    /// The last probe wrote its document.
    Writable,
    /// The last probe failed.
    Failing,
}

/// Probes the store in the background, and at once after a failure.
pub struct StoreHealth {
    repository: Arc<dyn Repository>,
    failed: Notify,
    last: Mutex<Option<(Instant, bool)>>,
}

impl StoreHealth {
    pub(super) fn new(repository: Arc<dyn Repository>) -> Self {
        Self {
            repository,
            failed: Notify::new(),
            last: Mutex::default(),
        }
    }

    /// Returns the state by the last probe. Never calls the store.
    #[must_use]
    pub fn state(&self) -> StoreState {
        let last = *self.last.lock().unwrap_or_else(PoisonError::into_inner);
        match last {
            Some((at, is_writable)) if at.elapsed() < STALE => {
                if is_writable {
                    StoreState::Writable
                } else {
                    StoreState::Failing
                }
            }
            _ => StoreState::Unknown,
        }
    }

    /// Writes one document and deletes it, and keeps the result.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn probe(&self) -> Result<(), StoreError> {
        let probed = self.repository.probe().await;
        let result = (Instant::now(), probed.is_ok());
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
        probed
    }

    /// Probes the store for ever, and logs when its state changes.
    pub async fn watch(&self) {
        loop {
            // A failure that came during the pause has left its mark.
            _ = timeout(INTERVAL, self.failed.notified()).await;
            let before = self.state();
            match self.probe().await {
                Ok(()) if before == StoreState::Failing => {
                    tracing::info!("the store can be written again");
                }
                Err(error) if before != StoreState::Failing => {
                    tracing::error!(%error, "the store cannot be written: not ready");
                }
                _ => {}
            }
            sleep(PAUSE).await;
        }
    }

    /// Notes a failure, which causes a probe.
    pub(super) fn observe<T>(&self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        if result.is_err() {
            self.failed.notify_one();
        }
        result
    }
}
