//! Loads accounts, and saves what an operation changed by compare-and-swap.

mod attempts;
mod deletions;
mod identities;
mod update_error;

use std::sync::Arc;

use tokio::sync::Notify;
use tracing::{Span, field::display};

use super::Caller;
use super::secrets::Resealer;
use super::store_health::StoreHealth;
use crate::model::{Account, AccountId, Clock, Email, Timestamp};
use crate::repository::{
    Changes, CoalescedReads, PolledChanges, QueueLength, Repository, StoreError, WatchedAccounts,
    WriteOutcome,
};

pub(super) use update_error::{UpdateError, Updated};

/// The number of times an operation is decided before its conflicts with other saves count as
/// contention.
const MAX_ATTEMPTS: usize = 100;

/// Loads and saves accounts.
pub(super) struct AccountStore {
    repository: Arc<dyn Repository>,
    health: Arc<StoreHealth>,
    reads: CoalescedReads,
    clock: Clock,
    resealer: Arc<Resealer>,
    email_queued: Notify,
    watched: WatchedAccounts,
    changes: Arc<dyn Changes>,
}

impl AccountStore {
    pub(super) fn new(
        repository: Arc<dyn Repository>,
        clock: Clock,
        resealer: Arc<Resealer>,
    ) -> Self {
        Self {
            reads: CoalescedReads::new(repository.clone()),
            changes: changes(&repository),
            health: Arc::new(StoreHealth::new(repository.clone())),
            repository,
            clock,
            resealer,
            email_queued: Notify::new(),
            watched: WatchedAccounts::default(),
        }
    }

    /// Applies an operation to an account and saves what it changed: load, decide,
    /// compare-and-swap; decide again on the fresh account if another save came first. An operation
    /// that changes nothing costs no write.
    pub(super) async fn update<T>(
        &self,
        mut account: Account,
        mut operation: impl FnMut(&mut Account, Timestamp) -> T + Send,
    ) -> Result<Updated<T>, UpdateError> {
        for _ in 0..MAX_ATTEMPTS {
            let now = self.clock.now();
            let mut changed = account.clone();
            let outcome = operation(&mut changed, now);
            if changed == account {
                return Ok(Updated { outcome, account });
            }
            changed.prune_expired(now);
            self.resealer.reseal(&mut changed);
            match self.save(&changed).await? {
                WriteOutcome::Done => {
                    changed.version += 1;
                    self.wake_mail_worker(&changed);
                    let account = changed;
                    return Ok(Updated { outcome, account });
                }
                WriteOutcome::MobileNumberTaken => return Err(UpdateError::MobileNumberTaken),
                WriteOutcome::IdentityTaken => return Err(UpdateError::IdentityTaken),
                WriteOutcome::EmailTaken | WriteOutcome::EmailReserved
                    if changed.email != account.email =>
                {
                    return Err(UpdateError::EmailTaken);
                }
                WriteOutcome::VersionConflict
                | WriteOutcome::EmailTaken
                | WriteOutcome::EmailReserved => {
                    let fresh = self.repository.by_id(account.id).await?;
                    account = fresh.ok_or(UpdateError::Deleted)?;
                }
            }
        }
        Err(UpdateError::Contended)
    }

    /// Applies an operation of a signed-in caller, whose session must still be live when the
    /// operation is decided.
    pub(super) async fn update_as<T>(
        &self,
        caller: Caller,
        mut operation: impl FnMut(&mut Account, Timestamp) -> T + Send,
    ) -> Result<Updated<T>, UpdateError> {
        let session = caller.session;
        let updated = self
            .update(caller.account, |account, now| {
                account.user()?.session(session, now)?;
                Some(operation(account, now))
            })
            .await?;
        match updated.outcome {
            Some(outcome) => Ok(Updated {
                outcome,
                account: updated.account,
            }),
            None => Err(UpdateError::Deleted),
        }
    }

    /// Adds an account that was not stored before.
    pub(super) async fn insert(&self, account: &Account) -> Result<WriteOutcome, UpdateError> {
        let written = self.health.observe(self.repository.insert(account).await);
        let written = written.map_err(UpdateError::from_write)?;
        self.wake_mail_worker(account);
        Ok(written)
    }

