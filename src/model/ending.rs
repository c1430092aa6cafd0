//! The latest endings of a user's sessions, for clients that follow their account: once a session is
//! gone, the account does not show why.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{SessionId, Timestamp};

/// The number of endings that are kept: a user's sessions may all end at once.
const MAX_ENDINGS: usize = super::MAX_SESSIONS;
/// The time for which an ending is kept: far longer than a node needs to notice it.
const KEPT: Duration = Duration::from_mins(10);

/// The reason for which a session ended before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum EndReason {
    /// The user logged out, in this session or everywhere.
    LoggedOut,
    /// The user revoked the session from another one.
    Revoked,
    /// The session was not refreshed in time, or reached its maximum age.
    Expired,
    /// The password was changed in another session.
    PasswordChanged,
    /// The password was reset by an emailed code.
    PasswordReset,
    /// A refresh token was used that had been replaced: somewhere there is a copy.
    RefreshTokenReused,
    /// The operator suspended the user.
    Suspended,
    /// The operator changed the user's role.
    RoleChanged,
    /// The change of the email address was undone by its previous owner.
    EmailChangeUndone,
    /// The account was deleted.
    Deleted,
    /// An administrator ended the session.
    Administrator,
    /// The user had the maximum number of sessions, and a new one began.
    SessionLimit,
    /// The owner of the email address took over an account that was never verified.
    AddressClaimed,
    /// The second factors were removed.
    MfaReset,
    /// The account was restored from its deletion.
    Restored,
    /// Another reason, which this version does not know.
    #[serde(other)]
    Unknown,
}

/// The end of one session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Ending {
    session: SessionId,
    reason: EndReason,
    at: Timestamp,
}

/// The latest endings, the oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Endings(Vec<Ending>);

impl Endings {
    /// Returns whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Records why a session ends now.
    pub fn record(&mut self, session: SessionId, reason: EndReason, now: Timestamp) {
        let surplus = (self.0.len() + 1).saturating_sub(MAX_ENDINGS);
        self.0.drain(..surplus);
        self.0.push(Ending {
            session,
            reason,
            at: now,
        });
    }

    /// Returns the reason for which a session ended, if that was lately.
    #[must_use]
    pub fn reason(&self, session: SessionId) -> Option<EndReason> {
        let ending = self.0.iter().rev().find(|it| it.session == session);
        ending.map(|ending| ending.reason)
    }

    pub(super) fn prune_expired(&mut self, now: Timestamp) {
        self.0.retain(|ending| now < ending.at.plus(KEPT));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Rng;

    const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

    #[test]
    fn ending_is_known_for_ten_minutes() {
        let session = SessionId::new(NOW, &Rng::system());
        let mut endings = Endings::default();
        endings.record(session, EndReason::Revoked, NOW);
        endings.prune_expired(NOW.plus(Duration::from_secs(599)));
        assert_eq!(endings.reason(session), Some(EndReason::Revoked));
        endings.prune_expired(NOW.plus(KEPT));
        assert_eq!(endings.reason(session), None);
    }

    #[test]
    fn endings_beyond_the_maximum_displace_the_oldest() {
        let rng = Rng::system();
        let sessions = [(); MAX_ENDINGS + 1].map(|()| SessionId::new(NOW, &rng));
        let mut endings = Endings::default();
        for session in sessions {
            endings.record(session, EndReason::LoggedOut, NOW);
        }
        assert_eq!(endings.0.len(), MAX_ENDINGS);
        assert_eq!(endings.reason(sessions[0]), None);
    }

    #[test]
    fn reason_of_a_newer_version_is_read_as_unknown() {
        let reason: EndReason = serde_json::from_str("\"somethingNew\"").unwrap();
        assert_eq!(reason, EndReason::Unknown);
    }
}
