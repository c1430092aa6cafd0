//! Accounts by their links to accounts at providers.

use super::{AccountStore, log_account};
use crate::model::{Account, IdentityKey};
use crate::repository::StoreError;

impl AccountStore {
    /// Loads the account that has linked an account at a provider, and records it in the log as the
    /// one that the request is about.
    pub(in crate::accounts) async fn by_identity(
        &self,
        key: &IdentityKey,
    ) -> Result<Option<Account>, StoreError> {
        let found = self.repository.by_identity(key).await;
        Ok(self.health.observe(found)?.inspect(log_account))
    }
}
