//! The accounts that are watched, and the fan-out of their changes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::model::AccountId;

/// The latest that is known of an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Signal {
    /// The newest version that was reported; the largest number once the account is deleted.
    pub version: i64,
    /// The number of times that changes may have been missed.
    pub gaps: u64,
}

/// The accounts that are watched in this process. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct WatchedAccounts(Arc<Mutex<HashMap<AccountId, watch::Sender<Signal>>>>);

impl WatchedAccounts {
    /// Starts to watch an account. What the caller reads of it from now on misses no change that is
    /// not reported.
    #[must_use]
    pub fn watch(&self, id: AccountId) -> Watch {
        let mut watched = self.lock();
        let receiver = watched.entry(id).or_default().subscribe();
        drop(watched);
        let gaps = receiver.borrow().gaps;
        Watch {
            accounts: self.clone(),
            id,
            receiver,
            gaps,
        }
    }

    /// Returns the ids of the watched accounts.
    #[must_use]
    pub fn ids(&self) -> Vec<AccountId> {
        self.lock().keys().copied().collect()
    }

    /// Reports that an account has this version. An older one is no news: a store may report the
    /// same version several times.
    pub fn changed(&self, id: AccountId, version: i64) {
        if let Some(sender) = self.lock().get(&id) {
            sender.send_if_modified(|signal| {
                let is_news = version > signal.version;
                signal.version = signal.version.max(version);
                is_news
            });
        }
    }

    /// Reports that an account does not exist any longer.
    pub fn deleted(&self, id: AccountId) {
        self.changed(id, i64::MAX);
    }

    /// Reports that an account has changed, without a version.
    pub fn touched(&self, id: AccountId) {
        if let Some(sender) = self.lock().get(&id) {
            sender.send_modify(|signal| signal.gaps += 1);
        }
    }

    /// Reports that any account may have changed unnoticed.
    pub fn missed(&self) {
        for sender in self.lock().values() {
            sender.send_modify(|signal| signal.gaps += 1);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<AccountId, watch::Sender<Signal>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One watch of an account, until it is dropped.
#[derive(Debug)]
pub struct Watch {
    accounts: WatchedAccounts,
    id: AccountId,
    receiver: watch::Receiver<Signal>,
    gaps: u64,
}

impl Watch {
    /// Returns the id of the account.
    #[must_use]
    pub const fn id(&self) -> AccountId {
        self.id
    }

    /// Waits for a version newer than the one that was seen, or for a gap, and returns what is
    /// known then, and whether there was a gap.
    pub async fn news(&mut self, seen: i64) -> (Signal, bool) {
        let gaps = self.gaps;
        let is_news = |signal: &Signal| signal.version > seen || signal.gaps > gaps;
        // The sender lives for as long as this watch.
        let signal = self.receiver.wait_for(is_news).await;
        let signal = signal.map_or_else(|_| Signal::default(), |signal| *signal);
        self.gaps = signal.gaps;
        (signal, signal.gaps > gaps)
    }

    /// Returns the newest version that was reported.
    #[must_use]
    pub fn reported_version(&self) -> i64 {
        self.receiver.borrow().version
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut watched = self.accounts.lock();
        // This receiver is still one of them.
        if watched
            .get(&self.id)
            .is_some_and(|sender| sender.receiver_count() <= 1)
        {
            watched.remove(&self.id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Rng, Timestamp};

    fn id() -> AccountId {
        AccountId::new(Timestamp::from_millis(1_790_000_000_000), &Rng::system())
    }

    #[tokio::test]
    async fn older_version_is_no_news_to_a_watcher() {
        let (accounts, id) = (WatchedAccounts::default(), id());
        let mut watch = accounts.watch(id);
        accounts.changed(id, 4);
        accounts.changed(id, 3);
        let (signal, is_gap) = watch.news(3).await;
        assert_eq!((signal.version, is_gap), (4, false));
        accounts.missed();
        let (signal, is_gap) = watch.news(4).await;
        assert_eq!((signal.version, is_gap), (4, true));
    }

    #[tokio::test]
    async fn every_watcher_of_an_account_gets_its_changes() {
        let (accounts, id) = (WatchedAccounts::default(), id());
        let (mut one, mut other) = (accounts.watch(id), accounts.watch(id));
        accounts.deleted(id);
        assert_eq!(one.news(1).await.0.version, i64::MAX);
        assert_eq!(other.news(1).await.0.version, i64::MAX);
    }

    #[test]
    fn account_without_watchers_is_forgotten() {
        let (accounts, id) = (WatchedAccounts::default(), id());
        let (one, other) = (accounts.watch(id), accounts.watch(id));
        drop(one);
        assert_eq!(accounts.ids(), [id]);
        drop(other);
        assert!(accounts.ids().is_empty());
    }
}
