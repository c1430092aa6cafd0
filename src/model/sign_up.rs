//! Sign-ups: those whose email address is not verified yet, and the one that created an account.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{
    AcceptedTerms, Code, Digest, Locale, MobileNumber, PasswordHash, Profile, SessionId, Timestamp,
    User,
};

/// The maximum number of waiting sign-ups per email address.
pub const MAX_SIGN_UPS: usize = 10;

/// The time for which a sign-up waits for its code. Codes can be sent again meanwhile.
const WAITING_TIME: Duration = Duration::from_hours(24);
/// The time for which a client may repeat a sign-up whose response it did not receive.
pub const REPEATABLE_TIME: Duration = Duration::from_mins(10);

/// The request that created an account, kept for as long as the client may repeat it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreatedBy {
    /// The keyed digest of the client's attempt.
    pub attempt: Digest,
    /// The session that the latest response carried, if it carried one.
    pub session: Option<SessionId>,
    /// The time from which the request cannot be repeated.
    pub expires_at: Timestamp,
}

impl User {
    /// Returns whether the request with this attempt created the account, and neither the account
    /// nor the session that it started has been used since.
    #[must_use]
    pub fn is_repeatable_by(&self, attempt: &Digest, now: Timestamp) -> bool {
        let Some(created_by) = &self.created_by else {
            return false;
        };
        let is_repeated = created_by.attempt == *attempt && now < created_by.expires_at;
        let is_unchanged = self.updated_at == self.created_at && !self.is_suspended();
        let is_unused = match &*self.sessions {
            [] => created_by.session.is_none(),
            [session] => created_by.session == Some(session.id) && session.generation == 0,
            _ => false,
        };
        is_repeated && is_unchanged && is_unused
    }
}

/// One sign-up of an address that is not verified yet. Only the holder of its ticket can complete
/// it, and only with a code from the address's mailbox: so a code cannot activate a password that
/// another person has chosen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SignUp {
    /// The digest of the ticket whose holder may complete the sign-up.
    pub ticket: Digest,
    /// The code that was sent. A code that was sent again is shared by all waiting sign-ups, and so
    /// are its attempts. `None` if the mail quota allowed no email: the next code that is sent to
    /// the address completes this sign-up as well.
    pub code: Option<Code>,
    /// The hash of the chosen password; `None` if an account at a provider signs up.
    pub password: Option<PasswordHash>,
    /// The name and gender that were given.
    pub profile: Profile,
    /// The language of messages that was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<Locale>,
    /// The terms that were accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted_terms: Option<AcceptedTerms>,
    /// The mobile number that was given.
    pub mobile_number: Option<MobileNumber>,
    /// The time at which the sign-up is dropped.
    pub expires_at: Timestamp,
}

impl SignUp {
    /// Returns the time at which a sign-up that begins now is dropped.
    #[must_use]
    pub fn expiry(now: Timestamp) -> Timestamp {
        now.plus(WAITING_TIME)
    }

    /// Returns whether a later sign-up is the same request again: its ticket is the same only if its
    /// attempt, address and password are.
    #[must_use]
    pub fn is_repeated_by(&self, later: &Self, now: Timestamp) -> bool {
        self.ticket == later.ticket && Self::expiry(now) < self.expires_at.plus(REPEATABLE_TIME)
    }
}
