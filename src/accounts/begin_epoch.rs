//! Begin a new epoch after a restore: nothing that was given out before is valid.

use super::{Accounts, InternalError};

impl Accounts {
    /// Ends every session, code, ticket and unfinished sign-up, and returns the number of accounts
    /// that had any. A restored store would otherwise revive those that ended after the backup. May
    /// be repeated.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn begin_epoch(&self) -> Result<u64, InternalError> {
        self.update_every_account(|account, now| {
            let before = account.clone();
            account.void_credentials(now);
            u64::from(*account != before)
        })
        .await
    }
}
