//! The aggregate: everything that belongs to one address is one document.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{AccountId, Email, EmailId, EmailKind, OutboxEmail, Rng, SignUp, Timestamp, User};

/// How many letters wait at a time: with one more, the oldest goes.
const OUTBOX: usize = 20;
/// How many notices of one kind a day sees.
const NOTICES: usize = 5;
const DAY: Duration = Duration::from_hours(24);
/// How long a letter without a code is worth sending.
const NOTICE_LIFETIME: Duration = Duration::from_hours(3 * 24);

/// All there is about one address. AuditTrail are functions on it; a repository loads it and saves it back whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    /// Names it for good, also across the completion of a sign-up.
    pub id: AccountId,
    /// Counts the saves: a save succeeds only on the version that was loaded.
    pub version: i64,
    /// The address, unique in the store.
    pub email: Email,
    /// Whether the address is anyone's yet.
    pub state: AccountState,
    /// Letters still to be mailed, written in one write with what they tell of.
    pub outbox: Vec<OutboxEmail>,
    /// The notices of the last day.
    pub notices: Vec<Notice>,
}

/// That a notice was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// The kind of letter.
    pub kind: String,
    /// When.
    pub at: Timestamp,
}

/// Whether an address is anyone's yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AccountState {
    /// Sign-ups wait for their code.
    Pending(Vec<SignUp>),
    /// The address has an owner.
    Active(Box<User>),
}

impl Account {
    /// An address with this state, not saved yet.
    #[must_use]
    pub const fn new(id: AccountId, email: Email, state: AccountState) -> Self {
        Self {
            id,
            version: 0,
            email,
            state,
            outbox: Vec::new(),
            notices: Vec::new(),
        }
    }

    /// The owner, if the address has one.
    #[must_use]
    pub fn user(&self) -> Option<&User> {
        match &self.state {
            AccountState::Active(user) => Some(user),
            AccountState::Pending(_) => None,
        }
    }

    /// The owner, to change.
    #[must_use]
    pub fn user_mut(&mut self) -> Option<&mut User> {
        match &mut self.state {
            AccountState::Active(user) => Some(user),
            AccountState::Pending(_) => None,
        }
    }

    /// Puts a letter into the outbox, due at once, in place of those of its kind: only the newest code is good, and one
    /// notice says it as well as two.
    pub fn post(&mut self, kind: EmailKind, lifetime: Duration, now: Timestamp, rng: &Rng) {
        let same_kind = std::mem::discriminant(&kind);
        self.outbox
            .retain(|message| std::mem::discriminant(&message.kind) != same_kind);
        self.post_another(kind, lifetime, now, rng);
    }

    /// Puts a notice into the outbox, unless the day has seen enough of its kind: whoever signs in with somebody else's
    /// address must not fill their mailbox.
    pub fn notify(&mut self, kind: EmailKind, now: Timestamp, rng: &Rng) {
        let name = kind.name();
        self.notices.retain(|notice| now < notice.at.plus(DAY));
        if self
            .notices
            .iter()
            .filter(|notice| notice.kind == name)
            .count()
            < NOTICES
        {
            self.notices.push(Notice {
                kind: name.to_owned(),
                at: now,
            });
            self.post(kind, NOTICE_LIFETIME, now, rng);
        }
    }

    /// Puts a letter into the outbox, due at once, beside those of its kind: each is somebody else's.
    pub fn post_another(&mut self, kind: EmailKind, lifetime: Duration, now: Timestamp, rng: &Rng) {
        let surplus = (self.outbox.len() + 1).saturating_sub(OUTBOX);
        self.outbox.drain(..surplus);
        self.outbox.push(OutboxEmail::new(
            EmailId::new(now, rng),
            kind,
            now,
            lifetime,
        ));
    }

    /// Makes every outstanding code worthless, also those that were not mailed yet.
    pub fn void_codes(&mut self) {
        self.outbox.retain(|message| message.kind.code().is_none());
        if let Some(user) = self.user_mut() {
            user.reset_code = None;
            user.verification_code = None;
        }
    }

    /// When the worker should next look at the outbox.
    #[must_use]
    pub fn mail_due_at(&self) -> Option<Timestamp> {
        self.outbox
            .iter()
            .filter_map(|message| message.due_at)
            .min()
    }

    /// When the address is free again, if nobody completes a sign-up before.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        match &self.state {
            AccountState::Pending(sign_ups) => Some(
                sign_ups
                    .iter()
                    .map(|it| it.expires_at)
                    .max()
                    .unwrap_or(Timestamp::from_millis(0)),
            ),
            AccountState::Active(_) => None,
        }
    }

    /// Drops what has expired and what is over the caps: an account stays small. Done on each save.
    pub fn prune_expired(&mut self, now: Timestamp) {
        let mut parked = self
            .outbox
            .iter()
            .filter(|message| message.due_at.is_none())
            .count();
        self.outbox.retain(|message| {
            let surplus = message.due_at.is_none() && parked > OutboxEmail::PARKED;
            parked -= usize::from(surplus);
            !surplus
        });
        match &mut self.state {
            AccountState::Pending(sign_ups) => sign_ups.retain(|sign_up| now < sign_up.expires_at),
            AccountState::Active(user) => user.prune_expired(now),
        }
    }
}
