//! Ends accounts, and changes administrators without losing the last one.

use super::{AccountStore, UpdateError, Updated};
use crate::model::{Account, AccountId, Timestamp};
use crate::repository::{StoreError, WriteOutcome};

/// The number of times a change that ends a role is prepared before other changes of the account
/// count as contention.
const MAX_STEPS: usize = 10;

impl AccountStore {
    /// Applies a change after which the user is no administrator any longer, or refuses it with
    /// `None` if there is no other one.
    ///
    /// The store has no transactions, so that two administrators could each count on the other. An
    /// administrator is therefore marked first, then the others are looked for, and the change is
    /// made only while the mark stands.
    pub(in crate::accounts) async fn update_unless_last<T>(
        &self,
        mut account: Account,
        mut operation: impl FnMut(&mut Account, Timestamp) -> T + Send,
    ) -> Result<Option<Updated<T>>, UpdateError> {
        for _ in 0..MAX_STEPS {
            let marked = self.update(account, Account::step_down).await?.account;
            if marked.stepping_down_at.is_some() && !self.has_other_administrator(&marked).await? {
                let unmark = |account: &mut Account, _| account.stepping_down_at = None;
                self.update(marked, unmark).await?;
                return Ok(None);
            }
            let change = |account: &mut Account, now| {
                // Another process has taken the mark away, or has made the user an administrator.
                if account.is_counted_on(now) {
                    return None;
                }
                account.stepping_down_at = None;
                Some(operation(account, now))
            };
            let updated = self.update(marked, change).await?;
            account = updated.account;
            if let Some(outcome) = updated.outcome {
                return Ok(Some(Updated { outcome, account }));
            }
        }
        Err(UpdateError::Contended)
    }

    async fn has_other_administrator(&self, account: &Account) -> Result<bool, StoreError> {
        let abandoned = self.clock.now().before(Account::ABANDONED_STEP);
        self.repository
            .has_administrator_besides(account.id, abandoned)
            .await
    }

    /// Returns up to `limit` accounts whose deletion is due, the longest due first.
    pub(in crate::accounts) async fn deletions_due(
        &self,
        limit: usize,
    ) -> Result<Vec<AccountId>, StoreError> {
        self.repository.deletions_due(self.clock.now(), limit).await
    }

    /// Deletes an account as it was loaded, or in the version that has replaced it, if a condition
    /// holds. Returns the account as it was deleted.
    pub(in crate::accounts) async fn delete_if(
        &self,
        id: AccountId,
        condition: impl Fn(&Account, Timestamp) -> bool + Send,
    ) -> Result<Option<Account>, UpdateError> {
        for _ in 0..MAX_STEPS {
            let found = self.repository.by_id(id).await?;
            let Some(account) = found.filter(|it| condition(it, self.clock.now())) else {
                return Ok(None);
            };
            let deleted = self.health.observe(self.repository.delete(&account).await);
            self.watched.touched(id);
            if deleted.map_err(UpdateError::from_write)? == WriteOutcome::Done {
                return Ok(Some(account));
            }
        }
        Err(UpdateError::Contended)
    }

    /// Deletes counts by the names of their counters.
    pub(in crate::accounts) async fn forget_attempts(
        &self,
        counters: &[String],
    ) -> Result<(), StoreError> {
        self.repository.forget_attempts(counters).await
    }
}
