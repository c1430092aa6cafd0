//! Lists, shows, retries and drops queued emails, from the command line only.

use super::InternalError;
use super::account_store::{AccountStore, UpdateError};
use super::one_time_codes::OneTimeCodes;
use crate::mail::Mailer;
use crate::model::{Account, AccountId, Email, EmailId, OutboxEmail, Timestamp};

/// The number of accounts that one read returns.
const PAGE: usize = 100;
/// The text that stands for the code where an email is shown.
const HIDDEN_CODE: &str = "••••••";

/// An email in the queue.
#[derive(Clone, Debug)]
pub struct QueuedEmail {
    /// The recipient.
    pub to: Email,
    /// The email as it is stored.
    pub email: OutboxEmail,
}

/// The emails of all outboxes.
pub struct MailQueue<'a> {
    store: &'a AccountStore,
    codes: &'a OneTimeCodes,
    mailer: &'a Mailer,
}

impl<'a> MailQueue<'a> {
    pub(super) const fn new(
        store: &'a AccountStore,
        codes: &'a OneTimeCodes,
        mailer: &'a Mailer,
    ) -> Self {
        Self {
            store,
            codes,
            mailer,
        }
    }

    /// Returns the parked emails of all accounts, account by account.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn parked(&self) -> Result<Vec<QueuedEmail>, InternalError> {
        let accounts = self.accounts_with_parked_emails().await?;
        self.emails(&accounts, OutboxEmail::is_parked).await
    }

    /// Returns the emails that are due now or later, the longest due first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn waiting(&self) -> Result<Vec<QueuedEmail>, InternalError> {
        let accounts = self.store.mail_waiting().await?;
        self.emails(&accounts, |email| !email.is_parked()).await
    }

    /// Returns an email by its id, and the message as it would be sent now, without its code.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn show(&self, id: EmailId) -> Result<Option<(QueuedEmail, String)>, InternalError> {
        let queued = [self.parked().await?, self.waiting().await?].concat();
        Ok(queued.into_iter().find(|it| it.email.id == id).map(|it| {
            let text = self.text(&it);
            (it, text)
        }))
    }

    fn text(&self, queued: &QueuedEmail) -> String {
        let sealed = queued.email.kind.secret();
        if sealed.is_some_and(|sealed| self.codes.unseal(sealed).is_none()) {
            return "(its code was sealed with another secret)".to_owned();
        }
        let code = sealed.map(|_| HIDDEN_CODE);
        let shown = self
            .mailer
            .preview(&queued.to, &queued.email, code, self.store.now());
        shown.unwrap_or_else(|error| format!("({error})"))
    }

    async fn emails(
        &self,
        accounts: &[AccountId],
        is_meant: impl Fn(&OutboxEmail) -> bool + Send,
    ) -> Result<Vec<QueuedEmail>, InternalError> {
        let mut found = Vec::new();
        for id in accounts {
            if let Some(account) = self.store.by_id(*id).await? {
                let emails = account.outbox.into_iter().filter(&is_meant);
                found.extend(emails.map(|email| QueuedEmail {
                    to: email.recipient(&account.email).clone(),
                    email,
                }));
            }
        }
        Ok(found)
    }

    /// Makes parked emails due again: one, or all. Emails whose code has expired stay parked.
    /// Returns how many are due.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn retry(&self, only: Option<EmailId>) -> Result<usize, InternalError> {
        let retry = |account: &mut Account, now: Timestamp| {
            let named = account.outbox.iter_mut().filter(|it| is_meant(it, only));
            named.map(|email| usize::from(email.retry(now))).sum()
        };
        self.change(retry).await
    }

    /// Drops parked emails: one, or all. Returns how many.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn drop(&self, only: Option<EmailId>) -> Result<usize, InternalError> {
        let drop = |account: &mut Account, _| {
            let before = account.outbox.len();
            account.outbox.retain(|it| !is_meant(it, only));
            before - account.outbox.len()
        };
        self.change(drop).await
    }

    async fn change(
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
