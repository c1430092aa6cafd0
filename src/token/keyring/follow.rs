//! Follows changes of the key folder in a running server.

use std::sync::atomic::Ordering;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::runtime::{Handle, RuntimeFlavor};

use super::folder::{KeyFolder, Listing};
use super::schedule::Schedule;
use super::{Keyring, LONGEST_LIFETIME};
use crate::token::KeyError;

/// The interval between two checks of the folder.
const INTERVAL: Duration = Duration::from_secs(1);

/// The state of the folder as last checked.
pub(super) struct FolderState {
    /// The listing at the last successful read; `None` if the read failed.
    pub(super) listing: Option<Listing>,
    /// The time of the last check for an unknown key id.
    pub(super) checked_for_unknown: Option<Instant>,
}

impl Keyring {
    /// Follows the folder for as long as the future is polled. Keys that are not files never
    /// change.
    pub async fn watch(self) {
        while self.0.files.is_some() {
            tokio::time::sleep(INTERVAL).await;
            let keyring = self.clone();
            // A task that panicked has logged it; the next check may succeed.
            _ = tokio::task::spawn_blocking(move || keyring.refresh()).await;
        }
    }

    /// Checks the folder for changes and reads it if there are any. Returns whether the keys
    /// changed. A read error is logged once and the keys stay as they were: a server that has keys
    /// keeps working when its disk does not.
    ///
    /// Reads files, so it must not run on an async worker.
    pub fn refresh(&self) -> bool {
        self.refresh_with(
            self.0
                .folder_state
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }

    fn refresh_with(&self, mut state: MutexGuard<'_, FolderState>) -> bool {
        match self.changed(state.listing.as_ref()) {
            Ok(None) => false,
            Ok(Some((listing, schedule))) => {
                state.listing = Some(listing);
                tracing::info!(
                    newest = schedule.entries().last().map(|entry| &entry.kid),
                    "the keys have changed"
                );
                *self
                    .0
                    .schedule
                    .write()
                    .unwrap_or_else(PoisonError::into_inner) = Arc::new(schedule);
                // After the schedule, so that nothing is remembered of an older one as of this.
                self.0.generation.fetch_add(1, Ordering::SeqCst);
                true
            }
            Err(error) => {
                if state.listing.take().is_some() {
                    tracing::error!(%error, "the keys cannot be read: those that were read before stay");
                }
                false
            }
        }
    }

    fn changed(&self, listing: Option<&Listing>) -> Result<Option<(Listing, Schedule)>, KeyError> {
        let Some((folder, _)) = &self.0.files else {
            return Ok(None);
        };
        if listing.is_some() && listing == Some(&folder.listing()?) {
            return Ok(None);
        }
        match read_folder(folder)? {
            (listing, Some(schedule)) => Ok(Some((listing, schedule))),
            (_, None) => Err(folder.without_key()),
        }
    }

    /// Checks the folder at once for an unknown key id, at most once a second, so that forged ids
    /// cannot keep the disk busy.
    pub(super) fn check_for_unknown(&self) -> bool {
        // A check is running already.
        let Ok(mut state) = self.0.folder_state.try_lock() else {
            return false;
        };
        if self.0.files.is_none()
            || state
                .checked_for_unknown
                .is_some_and(|checked_for_unknown| checked_for_unknown.elapsed() < INTERVAL)
        {
            return false;
        }
        state.checked_for_unknown = Some(Instant::now());
        let refresh = || self.refresh_with(state);
        match Handle::try_current().map(|handle| handle.runtime_flavor()) {
            // The worker's other tasks move to another worker while this one reads.
            Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(refresh),
            _ => refresh(),
        }
    }
}

/// Lists first and reads second, so that a change in between is noticed at the next check.
pub(super) fn read_folder(folder: &KeyFolder) -> Result<(Listing, Option<Schedule>), KeyError> {
    Ok((
        folder.listing()?,
        Schedule::new(folder.read()?, Some(LONGEST_LIFETIME)),
    ))
}
