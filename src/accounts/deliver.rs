//! Send the letters that wait in outboxes: leased, sent, taken out; or tried again later, or parked for the operator.

use std::time::Duration;

use futures_util::future::join_all;

use super::{Accounts, Fault};
use crate::mail::MailFault;
use crate::model::{Account, AccountId, Delivery, Letter, LetterId, Timestamp};

/// For how long a worker has a letter to itself. One that dies meanwhile leaves it to be sent again, with the same id.
const LEASE: Duration = Duration::from_secs(90);
/// How long sending one letter may take: well within the lease.
const PATIENCE: Duration = Duration::from_mins(1);
/// How many accounts one round takes.
const ROUND: usize = 16;

impl Accounts {
    /// Sends letters that are due, of as many accounts as one round takes, and says of how many.
    ///
    /// # Errors
    /// When the store fails for all of them; letters that were sent but not taken out yet are sent once more after their
    /// lease.
    pub async fn deliver(&self) -> Result<usize, Fault> {
        let due = self.repository.mail_due(self.clock.now(), ROUND).await?;
        // At once, so that one slow address does not hold up the others' codes; an account that cannot be read, neither.
        let (mut served, mut failed) = (0, None);
        for (id, outcome) in due.iter().zip(join_all(due.iter().map(|id| self.deliver_for(*id))).await) {
            match outcome {
                Ok(()) => served += 1,
                Err(fault) => failed = failed.or(Some((id, fault))),
            }
        }
        match failed {
            Some((_, fault)) if served == 0 => Err(fault),
            Some((account, fault)) => {
                tracing::warn!(%account, ?fault, "letters of an account cannot be sent");
                Ok(served)
            }
            None => Ok(served),
        }
    }

    async fn deliver_for(&self, id: AccountId) -> Result<(), Fault> {
        let Some(account) = self.by_id(id).await? else { return Ok(()) };
        // Gone meanwhile: its letters are nobody's.
        let Ok((Some(letter), account)) = self.change(account, lease).await? else { return Ok(()) };
        let delivery = match self.send(&account, &letter).await {
            Ok(()) => Delivery::Sent,
            Err(fault) => {
                tracing::warn!(account = %id, letter = %letter.id, tries = letter.tries, %fault, "letter not sent");
                fault.delivery()
            }
        };
        let Some(account) = self.by_id(id).await? else { return Ok(()) };
        if let Ok((true, _)) = self.change(account, |account, now| settle(account, letter.id, delivery, now)).await? {
            tracing::error!(account = %id, letter = %letter.id, "letter parked: it will not be tried again");
        }
        Ok(())
    }

    async fn send(&self, account: &Account, letter: &Letter) -> Result<(), MailFault> {
        let unseal = |sealed| {
            let code = self.secret.unseal(sealed);
            code.ok_or_else(|| MailFault::Refused("its code was sealed with another secret".to_owned()))
        };
        let code = letter.kind.code().map(unseal).transpose()?;
        // In a task of its own: a letter that panics stops neither this worker nor the letters after it.
        let (mailer, to, letter) = (self.mailer.clone(), account.email.clone(), letter.clone());
        let sending = tokio::spawn(async move {
            let sent = mailer.send(&to, &letter, code.as_deref());
            tokio::time::timeout(PATIENCE, sent).await
        });
        match sending.await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(MailFault::Deferred("the mail server took too long".to_owned())),
            Err(_) => Err(MailFault::Refused("making the letter failed".to_owned())),
        }
    }
}

/// Takes a letter that is due for this worker; drops those that are not worth sending any more. One at a time: a lease
/// must outlast the sending.
fn lease(account: &mut Account, now: Timestamp) -> Option<Letter> {
    account.outbox.retain(|letter| letter.due_at.is_none() || now < letter.expires_at);
    let letter = account.outbox.iter_mut().find(|letter| letter.is_due(now))?;
    letter.tries += 1;
    letter.due_at = Some(now.plus(LEASE));
    Some(letter.clone())
}

/// Says whether the letter was parked. A letter that a newer one replaced meanwhile is gone already.
fn settle(account: &mut Account, id: LetterId, delivery: Delivery, now: Timestamp) -> bool {
    if delivery == Delivery::Sent {
        account.outbox.retain(|letter| letter.id != id);
        return false;
    }
    let Some(letter) = account.outbox.iter_mut().find(|letter| letter.id == id) else { return false };
    let parked = delivery == Delivery::Refused || letter.tries >= Letter::TRIES;
    letter.due_at = (!parked).then(|| now.plus(Letter::backoff(letter.tries)));
    parked
}
