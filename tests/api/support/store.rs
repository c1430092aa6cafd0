//! A store that counts its reads and writes, and fails on demand.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use latchkey::model::{Account, AccountId, Attempts, Email, IdentityKey, Timestamp};
use latchkey::repository::{FoundAccount, QueueLength, Repository, StoreError, WriteOutcome};
use tokio::sync::Notify;

/// The text of every failure. No client may ever read it.
pub const INTERNALS: &str = "E11000 mongodb://root@db SELECT document FROM accounts /var/lib/latchkey.db src/repository/mod.rs";

/// A real store with counters and failures. Clones share both.
#[derive(Clone)]
pub struct Store {
    pub(super) real: Arc<dyn Repository>,
    state: Arc<Mutex<State>>,
    recovered: Arc<Notify>,
}

#[derive(Default)]
struct State {
    work: Work,
    /// The account that cannot be read.
    corrupted: Option<AccountId>,
    /// The number of writes that still succeed, and the failure of every call after them.
    failing: Option<(usize, Failure)>,
}

/// The kinds of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    Unavailable,
    /// The call cannot reach the store.
    Unreachable,
    /// A save is done, and its acknowledgement is lost.
    Unacknowledged,
    /// A save is done, and its acknowledgement comes only after `recover`.
    Stalled,
    Corrupt,
    /// A save would lose fields of a newer version.
    Newer,
    Panic,
}

/// The number of calls to a store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    pub reads: usize,
    pub writes: usize,
}

impl Store {
    pub fn new(real: Arc<dyn Repository>) -> Self {
        Self {
            real,
            state: Arc::default(),
            recovered: Arc::default(),
        }
    }

    /// Makes every call fail from now on.
    pub fn fail(&self, failure: Failure) {
        self.fail_after(0, failure);
    }

    /// Makes every call fail after a number of writes.
    pub fn fail_after(&self, writes: usize, failure: Failure) {
        self.state.lock().unwrap().failing = Some((writes, failure));
    }

    /// Makes an account unreadable from now on.
    pub fn corrupt(&self, id: AccountId) {
        self.state.lock().unwrap().corrupted = Some(id);
    }

    pub fn recover(&self) {
        self.state.lock().unwrap().failing = None;
        self.recovered.notify_waiters();
    }

    /// Returns the calls since the last time, and resets the counters.
    pub fn work(&self) -> Work {
        std::mem::take(&mut self.state.lock().unwrap().work)
    }

    pub(super) fn read(&self) -> Result<(), StoreError> {
        let mut state = self.state.lock().unwrap();
        state.work.reads += 1;
        let failing = state.failing.filter(|(writes_left, failure)| {
            *writes_left == 0 && !matches!(failure, Failure::Unacknowledged | Failure::Stalled)
        });
        drop(state);
        failing.map_or(Ok(()), |(_, failure)| Err(failure.error()))
    }

    fn loses_acknowledgements(&self) -> bool {
        let failing = self.state.lock().unwrap().failing;
        failing.is_some_and(|(_, failure)| failure == Failure::Unacknowledged)
    }

    pub(super) fn write(&self) -> Result<(), StoreError> {
        let mut state = self.state.lock().unwrap();
        state.work.writes += 1;
        let Some((writes_left, failure)) = state.failing else {
            return Ok(());
        };
        if writes_left > 0 {
            state.failing = Some((writes_left - 1, failure));
            return Ok(());
        }
        drop(state);
        if failure == Failure::Stalled {
            return Ok(());
        }
        Err(failure.error())
    }

    async fn stall(&self) {
        let recovered = self.recovered.notified();
        let failing = self.state.lock().unwrap().failing;
        if failing.is_some_and(|(_, failure)| failure == Failure::Stalled) {
            recovered.await;
        }
    }
}

impl Failure {
    fn error(self) -> StoreError {
        match self {
            Self::Unavailable | Self::Unacknowledged | Self::Stalled => {
                StoreError::Unavailable(INTERNALS.into())
            }
            Self::Unreachable => StoreError::Unreachable(INTERNALS.into()),
            Self::Corrupt => StoreError::Corrupt(INTERNALS.into()),
            Self::Newer => StoreError::Newer,
            Self::Panic => panic!("{INTERNALS}"),
        }
    }
}

#[async_trait]
impl Repository for Store {
    async fn insert(&self, account: &Account) -> Result<WriteOutcome, StoreError> {
        if let Err(error) = self.write() {
            if self.loses_acknowledgements() {
                self.real.insert(account).await?;
            }
            return Err(error);
        }
        self.real.insert(account).await
    }

    async fn by_ids(&self, ids: &[AccountId]) -> Result<Vec<FoundAccount>, StoreError> {
        self.read()?;
        let corrupted = self.state.lock().unwrap().corrupted;
        let mut found = self.real.by_ids(ids).await?;
        for (id, account) in &mut found {
            if corrupted == Some(*id) {
                *account = Err(Failure::Corrupt.error());
            }
        }
        Ok(found)
    }

    async fn by_email(&self, email: &Email) -> Result<Option<Account>, StoreError> {
        self.read()?;
        self.real.by_email(email).await
    }

    async fn by_identity(&self, key: &IdentityKey) -> Result<Option<Account>, StoreError> {
        self.read()?;
        self.real.by_identity(key).await
    }

    async fn after(
        &self,
        after: Option<AccountId>,
        limit: usize,
    ) -> Result<Vec<Account>, StoreError> {
        self.read()?;
        self.real.after(after, limit).await
    }

    async fn slowest_imported_hash(&self) -> Result<Option<u32>, StoreError> {
        self.read()?;
        self.real.slowest_imported_hash().await
    }

    async fn save(&self, account: &Account) -> Result<WriteOutcome, StoreError> {
        if let Err(error) = self.write() {
            if self.loses_acknowledgements() {
                self.real.save(account).await?;
            }
            return Err(error);
        }
        let written = self.real.save(account).await;
        self.stall().await;
        written
    }

    async fn mail_due(&self, now: Timestamp, limit: usize) -> Result<Vec<AccountId>, StoreError> {
        self.read()?;
        self.real.mail_due(now, limit).await
    }

    async fn mail_parked(
        &self,
        after: Option<AccountId>,
        limit: usize,
    ) -> Result<Vec<AccountId>, StoreError> {
        self.read()?;
        self.real.mail_parked(after, limit).await
    }

    async fn mail_queue(&self) -> Result<QueueLength, StoreError> {
        self.read()?;
        self.real.mail_queue().await
    }

    async fn increment(
        &self,
        key: &str,
        window: Duration,
        now: Timestamp,
    ) -> Result<Attempts, StoreError> {
        self.write()?;
        self.real.increment(key, window, now).await
    }

    async fn decrement(&self, key: &str, now: Timestamp) -> Result<(), StoreError> {
        self.write()?;
        self.real.decrement(key, now).await
    }

    async fn purge(&self, now: Timestamp) -> Result<(), StoreError> {
        self.write()?;
        self.real.purge(now).await
    }

    async fn probe(&self) -> Result<(), StoreError> {
        self.write()?;
        self.real.probe().await
    }
}
