//! Set a user's role, from the command line only.

use super::administer::Revocation;
use super::{Accounts, AdminOutcome, InternalError};
use crate::model::{EndReason, Role};

impl Accounts {
    /// Sets the role of the user of an email address. A change ends the user's sessions, whose
    /// access tokens name the old role: resource servers read the role from the token.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn set_role(&self, email: &str, role: Role) -> Result<AdminOutcome, InternalError> {
        self.administer(email, |user, now| {
            if user.role == role {
                return Revocation::Nothing;
            }
            user.role = role;
            user.updated_at = now;
            Revocation::Sessions(EndReason::RoleChanged)
        })
        .await
    }
}
