//! The deletions of the store that counts and fails on demand.

use async_trait::async_trait;
use latchkey::model::{Account, AccountId, Timestamp};
use latchkey::repository::{Deletions, StoreError, WriteOutcome};

use super::Store;

#[async_trait]
impl Deletions for Store {
    async fn deletions_due(
        &self,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<AccountId>, StoreError> {
        self.read()?;
        self.real.deletions_due(now, limit).await
    }

    async fn delete(&self, account: &Account) -> Result<WriteOutcome, StoreError> {
        self.write()?;
        self.real.delete(account).await
    }

    async fn forget_attempts(&self, keys: &[String]) -> Result<(), StoreError> {
        self.write()?;
        self.real.forget_attempts(keys).await
    }

    async fn has_administrator_besides(
        &self,
        id: AccountId,
        marked_since: Timestamp,
    ) -> Result<bool, StoreError> {
        self.read()?;
        self.real.has_administrator_besides(id, marked_since).await
    }
}
