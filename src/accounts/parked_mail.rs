//! List, retry and drop parked emails, from the command line only.

use super::{Accounts, InternalError, UpdateError};
use crate::model::{Account, AccountId, Email, EmailId, OutboxEmail, Timestamp};

/// The number of accounts that one read returns.
const PAGE: usize = 100;

/// An email that the mail server refused, and that waits for the operator.
#[derive(Clone, Debug)]
pub struct ParkedEmail {
    /// The email's id.
    pub id: EmailId,
    /// The recipient.
    pub to: Email,
    /// The kind of email.
    pub kind: &'static str,
    /// The time at which it was written.
    pub written_at: Timestamp,
    /// The time from which it is not worth sending.
    pub expires_at: Timestamp,
}

impl Accounts {
    /// Returns the parked emails of all accounts, account by account.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn parked_emails(&self) -> Result<Vec<ParkedEmail>, InternalError> {
        let mut parked = Vec::new();
        for id in self.accounts_with_parked_emails().await? {
            if let Some(account) = self.store.by_id(id).await? {
                parked.extend(parked_of(&account));
            }
        }
        Ok(parked)
    }

    /// Makes parked emails due again: one, or all. Emails whose code has expired stay parked.
    /// Returns how many are due.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn retry_parked(&self, only: Option<EmailId>) -> Result<usize, InternalError> {
        let retry = |account: &mut Account, now: Timestamp| {
            let named = account.outbox.iter_mut().filter(|it| is_meant(it, only));
            named.map(|email| usize::from(email.retry(now))).sum()
        };
        self.change_parked(retry).await
    }

    /// Drops parked emails: one, or all. Returns how many.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn drop_parked(&self, only: Option<EmailId>) -> Result<usize, InternalError> {
        let drop = |account: &mut Account, _| {
            let before = account.outbox.len();
            account.outbox.retain(|it| !is_meant(it, only));
            before - account.outbox.len()
        };
        self.change_parked(drop).await
    }

    async fn change_parked(
        &self,
        change: impl Fn(&mut Account, Timestamp) -> usize + Send + Sync,
    ) -> Result<usize, InternalError> {
        let mut changed = 0;
        for id in self.accounts_with_parked_emails().await? {
            let Some(account) = self.store.by_id(id).await? else {
                continue;
            };
            match self.store.update(account, &change).await {
                Ok(updated) => changed += updated.outcome,
                Err(UpdateError::Deleted) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(changed)
    }

    async fn accounts_with_parked_emails(&self) -> Result<Vec<AccountId>, InternalError> {
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let page = self.store.mail_parked(after, PAGE).await?;
            after = page.last().copied();
            all.extend(&page);
            if page.len() < PAGE {
                return Ok(all);
            }
        }
    }
}

fn is_meant(email: &OutboxEmail, only: Option<EmailId>) -> bool {
    email.is_parked() && only.is_none_or(|id| id == email.id)
}

fn parked_of(account: &Account) -> Vec<ParkedEmail> {
    let parked = account.outbox.iter().filter(|email| email.is_parked());
    let listed = parked.map(|email| ParkedEmail {
        id: email.id,
        to: account.email.clone(),
        kind: email.kind.name(),
        written_at: email.written_at,
        expires_at: email.expires_at,
    });
    listed.collect()
}
