//! The operator's rules for signing in.

use std::time::Duration;

use crate::model::{FactorPolicy, MfaPolicy};

/// The operator's rules for signing in.
#[derive(Clone, Copy, Debug)]
pub struct SignInPolicy {
    /// Requires a user to verify the email address before logging in.
    pub verify_email_first: bool,
    /// The rule for a second factor.
    pub mfa: MfaPolicy,
    /// The time for which a proof of identity allows sensitive changes.
    pub fresh: Duration,
    /// The time for which a browser may skip the second factor; zero if none may.
    pub trust_browser: Duration,
    /// Enables logins with an emailed code instead of a password.
    pub login_by_code: bool,
    /// Enables passkeys.
    pub passkeys: bool,
}

impl SignInPolicy {
    /// Returns the rules that decide which factors of an account count.
    #[must_use]
    pub const fn factors(&self) -> FactorPolicy {
        FactorPolicy {
            mfa: self.mfa,
            passkeys: self.passkeys,
        }
    }
}
