//! The recipient of a code that anybody may request for an address: the answer and the work are the
//! same for an address without an account.

use super::mail_quota::MailDecision;
use super::{Accounts, Client, InternalError, UpdateError};
use crate::model::{Account, Email, Timestamp, Wait};
use crate::rate_limit::RateLimit;

/// The recipient of a requested code, or the reason why no answer depends on one.
pub(super) enum CodeRecipient {
    /// The account that gets the code.
    Account(Box<Account>),
    /// No code is to be sent. The work of sending one has been done.
    Nowhere,
    /// There were too many requests.
    Refused(Wait),
}

impl Accounts {
    /// Counts a request, and returns the account that gets the code: one that `is_entitled`, within
    /// the limits of the address and the overall limit.
    pub(super) async fn code_recipient(
        &self,
        email: &Email,
        client: &Client,
        is_entitled: impl Fn(&Account) -> bool + Send,
        overall: impl Fn(&Account) -> RateLimit + Send,
    ) -> Result<CodeRecipient, InternalError> {
        let decision = self.limiter.reserve_mail(email, client).await?;
        if let MailDecision::Refuse(wait) = decision {
            return Ok(CodeRecipient::Refused(wait));
        }
        let account = self.store.by_email(email).await?.filter(is_entitled);
        if let Some(account) = account
            && decision == MailDecision::Send
            && self.limiter.reserve_overall_mail(overall(&account)).await?
        {
            return Ok(CodeRecipient::Account(Box::new(account)));
        }
        self.timing.decoy_email(self.limiter.is_enabled()).await?;
        Ok(CodeRecipient::Nowhere)
    }

    /// Counts a request, and returns the account that gets the code: one whose user is active.
    pub(super) async fn active_recipient(
        &self,
        email: &Email,
        client: &Client,
    ) -> Result<CodeRecipient, InternalError> {
        let now = self.clock.now();
        let is_active = |account: &Account| account.user().is_some_and(|it| it.is_active(now));
        self.code_recipient(email, client, is_active, |_| RateLimit::MailOverall)
            .await
    }

    /// Saves a code with the email that carries it. An account that was deleted meanwhile gets none.
    pub(super) async fn queue_code(
        &self,
        account: Account,
        queue: impl Fn(&mut Account, Timestamp) + Send,
    ) -> Result<(), InternalError> {
        match self.store.update(account, queue).await {
            Ok(_) | Err(UpdateError::Deleted) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}
