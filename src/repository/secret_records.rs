//! The part of the store that knows which secrets its data needs.

use async_trait::async_trait;

use super::StoreError;

/// Records the fingerprints of the secrets that the stored data needs.
#[async_trait]
pub trait SecretRecords: Send + Sync {
    /// Returns the fingerprints of the secrets that the stored data needs.
    async fn secrets(&self) -> Result<Vec<String>, StoreError>;

    /// Records that the stored data needs a secret, unless that is recorded.
    async fn record_secret(&self, fingerprint: &str) -> Result<(), StoreError>;

    /// Removes the record of a secret.
    async fn forget_secret(&self, fingerprint: &str) -> Result<(), StoreError>;
}
