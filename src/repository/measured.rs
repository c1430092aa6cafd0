//! A repository that measures the one behind it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;

use super::{
    Changes, Deletions, FoundAccount, PolledChanges, QueueLength, Repository, SecretRecords,
    StoreError, WriteOutcome,
};
use crate::metrics::Metrics;
use crate::model::{Account, AccountId, Attempts, Email, IdentityKey, Timestamp};

/// Passes each call on, and records how long it took and how it ended.
pub struct MeasuredRepository {
    inner: Arc<dyn Repository>,
    metrics: Metrics,
}

impl MeasuredRepository {
    /// Measures a repository.
    #[must_use]
    pub const fn new(inner: Arc<dyn Repository>, metrics: Metrics) -> Self {
        Self { inner, metrics }
    }

    async fn measure<T>(
        &self,
        call: &'static str,
        answer: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        let started = Instant::now();
        let answer = answer.await;
        let outcome = match &answer {
            Ok(_) => "ok",
            Err(StoreError::Unreachable(_) | StoreError::Unreached(_)) => "unreachable",
            Err(StoreError::Unavailable(_)) => "unavailable",
            Err(StoreError::Late(_)) => "late",
            Err(StoreError::Corrupt(_) | StoreError::Newer) => "corrupt",
            Err(StoreError::Unusable(_)) => "unusable",
        };
        self.metrics.store_call(call, outcome, started.elapsed());
        answer
    }
}

#[async_trait]
impl Repository for MeasuredRepository {
    async fn insert(&self, account: &Account) -> Result<WriteOutcome, StoreError> {
        self.measure("insert", self.inner.insert(account)).await
    }

    async fn by_id(&self, id: AccountId) -> Result<Option<Account>, StoreError> {
        self.measure("by_id", self.inner.by_id(id)).await
    }

    async fn by_ids(&self, ids: &[AccountId]) -> Result<Vec<FoundAccount>, StoreError> {
        self.measure("by_ids", self.inner.by_ids(ids)).await
    }

    async fn versions(&self, ids: &[AccountId]) -> Result<Vec<(AccountId, i64)>, StoreError> {
        self.measure("versions", self.inner.versions(ids)).await
    }

    fn changes(&self, polled: PolledChanges) -> Option<Arc<dyn Changes>> {
        self.inner.changes(polled)
    }

    async fn by_email(&self, email: &Email) -> Result<Option<Account>, StoreError> {
        self.measure("by_email", self.inner.by_email(email)).await
    }

    async fn by_identity(&self, key: &IdentityKey) -> Result<Option<Account>, StoreError> {
        self.measure("by_identity", self.inner.by_identity(key))
            .await
    }

    async fn after(
        &self,
        after: Option<AccountId>,
        limit: usize,
    ) -> Result<Vec<Account>, StoreError> {
        self.measure("after", self.inner.after(after, limit)).await
    }

    async fn slowest_imported_hash(&self) -> Result<Option<u32>, StoreError> {
        self.measure("slowest_imported_hash", self.inner.slowest_imported_hash())
            .await
    }

    async fn save(&self, account: &Account) -> Result<WriteOutcome, StoreError> {
        self.measure("save", self.inner.save(account)).await
    }

    async fn mail_due(&self, now: Timestamp, limit: usize) -> Result<Vec<AccountId>, StoreError> {
        self.measure("mail_due", self.inner.mail_due(now, limit))
            .await
    }

    async fn mail_parked(
        &self,
        after: Option<AccountId>,
        limit: usize,
    ) -> Result<Vec<AccountId>, StoreError> {
        self.measure("mail_parked", self.inner.mail_parked(after, limit))
            .await
    }

    async fn mail_queue(&self) -> Result<QueueLength, StoreError> {
        self.measure("mail_queue", self.inner.mail_queue()).await
    }

    async fn increment(
        &self,
        key: &str,
        window: Duration,
        now: Timestamp,
    ) -> Result<Attempts, StoreError> {
        self.measure("increment", self.inner.increment(key, window, now))
            .await
    }

    async fn decrement(&self, key: &str, now: Timestamp) -> Result<(), StoreError> {
        self.measure("decrement", self.inner.decrement(key, now))
            .await
    }

    async fn purge(&self, now: Timestamp) -> Result<(), StoreError> {
        self.measure("purge", self.inner.purge(now)).await
    }

    async fn probe(&self) -> Result<(), StoreError> {
        self.measure("probe", self.inner.probe()).await
    }
}

#[async_trait]
impl Deletions for MeasuredRepository {
    async fn deletions_due(
        &self,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<AccountId>, StoreError> {
        self.measure("deletions_due", self.inner.deletions_due(now, limit))
            .await
    }

    async fn delete(&self, account: &Account) -> Result<WriteOutcome, StoreError> {
        self.measure("delete", self.inner.delete(account)).await
    }

    async fn forget_attempts(&self, keys: &[String]) -> Result<(), StoreError> {
        self.measure("forget_attempts", self.inner.forget_attempts(keys))
            .await
    }

    async fn has_administrator_besides(
        &self,
        id: AccountId,
        marked_since: Timestamp,
    ) -> Result<bool, StoreError> {
        let found = self.inner.has_administrator_besides(id, marked_since);
        self.measure("has_administrator_besides", found).await
    }
}

#[async_trait]
impl SecretRecords for MeasuredRepository {
    async fn secrets(&self) -> Result<Vec<String>, StoreError> {
        self.measure("secrets", self.inner.secrets()).await
    }

    async fn record_secret(&self, fingerprint: &str) -> Result<(), StoreError> {
        let recorded = self.inner.record_secret(fingerprint);
        self.measure("record_secret", recorded).await
    }

    async fn forget_secret(&self, fingerprint: &str) -> Result<(), StoreError> {
        let forgotten = self.inner.forget_secret(fingerprint);
        self.measure("forget_secret", forgotten).await
    }
}
