//! Suspend and reinstate a user, from the command line only.

use super::administer::Revocation;
use super::{Accounts, AdminOutcome, InternalError};
use crate::model::{EndReason, User};

impl Accounts {
    /// Suspends the user of an email address. Every session and every code ends in the same write.
    /// Until the user is reinstated, the address is treated as one without an account, even with
    /// the right password.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn suspend(&self, email: &str) -> Result<AdminOutcome, InternalError> {
        self.administer(email, |user, now| {
            if user.is_suspended() {
                return Revocation::Nothing;
            }
            user.suspended_at = Some(now);
            Revocation::SessionsAndCodes(EndReason::Suspended)
        })
        .await
    }

    /// Reinstates the user of an email address, who logs in again with the same password as before.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn reinstate(&self, email: &str) -> Result<AdminOutcome, InternalError> {
        let reinstate = |user: &mut User, _| {
            user.suspended_at = None;
            Revocation::Nothing
        };
        self.administer(email, reinstate).await
    }
}
