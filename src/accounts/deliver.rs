//! Deliver queued emails: lease, send, remove; or try again later, or park for the operator.

use std::time::Duration;

use futures_util::future::join_all;

use super::{Accounts, InternalError, UpdateError};
use crate::mail::MailError;
use crate::model::{Account, AccountId, Delivery, EmailId, OutboxEmail, Timestamp};

/// The time for which a worker has an email to itself. If the worker dies meanwhile, the email is
/// sent again with the same id.
const LEASE: Duration = Duration::from_secs(90);
/// The time that sending one email may take: well within the lease.
const SEND_TIMEOUT: Duration = Duration::from_mins(1);
/// The number of accounts that one round serves.
const ROUND: usize = 16;

impl Accounts {
    /// Sends emails that are due, of as many accounts as one round serves, and returns the number
    /// of accounts.
    ///
    /// # Errors
    /// When the store fails for all accounts. Emails that were sent and not removed are sent once
    /// more after their lease.
    pub async fn deliver(&self) -> Result<usize, InternalError> {
        let due = self.store.mail_due(ROUND).await?;
        // At once, so that neither a slow address nor an unreadable account holds up the codes of
        // others.
        let outcomes = join_all(due.iter().map(|id| self.deliver_for(*id))).await;
        let (mut served, mut failed) = (0, None);
        for (id, outcome) in due.iter().zip(outcomes) {
            match outcome {
                Ok(()) => served += 1,
                Err(error) => failed = failed.or(Some((id, error))),
            }
        }
        match failed {
            Some((_, error)) if served == 0 => Err(error),
            Some((account, error)) => {
                tracing::warn!(%account, ?error, "emails of an account cannot be sent");
                Ok(served)
            }
            None => Ok(served),
        }
    }

    async fn deliver_for(&self, id: AccountId) -> Result<(), InternalError> {
        let Some(account) = self.store.by_id(id).await? else {
            return Ok(());
        };
        let leased = match self.store.update(account, lease).await {
            // A deleted account has no emails left to send.
            Err(UpdateError::Deleted) => return Ok(()),
            leased => leased?,
        };
        let Some(email) = leased.outcome else {
            return Ok(());
        };
        let delivery = match self.send(&leased.account, &email).await {
            Ok(()) => Delivery::Sent,
            Err(error) => {
                tracing::warn!(account = %id, email = %email.id, tries = email.tries, %error, "email not sent");
                error.delivery()
            }
        };
        self.record_delivery(id, email.id, delivery).await
    }

    async fn record_delivery(
        &self,
        id: AccountId,
        email: EmailId,
        delivery: Delivery,
    ) -> Result<(), InternalError> {
        let Some(account) = self.store.by_id(id).await? else {
            return Ok(());
        };
        let [jitter] = self.rng.bytes();
        let settle = |account: &mut Account, now| settle(account, email, delivery, jitter, now);
        match self.store.update(account, settle).await {
            Ok(updated) if updated.outcome => {
                tracing::error!(account = %id, %email, "email parked: it will not be tried again");
                Ok(())
            }
            Ok(_) | Err(UpdateError::Deleted) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    async fn send(&self, account: &Account, email: &OutboxEmail) -> Result<(), MailError> {
        let unseal = |sealed| {
            let code = self.codes.unseal(sealed);
            code.ok_or_else(|| {
                MailError::Refused("its code was sealed with another secret".to_owned())
            })
        };
        let code = email.kind.code().map(unseal).transpose()?;
        // In a task of its own: an email that panics stops neither this worker nor the emails after
        // it.
        let (mailer, to, email) = (self.mailer.clone(), account.email.clone(), email.clone());
        let sending = tokio::spawn(async move {
            let sent = mailer.send(&to, &email, code.as_deref());
            tokio::time::timeout(SEND_TIMEOUT, sent).await
        });
        match sending.await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(MailError::Deferred(
                "the mail server took too long".to_owned(),
            )),
            Err(_) => Err(MailError::Refused("composing the email failed".to_owned())),
        }
    }
}

/// Leases an email that is due to this worker, and drops those that have expired. One at a time: a
/// lease must outlast the sending.
fn lease(account: &mut Account, now: Timestamp) -> Option<OutboxEmail> {
    account
        .outbox
        .retain(|email| email.due_at.is_none() || now < email.expires_at);
    let email = account.outbox.iter_mut().find(|email| email.is_due(now))?;
    email.tries += 1;
    email.due_at = Some(now.plus(LEASE));
    Some(email.clone())
}

/// Records the delivery, and returns whether the email was parked. An email that a newer one
/// replaced meanwhile is not in the outbox any longer.
fn settle(
    account: &mut Account,
    id: EmailId,
    delivery: Delivery,
    jitter: u8,
    now: Timestamp,
) -> bool {
    if delivery == Delivery::Sent {
        account.outbox.retain(|email| email.id != id);
        return false;
    }
    let email = account.outbox.iter_mut().find(|email| email.id == id);
    let Some(email) = email else {
        return false;
    };
    // While the server is away, or does not take the login, an email is tried as long as it is
    // worth sending.
    let parked = delivery == Delivery::Refused;
    email.due_at = (!parked).then(|| now.plus(email.backoff(jitter)));
    parked
}
