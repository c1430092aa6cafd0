//! The reads of the gate, which wait, and its calls that no case makes.

use std::sync::atomic::Ordering;
use std::time::Duration;

use async_trait::async_trait;

use super::{Gate, account};
use crate::model::{Account, AccountId, Attempts, Email, IdentityKey, Timestamp};
use crate::repository::{
    FoundAccount, QueueLength, Repository, SecretRecords, StoreError, WriteOutcome,
};

#[async_trait]
impl Repository for Gate {
    async fn by_ids(&self, ids: &[AccountId]) -> Result<Vec<FoundAccount>, StoreError> {
        let version = self.version.load(Ordering::SeqCst);
        self.begun.send(ids.to_vec()).unwrap();
        self.permits.acquire().await.unwrap().forget();
        if *self.fails.lock().unwrap() {
            return Err(StoreError::Unreachable("no server".into()));
        }
        let corrupt = *self.corrupt.lock().unwrap();
        let read = |id: &AccountId| {
            if corrupt == Some(*id) {
                (*id, Err(StoreError::Corrupt("a field".into())))
            } else {
                (*id, Ok(account(*id, version)))
            }
        };
        Ok(ids.iter().map(read).collect())
    }

    async fn insert(&self, _: &Account) -> Result<WriteOutcome, StoreError> {
        unreachable!()
    }

    async fn by_email(&self, _: &Email) -> Result<Option<Account>, StoreError> {
        unreachable!()
    }

    async fn by_identity(&self, _: &IdentityKey) -> Result<Option<Account>, StoreError> {
        unreachable!()
    }

    async fn after(&self, _: Option<AccountId>, _: usize) -> Result<Vec<Account>, StoreError> {
        unreachable!()
    }

    async fn slowest_imported_hash(&self) -> Result<Option<u32>, StoreError> {
        unreachable!()
    }

    async fn mail_queue(&self) -> Result<QueueLength, StoreError> {
        unreachable!()
    }

    async fn save(&self, _: &Account) -> Result<WriteOutcome, StoreError> {
        unreachable!()
    }

    async fn mail_due(&self, _: Timestamp, _: usize) -> Result<Vec<AccountId>, StoreError> {
        unreachable!()
    }

    async fn mail_parked(
        &self,
        _: Option<AccountId>,
        _: usize,
    ) -> Result<Vec<AccountId>, StoreError> {
        unreachable!()
    }

    async fn increment(&self, _: &str, _: Duration, _: Timestamp) -> Result<Attempts, StoreError> {
        unreachable!()
    }

    async fn decrement(&self, _: &str, _: Timestamp) -> Result<(), StoreError> {
        unreachable!()
    }

    async fn purge(&self, _: Timestamp) -> Result<(), StoreError> {
        unreachable!()
    }

    async fn probe(&self) -> Result<(), StoreError> {
        unreachable!()
    }
}

#[async_trait]
impl SecretRecords for Gate {
    async fn secrets(&self) -> Result<Vec<String>, StoreError> {
        unreachable!()
    }

    async fn record_secret(&self, _: &str) -> Result<(), StoreError> {
        unreachable!()
    }

    async fn forget_secret(&self, _: &str) -> Result<(), StoreError> {
        unreachable!()
    }
}
