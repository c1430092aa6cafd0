//! Sign-ups whose email address is not verified yet.

use serde::{Deserialize, Serialize};

use super::{Code, Digest, MobileNumber, PasswordHash, Profile, Timestamp};

/// The maximum number of waiting sign-ups per email address.
pub const MAX_SIGN_UPS: usize = 10;

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
    /// The hash of the chosen password.
    pub password: PasswordHash,
    /// The name and gender that were given.
    pub profile: Profile,
    /// The mobile number that was given.
    pub mobile_number: Option<MobileNumber>,
    /// The time at which the sign-up is dropped.
    pub expires_at: Timestamp,
}
