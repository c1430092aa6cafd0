//! The records of secrets of a store that can fail.

use async_trait::async_trait;
use latchkey::repository::{SecretRecords, StoreError};

use super::Store;

#[async_trait]
impl SecretRecords for Store {
    async fn secrets(&self) -> Result<Vec<String>, StoreError> {
        self.read()?;
        self.real.secrets().await
    }

    async fn record_secret(&self, fingerprint: &str) -> Result<(), StoreError> {
        self.write()?;
        self.real.record_secret(fingerprint).await
    }

    async fn forget_secret(&self, fingerprint: &str) -> Result<(), StoreError> {
        self.write()?;
        self.real.forget_secret(fingerprint).await
    }
}
