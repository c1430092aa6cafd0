//! Delete accounts: those whose time has come, by the worker, and a user's from the command line.

use super::{Accounts, InternalError, UpdateError};
use crate::model::{Account, AccountId, EmailKind, NewEmail, Timestamp};
use crate::rate_limit::{Key, RateLimit};

/// The number of accounts that are looked for at a time.
const PAGE: usize = 100;

/// The time of a deletion that the operator wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeletionTime {
    /// After the grace period, as if the user had requested it.
    AfterGrace,
    /// At once, without a message to the user.
    Now,
}

/// The outcome of the operator's deletion of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeleteUserOutcome {
    /// Every session has ended, and the account will be deleted at this time.
    Scheduled(Timestamp),
    /// The account is deleted.
    Deleted,
    /// The email address has no account.
    NoSuchUser,
    /// The user is the last administrator.
    LastAdministrator,
}

impl Accounts {
    /// Deletes the user of an email address, unless it is the last administrator.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn delete_user(
        &self,
        email: &str,
        time: DeletionTime,
    ) -> Result<DeleteUserOutcome, InternalError> {
        let found = self.store.by_typed_email(email).await?;
        let Some(account) = found.filter(|account| account.user().is_some()) else {
            return Ok(DeleteUserOutcome::NoSuchUser);
        };
        let id = account.id;
        let schedule = |account: &mut Account, now| self.schedule_for_operator(account, time, now);
        let updated = match self.store.update_unless_last(account, schedule).await {
            Err(UpdateError::Deleted) => return Ok(DeleteUserOutcome::NoSuchUser),
            updated => updated?,
        };
        match (updated, time) {
            (None, _) => Ok(DeleteUserOutcome::LastAdministrator),
            (Some(updated), DeletionTime::AfterGrace) => {
                Ok(DeleteUserOutcome::Scheduled(updated.outcome))
            }
            (Some(_), DeletionTime::Now) => {
                self.delete_if_due(id).await?;
                Ok(DeleteUserOutcome::Deleted)
            }
        }
    }

    fn schedule_for_operator(
        &self,
        account: &mut Account,
        time: DeletionTime,
        now: Timestamp,
    ) -> Timestamp {
        match time {
            DeletionTime::Now => {
                account.schedule_deletion(now, now);
                now
            }
            DeletionTime::AfterGrace => {
                let deletes_at = Account::deletion_time(self.policy.deletion_grace, now);
                account.schedule_deletion(deletes_at, now);
                let email = NewEmail::new(EmailKind::DeletionScheduled { deletes_at });
                account.notify(email, now, &self.rng);
                deletes_at
            }
        }
    }

    /// Deletes the accounts whose time has come.
    ///
    /// # Errors
    /// When the store fails.
    pub(super) async fn delete_due_accounts(&self) -> Result<(), InternalError> {
        loop {
            let due = self.store.deletions_due(PAGE).await?;
            let mut deleted = 0;
            for id in &due {
                match self.delete_if_due(*id).await {
                    Ok(is_deleted) => deleted += usize::from(is_deleted),
                    // One account that cannot be read must not keep the others.
                    Err(error) => {
                        tracing::warn!(account = %id, ?error, "an account could not be deleted");
                    }
                }
            }
            if due.len() < PAGE || deleted == 0 {
                return Ok(());
            }
        }
    }

    /// Deletes an account with everything that belongs to it, if its time has come, and then the
    /// counts of its attempts. Returns whether it was deleted.
    async fn delete_if_due(&self, id: AccountId) -> Result<bool, InternalError> {
        let is_due = |account: &Account, now| {
            let user = account.user();
            user.is_some_and(|user| user.is_deletion_due(now))
        };
        let Some(account) = self.store.delete_if(id, is_due).await? else {
            return Ok(false);
        };
        tracing::info!(account = %id, "account deleted");
        let id = account.id.to_string();
        self.limiter
            .forget(&keys_of(&id, account.email.as_str()))
            .await?;
        Ok(true)
    }
}

/// Returns the keys of the counters that are about one account alone. Those of emails to the
/// address stay until their window is over: they protect the owner of the mailbox, who may be
/// another person.
fn keys_of<'a>(id: &'a str, email: &'a str) -> Vec<Key<'a>> {
    vec![
        Key::new(RateLimit::LoginByEmail, &[email]),
        Key::new(RateLimit::LoginByKnownDevices, &[email]),
        Key::new(RateLimit::FactorByAccount, &[id]),
        Key::new(RateLimit::FactorByKnownDevices, &[id]),
        Key::new(RateLimit::FactorSetupByAccount, &[id]),
        Key::new(RateLimit::MobileNumberByAccount, &[id]),
        Key::new(RateLimit::ExportByAccount, &[id]),
    ]
}
