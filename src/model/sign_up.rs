//! Sign-ups that wait for their address to be proven.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use serde::{Deserialize, Serialize};

use super::{Code, MobileNumber, PasswordHash, Profile, Timestamp};

/// How many sign-ups of one address wait at a time: with one more, the oldest goes.
pub const MAX_SIGN_UPS: usize = 3;

/// A keyed hash of a sign-up's ticket.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TicketDigest(String);

impl TicketDigest {
    /// A digest, as text.
    #[must_use]
    pub const fn new(digest: String) -> Self {
        Self(digest)
    }
}

impl PartialEq for TicketDigest {
    fn eq(&self, other: &Self) -> bool {
        verify_slices_are_equal(self.0.as_bytes(), other.0.as_bytes()).is_ok()
    }
}

/// One sign-up of an address that is not proven yet. Only the holder of its ticket can complete it, and only with a code
/// from the address's mailbox: so nobody's code can activate somebody else's password.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SignUp {
    /// Who may complete it.
    pub ticket: TicketDigest,
    /// The mailed code; its tries are this sign-up's own, so that nobody can use up another's.
    pub code: Option<Code>,
    /// The password it was made with.
    pub password: PasswordHash,
    /// The name and gender it was made with.
    pub profile: Profile,
    /// The number it was made with.
    pub mobile_number: Option<MobileNumber>,
    /// When it is dropped.
    pub expires_at: Timestamp,
}
