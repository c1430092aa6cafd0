//! The aggregate: everything that belongs to one email address is one document.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{
    AccountId, Email, EmailId, EmailKind, EndReason, NewEmail, OutboxEmail, Rng, Role, SignUp,
    StoredForm, Timestamp, User,
};

/// The largest number of waiting emails: one more displaces the oldest.
const OUTBOX: usize = 20;
/// The largest number of notices of one kind per day.
const NOTICES: usize = 5;
const DAY: Duration = Duration::from_hours(24);
/// The time for which an email without a code is worth sending.
const NOTICE_LIFETIME: Duration = Duration::from_hours(3 * 24);

/// Everything stored about one email address. Operations are functions on it; a repository loads
/// and saves it as a whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    /// The account's id, which stays the same when a sign-up is completed.
    pub id: AccountId,
    /// The number of saves. A save succeeds only on the version that was loaded.
    pub version: i64,
    /// The email address, unique in the store.
    pub email: Email,
    /// The state of the account: pending sign-ups or an active user.
    pub state: AccountState,
    /// Emails still to be sent, saved in the same write as the change that they announce.
    pub outbox: Vec<OutboxEmail>,
    /// The notices of the last day.
    pub notices: Vec<Notice>,
    /// The time at which an operation marked the user as an administrator on whom no other change may
    /// count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stepping_down_at: Option<Timestamp>,
    /// The stored document, if it has fields that this version does not know. Only the repository
    /// reads it.
    #[serde(skip)]
    pub stored: Option<StoredForm>,
}

/// A record that a notice was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// The kind of email.
    pub kind: String,
    /// The time at which it was written.
    pub at: Timestamp,
}

/// The state of an account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AccountState {
    /// Sign-ups that wait for their code.
    Pending(Vec<SignUp>),
    /// An active user, the owner of the address.
    Active(Box<User>),
}

impl Account {
    /// Creates an account that is not saved yet.
    #[must_use]
    pub const fn new(id: AccountId, email: Email, state: AccountState) -> Self {
        Self {
            id,
            version: 0,
            email,
            state,
            outbox: Vec::new(),
            notices: Vec::new(),
            stepping_down_at: None,
            stored: None,
        }
    }

    /// Returns the user, if the account is active.
    #[must_use]
    pub fn user(&self) -> Option<&User> {
        match &self.state {
            AccountState::Active(user) => Some(user),
            AccountState::Pending(_) => None,
        }
    }

    /// Returns whether the address was never proven, so that its owner may take it: by the one who
    /// has signed up with it, or by an operator who made an administrator or suspended the user.
    #[must_use]
    pub fn is_unproven(&self) -> bool {
        self.user().is_none_or(|user| {
            !user.email_verified && !user.is_suspended() && user.role == Role::User
        })
    }

    /// Returns the user for modification, if the account is active.
    #[must_use]
    pub fn user_mut(&mut self) -> Option<&mut User> {
        match &mut self.state {
            AccountState::Active(user) => Some(user),
            AccountState::Pending(_) => None,
        }
    }

    /// Adds an email to the outbox, due at once, and removes earlier ones of its kind: only the
    /// newest code is valid, and one notice is enough.
    pub fn post(
        &mut self,
        email: impl Into<NewEmail>,
        lifetime: Duration,
        now: Timestamp,
        rng: &Rng,
    ) {
        let email = email.into();
        self.outbox
            .retain(|earlier| earlier.to != email.to || !email.kind.replaces(&earlier.kind));
        self.post_another(email, lifetime, now, rng);
    }

    /// Adds a notice to the outbox, unless the daily limit of its kind is reached: an attacker who
    /// signs in with another person's address must not be able to flood their mailbox.
    pub fn notify(&mut self, email: impl Into<NewEmail>, now: Timestamp, rng: &Rng) {
        let email = email.into();
        let name = email.kind.name();
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
            self.post(email, NOTICE_LIFETIME, now, rng);
        }
    }

    /// Returns whether a notice of this kind was written within the time before `now`.
    #[must_use]
    pub fn was_notified(&self, kind: &EmailKind, within: Duration, now: Timestamp) -> bool {
        self.notices
            .iter()
            .any(|notice| notice.kind == kind.name() && now < notice.at.plus(within))
    }

    /// Adds an email to the outbox, due at once, and keeps earlier ones of its kind, which belong
    /// to other sign-ups.
    pub fn post_another(
        &mut self,
        email: impl Into<NewEmail>,
        lifetime: Duration,
        now: Timestamp,
        rng: &Rng,
    ) {
        let locale = self.user().and_then(|user| user.locale.clone());
        let email = email.into().preferring(locale);
        let surplus = (self.outbox.len() + 1).saturating_sub(OUTBOX);
        self.outbox.drain(..surplus);
        let id = EmailId::new(now, rng);
        self.outbox.push(OutboxEmail::new(id, email, now, lifetime));
    }

    /// Invalidates every outstanding code, including those that were not sent yet, and every sign-in
    /// that waits for its next proof.
    pub fn void_codes(&mut self) {
        self.outbox.retain(|message| message.kind.code().is_none());
        if let Some(user) = self.user_mut() {
            user.reset_code = None;
            user.verification_code = None;
            user.reauthentication_code = None;
            user.sign_in_codes.clear();
            user.challenges.clear();
            user.email_changes.pending = None;
        }
    }

    /// Gives the account another address. Emails that wait go to the address that they were written
    /// for.
    pub fn move_to(&mut self, email: Email) {
        for message in &mut self.outbox {
            message.to.get_or_insert_with(|| self.email.clone());
        }
        self.email = email;
    }

    /// Returns the addresses that the account had and that stay reserved, with the times until then.
    #[must_use]
    pub fn reserved_emails(&self) -> Vec<(&Email, Timestamp)> {
        let former = self.user().map(|user| &user.email_changes.former);
        let former = former.into_iter().flatten();
        former.map(|it| (&it.email, it.until())).collect()
    }

    /// Invalidates everything that was given out and that a later state may have ended: sessions,
    /// codes, and sign-ups with their tickets.
    pub fn void_credentials(&mut self, now: Timestamp) {
        self.void_codes();
        match &mut self.state {
            AccountState::Pending(sign_ups) => sign_ups.clear(),
            AccountState::Active(user) => {
                user.end_sessions(EndReason::Restored, now, |_| true);
                user.factors.trusted_browsers.clear();
                user.spent_handles.void(now);
                user.created_by = None;
            }
        }
    }

    /// Returns the estimated milliseconds of a verification, if the password's hash was imported
    /// and not replaced yet.
    #[must_use]
    pub fn imported_millis(&self) -> Option<u32> {
        self.user()?.password.as_ref()?.imported_millis()
    }

    /// Returns the time at which the worker next has an email to send.
    #[must_use]
    pub fn mail_due_at(&self) -> Option<Timestamp> {
        self.outbox
            .iter()
            .filter_map(|message| message.due_at)
            .min()
    }

    /// Returns the time at which the address is free again if no sign-up is completed before.
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

    /// Drops expired entries and those over the limits, so that an account stays small. Runs on
    /// each save.
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
