//! Find users for the operator: all of them, page by page, or one.

use super::{Accounts, InternalError};
use crate::model::{Account, AccountId};

/// The number of accounts that one read returns.
const PAGE: usize = 500;

impl Accounts {
    /// Returns the next accounts in the order of their ids, after the one given; none at the end.
    /// Sign-ups that wait for their code are among them.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn accounts_after(
        &self,
        after: Option<AccountId>,
    ) -> Result<Vec<Account>, InternalError> {
        Ok(self.store.after(after, PAGE).await?)
    }

    /// Returns the account of an email address as typed, for the operator.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn account_by_email(&self, email: &str) -> Result<Option<Account>, InternalError> {
        Ok(self.store.by_typed_email(email).await?)
    }

    /// Returns the account with an id, for the operator.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn account_by_id(&self, id: AccountId) -> Result<Option<Account>, InternalError> {
        Ok(self.store.by_id(id).await?)
    }
}
