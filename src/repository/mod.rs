//! Floor 1: where accounts are kept. One small trait, two stores, chosen by the scheme of one URL.
//!
//! Every promise about races and crashes rests on two of its methods: [`Repository::insert`], where a unique index
//! decides, and [`Repository::save`], where the version does. `tests/stores` holds both stores to the same cases.

#[cfg(feature = "mongodb")]
mod mongodb;
#[cfg(feature = "sqlite")]
mod sqlite;

use std::time::Duration;

use async_trait::async_trait;

use crate::model::{Account, AccountId, Attempts, Email, Timestamp};

#[cfg(feature = "mongodb")]
pub use mongodb::MongoRepository;
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteRepository;

/// What became of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteOutcome {
    /// It is durable.
    Done,
    /// Another save came first (or the account is gone): load again, decide again.
    VersionConflict,
    /// Another account has the address.
    EmailTaken,
    /// Another account has the mobile number.
    MobileNumberTaken,
}

/// The store failed: for the log, never for a client.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It could not be reached, or did not answer in time. Whether a write happened is not known.
    #[error("the store did not answer: {0}")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It did not answer in time. Whether a write happened is not known.
    #[error("the store did not answer: no answer within {0:?}")]
    Late(Duration),
    /// It holds what this program cannot read.
    #[error("the store holds a document that cannot be read: {0}")]
    Corrupt(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl StoreError {
    /// Returns true if the store did not answer in time, and may do so at another try.
    #[must_use]
    pub const fn is_late(&self) -> bool {
        matches!(self, Self::Late(_))
    }
}

/// Keeps accounts, and counts attempts.
#[async_trait]
pub trait Repository: Send + Sync {
    /// Adds an account, unless its address or its number is taken.
    async fn insert(&self, account: &Account) -> Result<WriteOutcome, StoreError>;

    /// The account of this id: one point read.
    async fn by_id(&self, id: AccountId) -> Result<Option<Account>, StoreError>;

    /// The account of this address: one indexed read.
    async fn by_email(&self, email: &Email) -> Result<Option<Account>, StoreError>;

    /// Replaces the account if the stored version is still the one given, and counts the version up by one.
    async fn save(&self, account: &Account) -> Result<WriteOutcome, StoreError>;

    /// Up to `limit` accounts with a letter due at `now`, the longest due first.
    async fn mail_due(&self, now: Timestamp, limit: usize) -> Result<Vec<AccountId>, StoreError>;

    /// Up to `limit` accounts with a parked email, in the order of their ids, after the one that is given.
    async fn mail_parked(
        &self,
        after: Option<AccountId>,
        limit: usize,
    ) -> Result<Vec<AccountId>, StoreError>;

    /// Counts one attempt under a key, atomically, and tells the count with this one in it. The first attempt opens a
    /// window of this length; the first after its end opens the next.
    async fn increment(
        &self,
        key: &str,
        window: Duration,
        now: Timestamp,
    ) -> Result<Attempts, StoreError>;

    /// Takes one attempt back, as far as the window that is open at `now` has any.
    async fn decrement(&self, key: &str, now: Timestamp) -> Result<(), StoreError>;

    /// Deletes the counts whose window is over, and the addresses whose sign-ups have all expired.
    async fn purge(&self, now: Timestamp) -> Result<(), StoreError>;

    /// Answers when the store does.
    async fn ping(&self) -> Result<(), StoreError>;
}
