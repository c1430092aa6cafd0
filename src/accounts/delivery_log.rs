//! The log lines of deliveries: one line for an email's own failure, and one a minute while no
//! email can be sent.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::mail::MailError;
use crate::model::{AccountId, Delivery, OutboxEmail, Timestamp};
use crate::repository::QueueLength;

/// The interval between two lines about the same condition.
const INTERVAL: Duration = Duration::from_mins(1);
/// The age from which waiting emails are logged.
const OLD: Duration = Duration::from_mins(1);

/// Remembers what was logged, and which recipients the mail server accepted.
#[derive(Default)]
pub(super) struct DeliveryLog(Mutex<State>);

#[derive(Default)]
struct State {
    /// The time of the last line about the mail server; `None` while emails are accepted.
    unavailable: Option<Timestamp>,
    /// Attempts that failed since that line.
    unlogged: usize,
    queue: Option<Timestamp>,
    /// The last accepted recipient, and the last one of another account before it.
    accepted: [Option<(AccountId, Timestamp)>; 2],
}

impl DeliveryLog {
    /// Records that the mail server accepted an email.
    pub(super) fn sent(&self, account: AccountId, now: Timestamp) {
        let mut state = self.state();
        let [last, other] = state.accepted;
        let is_same = last.is_none_or(|(id, _)| id == account);
        state.accepted = [Some((account, now)), if is_same { other } else { last }];
        if state.unavailable.take().is_some() {
            state.unlogged = 0;
            tracing::info!("the mail server accepts emails again");
        }
    }

    /// Returns whether an email of another account was accepted after a time.
    pub(super) fn accepted_another(&self, account: AccountId, since: Timestamp) -> bool {
        let accepted = self.state().accepted;
        let mut others = accepted.iter().flatten();
        others.any(|(id, at)| *id != account && since < *at)
    }

    /// Logs that an email was not sent.
    pub(super) fn not_sent(
        &self,
        account: AccountId,
        email: &OutboxEmail,
        error: &MailError,
        now: Timestamp,
    ) {
        if error.delivery() != Delivery::Unavailable {
            tracing::warn!(%account, email = %email.id, tries = email.tries, %error, "email not sent");
            return;
        }
        let mut state = self.state();
        state.unlogged += 1;
        if state.unavailable.is_none_or(|at| at.plus(INTERVAL) <= now) {
            state.unavailable = Some(now);
            let attempts = std::mem::take(&mut state.unlogged);
            tracing::error!(attempts, %error, "no email can be sent: they wait until this is corrected");
        }
    }

    /// Logs that an email was dropped because it was not sent in time.
    pub(super) fn expired(account: AccountId, email: &OutboxEmail) {
        let (kind, tries) = (email.kind.name(), email.tries);
        let last_error = email.last_error.as_deref().unwrap_or("none");
        tracing::error!(%account, email = %email.id, kind, tries, last_error, "email expired before it could be sent");
    }

    /// Logs the queue, once a minute while its oldest email is old.
    pub(super) fn queue(&self, queue: &QueueLength, now: Timestamp) {
        let Some(age) = queue.oldest.map(|oldest| oldest.until(now)) else {
            return;
        };
        let mut state = self.state();
        if age >= OLD && state.queue.is_none_or(|at| at.plus(INTERVAL) <= now) {
            state.queue = Some(now);
            let oldest_seconds = age.as_secs();
            tracing::warn!(
                emails = queue.emails,
                oldest_seconds,
                "emails are waiting to be sent"
            );
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Rng;

    #[test]
    fn acceptance_of_another_recipient_is_remembered() {
        let [first, second, third] = [1, 2, 3].map(Timestamp::from_millis);
        let rng = Rng::system();
        let [ada, bob] = [first, second].map(|at| AccountId::new(at, &rng));
        let log = DeliveryLog::default();
        assert!(!log.accepted_another(ada, first));
        log.sent(ada, second);
        assert!(!log.accepted_another(ada, first));
        assert!(log.accepted_another(bob, first));
        log.sent(bob, second);
        log.sent(ada, third);
        log.sent(ada, third);
        assert!(log.accepted_another(ada, first));
        assert!(!log.accepted_another(ada, second));
        assert!(log.accepted_another(bob, second));
    }
}
