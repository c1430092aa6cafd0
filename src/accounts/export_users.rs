//! Export all users, page by page.

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
}
