//! How a running server follows the folder of its keys.

use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::runtime::{Handle, RuntimeFlavor};

use super::folder::{KeyFolder, Listing};
use super::schedule::Schedule;
use super::{Keyring, LONGEST_LIFETIME};
use crate::token::KeyError;

/// How often the folder is looked at, at most and at least.
const LOOK: Duration = Duration::from_secs(1);

/// What is known of the folder.
pub(super) struct Looked {
    /// What was there when it was read last; nothing where that failed.
    pub(super) seen: Option<Listing>,
    /// When an unknown name made it look.
    pub(super) asked: Option<Instant>,
}

impl Keyring {
    /// Follows the folder, for as long as it is polled. Keys that are no files do not change.
    pub async fn watch(self) {
        while self.0.files.is_some() {
            tokio::time::sleep(LOOK).await;
            let keyring = self.clone();
            // A task that panicked has said so; the next look may go better.
            _ = tokio::task::spawn_blocking(move || keyring.refresh()).await;
        }
    }

    /// Looks whether the folder has changed, and reads it if so; true if it did. What cannot be read is logged once, and
    /// the keys stay as they were: a server that has keys does not stop working because a disk does.
    /// Reads files: not for an async worker.
    pub fn refresh(&self) -> bool {
        self.refresh_with(self.0.looked.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn refresh_with(&self, mut looked: MutexGuard<'_, Looked>) -> bool {
        match self.changed(looked.seen.as_ref()) {
            Ok(None) => false,
            Ok(Some((seen, schedule))) => {
                looked.seen = Some(seen);
                tracing::info!(
                    newest = schedule.entries().last().map(|entry| &entry.kid),
                    "the keys have changed"
                );
                *self
                    .0
                    .schedule
                    .write()
                    .unwrap_or_else(PoisonError::into_inner) = Arc::new(schedule);
                true
            }
            Err(error) => {
                if looked.seen.take().is_some() {
                    tracing::error!(%error, "the keys cannot be read: those that were read before stay");
                }
                false
            }
        }
    }

    fn changed(&self, seen: Option<&Listing>) -> Result<Option<(Listing, Schedule)>, KeyError> {
        let Some((folder, _)) = &self.0.files else {
            return Ok(None);
        };
        if seen.is_some() && seen == Some(&folder.listing()?) {
            return Ok(None);
        }
        match read_folder(folder)? {
            (seen, Some(schedule)) => Ok(Some((seen, schedule))),
            (_, None) => Err(folder.without_key()),
        }
    }

    /// Looks at once for a key that is not known, at most once a second: forged names must not keep the disk busy.
    pub(super) fn look_for_unknown(&self) -> bool {
        // Who holds the lock is looking already.
        let Ok(mut looked) = self.0.looked.try_lock() else {
            return false;
        };
        if self.0.files.is_none() || looked.asked.is_some_and(|asked| asked.elapsed() < LOOK) {
            return false;
        }
        looked.asked = Some(Instant::now());
        let refresh = || self.refresh_with(looked);
        match Handle::try_current().map(|handle| handle.runtime_flavor()) {
            // The worker's other tasks move on to another one while this one reads.
            Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(refresh),
            _ => refresh(),
        }
    }
}

/// The listing first: what changes meanwhile is seen at the next look.
pub(super) fn read_folder(folder: &KeyFolder) -> Result<(Listing, Option<Schedule>), KeyError> {
    Ok((
        folder.listing()?,
        Schedule::new(folder.read()?, Some(LONGEST_LIFETIME)),
    ))
}
