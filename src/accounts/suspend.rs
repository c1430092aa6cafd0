//! Suspend a user, and reinstate them: from the command line only.

use super::administer::Reach;
use super::{Accounts, Administered, Fault};
use crate::model::User;

impl Accounts {
    /// Suspends the user of an address: every session and every code ends in the same write, and until they are
    /// reinstated the address answers as one without an account, to its owner with the right password too.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn suspend(&self, email: &str) -> Result<Administered, Fault> {
        self.administer(email, |user, now| {
            if user.is_suspended() {
                return Reach::Nothing;
            }
            user.suspended_at = Some(now);
            Reach::SessionsAndCodes
        })
        .await
    }

    /// Reinstates the user of an address, who logs in again with the password as it was.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn reinstate(&self, email: &str) -> Result<Administered, Fault> {
        let reinstate = |user: &mut User, _| {
            user.suspended_at = None;
            Reach::Nothing
        };
        self.administer(email, reinstate).await
    }
}
