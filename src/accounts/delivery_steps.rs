//! The decisions of a delivery, each on one account: lease an email, extend the lease, record how
//! the attempt ended.

use std::time::Duration;

use crate::model::{Account, Delivery, EmailId, OutboxEmail, Timestamp};

/// The time for which a worker has an email to itself, unless it extends it. If the worker dies
/// meanwhile, the email is sent again with the same id.
const LEASE: Duration = Duration::from_secs(45);

/// The emails that a look at an account's outbox finds.
pub(super) struct Due {
    /// The email that is now leased.
    pub(super) email: Option<OutboxEmail>,
    /// Emails that were dropped, because they are not worth sending any longer.
    pub(super) expired: Vec<OutboxEmail>,
}

/// An attempt to deliver an email, and how it ended.
pub(super) struct Attempt {
    pub(super) email: EmailId,
    pub(super) delivery: Delivery,
    /// The reason for which it failed.
    pub(super) error: Option<String>,
    /// Spreads the next attempts of emails that failed together.
    pub(super) jitter: u8,
    /// True if the mail server has accepted another recipient from the same sender since it first
    /// refused this one.
    pub(super) is_proven: bool,
}

/// The state of an email after an attempt.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Settled {
    /// It has left the outbox, or is due again later.
    Done,
    /// It waits for the operator.
    Parked,
    /// It was dropped unsent: no further attempt would be worth making.
    Expired(Box<OutboxEmail>),
}

/// Leases an email that is due to this worker, and drops those that have expired. One at a time:
/// each has a connection of its own.
pub(super) fn lease(account: &mut Account, now: Timestamp) -> Due {
    let is_expired = |email: &OutboxEmail| email.is_due(now) && !email.is_worth_sending(now);
    let expired = account.outbox.iter().filter(|it| is_expired(it)).cloned();
    let expired = expired.collect();
    account.outbox.retain(|email| !is_expired(email));
    let due = account.outbox.iter_mut().find(|email| email.is_due(now));
    let email = due.map(|email| {
        email.tries += 1;
        email.due_at = Some(now.plus(LEASE));
        email.clone()
    });
    Due { email, expired }
}

/// Extends the lease of an email that is still being sent.
pub(super) fn renew(account: &mut Account, id: EmailId, now: Timestamp) {
    if let Some(email) = account.outbox.iter_mut().find(|email| email.id == id) {
        email.due_at = Some(now.plus(LEASE));
    }
}

/// Records an attempt. An email that a newer one replaced meanwhile is not in the outbox any
/// longer.
pub(super) fn settle(account: &mut Account, attempt: &Attempt, now: Timestamp) -> Settled {
    let Some(index) = account.outbox.iter().position(|it| it.id == attempt.email) else {
        return Settled::Done;
    };
    if attempt.delivery == Delivery::Sent {
        account.outbox.remove(index);
        return Settled::Done;
    }
    let email = &mut account.outbox[index];
    email.last_error.clone_from(&attempt.error);
    if attempt.delivery == Delivery::Unproven {
        email.refused_at = email.refused_at.or(Some(now));
    }
    let is_refused = attempt.delivery == Delivery::Refused
        || (attempt.delivery == Delivery::Unproven && attempt.is_proven);
    if is_refused {
        email.due_at = None;
        return Settled::Parked;
    }
    let next = email.next_attempt(now, attempt.jitter);
    if next.is_none() {
        return Settled::Expired(Box::new(account.outbox.remove(index)));
    }
    email.due_at = next;
    Settled::Done
}
