//! Changes that an operator makes to every account.

use futures_util::{StreamExt, TryStreamExt, stream};

use super::{Accounts, InternalError, UpdateError};
use crate::model::{Account, Timestamp};

/// The number of accounts that are saved at once, which share commits.
const SAVES: usize = 32;

impl Accounts {
    /// Changes every account, and returns the sum of what the changes return. An account that is
    /// deleted meanwhile counts as nothing.
    ///
    /// # Errors
    /// When the store fails.
    pub(super) async fn update_every_account(
        &self,
        change: impl Fn(&mut Account, Timestamp) -> u64 + Sync,
    ) -> Result<u64, InternalError> {
        let (mut after, mut sum) = (None, 0);
        loop {
            let page = self.accounts_after(after).await?;
            let Some(last) = page.last() else {
                return Ok(sum);
            };
            after = Some(last.id);
            let save = async |account| match self.store.update(account, &change).await {
                Ok(updated) => Ok(updated.outcome),
                Err(UpdateError::Deleted) => Ok(0),
                Err(error) => Err(InternalError::from(error)),
            };
            sum += stream::iter(page)
                .map(save)
                .buffer_unordered(SAVES)
                .try_fold(0, async |sum, outcome| Ok(sum + outcome))
                .await?;
        }
    }
}
