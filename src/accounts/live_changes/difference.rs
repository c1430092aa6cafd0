//! The difference between what a client knows of an account and its present state.

use std::collections::BTreeMap;

use super::LiveChange;
use crate::model::{
    Account, Challenges, Email, EndReason, Endings, SessionId, SpentHandles, Timestamp, User,
};

/// The part of an account that a client knows.
#[derive(Debug)]
pub(super) struct Known {
    version: i64,
    email: Email,
    /// The user, without the parts that no client sees.
    user: User,
    /// The live sessions, with their expiry.
    sessions: BTreeMap<SessionId, Timestamp>,
}

impl Known {
    /// Creates what a client knows after it was sent this state, which was read for a version.
    pub(super) fn new(account: &Account, user: &User, version: i64, now: Timestamp) -> Self {
        let live = user.sessions.iter().filter(|session| session.is_live(now));
        Self {
            version: version.max(account.version),
            email: account.email.clone(),
            user: visible(user),
            sessions: live
                .map(|session| (session.id, session.expires_at))
                .collect(),
        }
    }

    pub(super) const fn version(&self) -> i64 {
        self.version
    }

    /// Returns the time at which a session expires.
    pub(super) fn expiry(&self, session: SessionId) -> Timestamp {
        let expiry = self.sessions.get(&session).copied();
        expiry.unwrap_or(Timestamp::from_millis(0))
    }

    /// Returns whether both show the client the same, sessions apart.
    pub(super) fn shows_the_same_as(&self, other: &Self) -> bool {
        self.email == other.email && self.user == other.user
    }

    /// Returns the sessions that have ended or begun since.
    pub(super) fn changes_of_sessions(&self, user: &User, now: Timestamp) -> Vec<LiveChange> {
        let ended = self
            .sessions
            .iter()
            .filter(|(id, _)| user.session(**id, now).is_none())
            .map(|(id, _)| LiveChange::SessionEnded {
                session: *id,
                current: false,
                reason: self.reason(&user.endings, *id, now),
            });
        let begun = user
            .sessions
            .iter()
            .filter(|session| session.is_live(now) && !self.sessions.contains_key(&session.id))
            .map(|session| LiveChange::SessionStarted(Box::new(session.clone())));
        ended.chain(begun).collect()
    }

    fn reason(&self, endings: &Endings, session: SessionId, now: Timestamp) -> EndReason {
        let is_expired = self
            .sessions
            .get(&session)
            .is_some_and(|expiry| *expiry <= now);
        match endings.reason(session) {
            Some(reason) => reason,
            None if is_expired => EndReason::Expired,
            None => EndReason::Unknown,
        }
    }
}

/// Returns the reason for which the caller's session has ended.
pub(super) fn reason(
    account: Option<&Account>,
    known: Option<&Known>,
    session: SessionId,
    now: Timestamp,
) -> EndReason {
    let Some(user) = account.and_then(Account::user) else {
        return EndReason::Deleted;
    };
    match known {
        Some(known) => known.reason(&user.endings, session, now),
        None => user.endings.reason(session).unwrap_or(EndReason::Unknown),
    }
}

/// Returns the user without the parts that change unseen, and without the sessions, whose changes
/// are reported one by one.
fn visible(user: &User) -> User {
    User {
        sessions: Vec::new(),
        known_devices: Vec::new(),
        created_by: None,
        reset_code: None,
        verification_code: None,
        challenges: Challenges::default(),
        spent_handles: SpentHandles::default(),
        endings: Endings::default(),
        ..user.clone()
    }
}
