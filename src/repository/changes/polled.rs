//! The feed of stores that report nothing by themselves: the embedded one, which other processes
//! change by the command line, and a standalone MongoDB.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::sleep;

use super::{Changes, WatchedAccounts};
use crate::repository::Repository;

/// The interval between two looks at the versions: a revocation reaches subscribers of another node
/// within a second.
const INTERVAL: Duration = Duration::from_millis(500);
/// The number of accounts in one look.
const BATCH: usize = 1000;

/// Compares the versions of the watched accounts in an interval.
pub struct PolledChanges(Arc<dyn Repository>);

impl PolledChanges {
    /// Creates the feed of a repository.
    #[must_use]
    pub const fn new(repository: Arc<dyn Repository>) -> Self {
        Self(repository)
    }
}

#[async_trait]
impl Changes for PolledChanges {
    async fn report(&self, watched: &WatchedAccounts) {
        loop {
            sleep(INTERVAL).await;
            for ids in watched.ids().chunks(BATCH) {
                match self.0.versions(ids).await {
                    Ok(found) => {
                        let found: HashMap<_, _> = found.into_iter().collect();
                        for id in ids {
                            match found.get(id) {
                                Some(version) => watched.changed(*id, *version),
                                None => watched.deleted(*id),
                            }
                        }
                    }
                    // The next look finds the same changes.
                    Err(error) => tracing::debug!(?error, "the watched accounts were not read"),
                }
            }
        }
    }
}
