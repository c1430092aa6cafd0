//! Begin a new epoch after a restore: nothing that was given out before is valid.

use futures_util::{StreamExt, TryStreamExt, stream};

use super::{Accounts, InternalError};
use crate::model::Account;

/// The number of accounts that are saved at once, which share commits.
const SAVES: usize = 256;

impl Accounts {
    /// Ends every session, code, ticket and unfinished sign-up, and returns the number of accounts
    /// that had any. A restored store would otherwise revive those that ended after the backup. May
    /// be repeated.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn begin_epoch(&self) -> Result<u64, InternalError> {
        let (mut after, mut changed) = (None, 0);
        loop {
            let page = self.accounts_after(after).await?;
            let Some(last) = page.last() else {
                return Ok(changed);
            };
            after = Some(last.id);
            changed += stream::iter(page)
                .map(|account| self.void(account))
                .buffer_unordered(SAVES)
                .try_fold(0, async |sum, is_changed| Ok(sum + u64::from(is_changed)))
                .await?;
        }
    }

    /// Returns whether the account had anything that was valid.
    async fn void(&self, account: Account) -> Result<bool, InternalError> {
        let version = account.version;
        let void = |account: &mut Account, now| account.void_credentials(now);
        let updated = self.store.update(account, void).await?;
        Ok(updated.account.version != version)
    }
}
