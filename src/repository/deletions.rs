//! The part of the store by which accounts end.

use async_trait::async_trait;

use super::{StoreError, WriteOutcome};
use crate::model::{Account, AccountId, Timestamp};

/// Deletes accounts, and finds the administrators who are left.
#[async_trait]
pub trait Deletions: Send + Sync {
    /// Returns up to `limit` accounts whose deletion is due at `now`, the longest due first.
    async fn deletions_due(
        &self,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<AccountId>, StoreError>;

    /// Deletes the account if the stored version is still that of `account`.
    async fn delete(&self, account: &Account) -> Result<WriteOutcome, StoreError>;

    /// Deletes the counts under these keys.
    async fn forget_attempts(&self, keys: &[String]) -> Result<(), StoreError>;

    /// Returns whether there is an active administrator besides this account: neither suspended, nor
    /// to be deleted, nor marked as stepping down since `marked_since`. One indexed read.
    async fn has_administrator_besides(
        &self,
        id: AccountId,
        marked_since: Timestamp,
    ) -> Result<bool, StoreError>;
}