    /// Replaces the account if the stored version is still the one given.
    pub(super) async fn save(&self, account: &Account) -> Result<WriteOutcome, UpdateError> {
        let written = self.health.observe(self.repository.save(account).await);
        match written {
            Ok(WriteOutcome::Done) => self.watched.changed(account.id, account.version + 1),
            // A write without an acknowledgement may have happened, too.
            Err(_) => self.watched.touched(account.id),
            Ok(_) => {}
        }
        written.map_err(UpdateError::from_write)
    }

    /// Loads the account that a token names, and records it in the log as the caller's.
    pub(super) async fn by_id(&self, id: AccountId) -> Result<Option<Account>, StoreError> {
        let account = self.health.observe(self.reads.by_id(id).await)?;
        Ok(account.inspect(|account| _ = Span::current().record("caller", display(account.id))))
    }

    /// Loads the account that a challenge names, and records it in the log as the one that the
    /// request is about.
    pub(super) async fn by_challenged_id(
        &self,
        id: AccountId,
    ) -> Result<Option<Account>, StoreError> {
        Ok(self.reads.by_id(id).await?.inspect(log_account))
    }

    /// Loads the account of an email address, and records it in the log as the one that the request
    /// is about.
    pub(super) async fn by_email(&self, email: &Email) -> Result<Option<Account>, StoreError> {
        let found = self.health.observe(self.repository.by_email(email).await)?;
        Ok(found.inspect(log_account))
    }

    /// Loads the account of an email address as typed. Text that is not an address has no account.
    pub(super) async fn by_typed_email(&self, typed: &str) -> Result<Option<Account>, StoreError> {
        match Email::parse(typed) {
            Ok(email) => self.by_email(&email).await,
            Err(_) => Ok(None),
        }
    }

    /// Returns up to `limit` accounts that have an email due, the longest due first.
    pub(super) async fn mail_due(&self, limit: usize) -> Result<Vec<AccountId>, StoreError> {
        self.repository.mail_due(self.clock.now(), limit).await
    }

    /// Returns the accounts that have an email due now or later, the longest due first.
    pub(super) async fn mail_waiting(&self) -> Result<Vec<AccountId>, StoreError> {
        let later = Timestamp::from_millis(i64::MAX);
        self.repository.mail_due(later, usize::MAX).await
    }

    pub(super) async fn mail_queue(&self) -> Result<QueueLength, StoreError> {
        self.repository.mail_queue().await
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(super) async fn mail_parked(
        &self,
        after: Option<AccountId>,
        limit: usize,
    ) -> Result<Vec<AccountId>, StoreError> {
        self.repository.mail_parked(after, limit).await
    }

    pub(super) async fn after(
        &self,
        after: Option<AccountId>,
        limit: usize,
    ) -> Result<Vec<Account>, StoreError> {
        self.repository.after(after, limit).await
    }

    pub(super) async fn slowest_imported_hash(&self) -> Result<Option<u32>, StoreError> {
        self.repository.slowest_imported_hash().await
    }

    pub(super) async fn purge(&self) -> Result<(), StoreError> {
        self.repository.purge(self.clock.now()).await
    }

    pub(super) const fn health(&self) -> &Arc<StoreHealth> {
        &self.health
    }

    /// Returns the accounts that are followed.
    pub(super) const fn watched(&self) -> &WatchedAccounts {
        &self.watched
    }

    /// Reports the changes that other processes make, for as long as the future runs.
    pub(super) async fn report_changes(&self) {
        self.changes.report(&self.watched).await;
    }

    pub(super) async fn email_queued(&self) {
        self.email_queued.notified().await;
    }

    fn wake_mail_worker(&self, account: &Account) {
        if account
            .mail_due_at()
            .is_some_and(|due| due <= self.clock.now())
        {
            self.email_queued.notify_one();
        }
    }
}

/// Records in the log which account a request is about: by its id, never by its email address.
pub(super) fn log_account(account: &Account) {
    Span::current().record("account", display(account.id));
}

/// Returns the store's feed of changes, or one that polls.
fn changes(repository: &Arc<dyn Repository>) -> Arc<dyn Changes> {
    let polled = || PolledChanges::new(repository.clone());
    let own = repository.changes(polled());
    own.unwrap_or_else(|| Arc::new(polled()))
}
