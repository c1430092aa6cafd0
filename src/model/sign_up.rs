//! Sign-ups that wait for their address to be proven.

use serde::{Deserialize, Serialize};

use super::{Code, Digest, MobileNumber, PasswordHash, Profile, Timestamp};

/// How many sign-ups of one address wait at a time.
pub const MAX_SIGN_UPS: usize = 10;

/// One sign-up of an address that is not proven yet. Only the holder of its ticket can complete it, and only with a code
/// from the address's mailbox: so nobody's code can activate somebody else's password.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SignUp {
    /// Who may complete it.
    pub ticket: Digest,
    /// The mailed code. A code that was sent again is one for all that wait, and so are its tries. None where no letter
    /// could be written any more: the next code that is sent to the address completes it as well.
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
