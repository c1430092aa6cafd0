//! Layer 1: the store of accounts. One small trait with two implementations, chosen by the scheme
//! of one URL.
//!
//! Every promise about races and crashes rests on two methods: [`Repository::insert`], which a
//! unique index decides, and [`Repository::save`], which the version decides. `tests/stores` runs
//! the same cases on both stores.

mod changes;
mod coalesced_reads;
mod deletions;
mod measured;
#[cfg(feature = "mongodb")]
mod mongodb;
mod newer_fields;
mod secret_records;
#[cfg(feature = "sqlite")]
mod sqlite;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::model::{Account, AccountId, Attempts, Email, IdentityKey, Timestamp};

pub use changes::{Changes, PolledChanges, Signal, Watch, WatchedAccounts};
pub use coalesced_reads::CoalescedReads;
pub use deletions::Deletions;
pub use measured::MeasuredRepository;
#[cfg(feature = "mongodb")]
pub use mongodb::MongoRepository;
pub use secret_records::SecretRecords;
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteRepository;

/// The result of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteOutcome {
    /// The write is durable.
    Done,
    /// Another save came first, or the account is gone: load it and decide again.
    VersionConflict,
    /// Another account has the email address.
    EmailTaken,
    /// Another account had the email address, which stays reserved for it.
    EmailReserved,
    /// Another account has the mobile number.
    MobileNumberTaken,
    /// Another account has linked the account at a provider.
    IdentityTaken,
}

/// The emails that wait to be sent, parked ones left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueueLength {
    /// The number of emails.
    pub emails: u64,
    /// The time at which the oldest was written, if there is one.
    pub oldest: Option<Timestamp>,
}

/// The store failed. For the log, never for a client.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The store could not be reached. Nothing was written.
    #[error("the store cannot be reached: {0}")]
    Unreachable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The store was not reached in time. Nothing was written.
    #[error("the store cannot be reached: no connection within {0:?}")]
    Unreached(Duration),
    /// The store failed or did not answer. It is unknown whether a write happened.
    #[error("the store did not answer: {0}")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The store did not answer in time. It is unknown whether a write happened.
    #[error("the store did not answer: no answer within {0:?}")]
    Late(Duration),
    /// The store holds data that this program cannot read.
    #[error("the store holds a document that cannot be read: {0}")]
    Corrupt(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The store is not one that this program may or can use. Nothing was written.
    #[error("the store cannot be used: {0}")]
    Unusable(String),
    /// A newer version wrote fields that this save would lose. Nothing was written.
    #[error("a newer latchkey wrote fields of this account that a save by this one would lose")]
    Newer,
}

impl StoreError {
    /// Returns the same error for another caller of one read.
    pub(crate) fn share(&self) -> Self {
        match self {
            Self::Unreachable(source) => Self::Unreachable(source.to_string().into()),
            Self::Unavailable(source) => Self::Unavailable(source.to_string().into()),
            Self::Late(patience) => Self::Late(*patience),
            Self::Unreached(patience) => Self::Unreached(*patience),
            Self::Corrupt(source) => Self::Corrupt(source.to_string().into()),
            Self::Unusable(reason) => Self::Unusable(reason.clone()),
            Self::Newer => Self::Newer,
        }
    }

    /// Returns whether the store did not answer in time, and may do so at another attempt.
    #[must_use]
    pub const fn is_late(&self) -> bool {
        matches!(self, Self::Late(_) | Self::Unreached(_))
    }
}

/// One of several accounts that were read together: its id, and the account or the reason why its
/// document cannot be read.
pub type FoundAccount = (AccountId, Result<Account, StoreError>);

/// Stores accounts and counts attempts.
#[async_trait]
pub trait Repository: Deletions + SecretRecords + Send + Sync {
    /// Adds an account, unless its email address, its mobile number or an account at a provider that
    /// it links is taken.
    async fn insert(&self, account: &Account) -> Result<WriteOutcome, StoreError>;

    /// Returns the account with this id: one point read.
    async fn by_id(&self, id: AccountId) -> Result<Option<Account>, StoreError> {
        let found = self.by_ids(&[id]).await?.pop();
        found.map(|(_, account)| account).transpose()
    }

    /// Returns the accounts with these ids in one round trip, in any order and without those that
    /// do not exist. A document that cannot be read is an error of its own.
    async fn by_ids(&self, ids: &[AccountId]) -> Result<Vec<FoundAccount>, StoreError>;

    /// Returns the ids and versions of those of the accounts that exist, in any order.
    async fn versions(&self, ids: &[AccountId]) -> Result<Vec<(AccountId, i64)>, StoreError> {
        let found = self.by_ids(ids).await?.into_iter();
        let versions = found.filter_map(|(id, account)| Some((id, account.ok()?.version)));
        Ok(versions.collect())
    }

    /// Returns the store's own feed of changes, with one that polls for servers that have none.
    /// `None` if the store is always polled.
    fn changes(&self, _polled: PolledChanges) -> Option<Arc<dyn Changes>> {
        None
    }

    /// Returns the account with this email address: one indexed read.
    async fn by_email(&self, email: &Email) -> Result<Option<Account>, StoreError>;

    /// Returns the account that has linked an account at a provider: one indexed read.
    async fn by_identity(&self, key: &IdentityKey) -> Result<Option<Account>, StoreError>;

    /// Returns up to `limit` accounts in the order of their ids, after the one given.
    async fn after(
        &self,
        after: Option<AccountId>,
        limit: usize,
    ) -> Result<Vec<Account>, StoreError>;

    /// Returns the estimated milliseconds of the slowest imported password hash: one indexed read.
    async fn slowest_imported_hash(&self) -> Result<Option<u32>, StoreError>;

    /// Replaces the account if the stored version is still that of `account`, and increments the
    /// version. Fields of a newer version stay in the document, or the save is refused.
    async fn save(&self, account: &Account) -> Result<WriteOutcome, StoreError>;

    /// Returns up to `limit` accounts with an email due at `now`, the longest due first.
    async fn mail_due(&self, now: Timestamp, limit: usize) -> Result<Vec<AccountId>, StoreError>;

    /// Returns up to `limit` accounts with a parked email, in the order of their ids, after the one
    /// given.
    async fn mail_parked(
        &self,
        after: Option<AccountId>,
        limit: usize,
    ) -> Result<Vec<AccountId>, StoreError>;

    /// Counts the emails that wait to be sent.
    async fn mail_queue(&self) -> Result<QueueLength, StoreError>;

    /// Counts one attempt under a key, atomically, and returns the count including it. The first
    /// attempt opens a window of this length; the first one after the window's end opens the next.
    async fn increment(
        &self,
        key: &str,
        window: Duration,
        now: Timestamp,
    ) -> Result<Attempts, StoreError>;

    /// Takes one attempt back, if the window that is open at `now` has any.
    async fn decrement(&self, key: &str, now: Timestamp) -> Result<(), StoreError>;

    /// Deletes counters whose window is over, accounts whose sign-ups have all expired, and
    /// reservations of addresses that are over.
    async fn purge(&self, now: Timestamp) -> Result<(), StoreError>;

    /// Writes one document of its own (an insert, a compare-and-swap and a count) and deletes it:
    /// a store that answers reads may refuse writes.
    async fn probe(&self) -> Result<(), StoreError>;
}
