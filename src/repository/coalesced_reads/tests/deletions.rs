//! The gate's calls that no case makes.

use async_trait::async_trait;

use super::Gate;
use crate::model::{Account, AccountId, Timestamp};
use crate::repository::{Deletions, StoreError, WriteOutcome};

#[async_trait]
impl Deletions for Gate {
    async fn deletions_due(&self, _: Timestamp, _: usize) -> Result<Vec<AccountId>, StoreError> {
        unreachable!()
    }

    async fn delete(&self, _: &Account) -> Result<WriteOutcome, StoreError> {
        unreachable!()
    }

    async fn forget_attempts(&self, _: &[String]) -> Result<(), StoreError> {
        unreachable!()
    }

    async fn has_administrator_besides(
        &self,
        _: AccountId,
        _: Timestamp,
    ) -> Result<bool, StoreError> {
        unreachable!()
    }
}
