//! Set a user's role, from the command line only.

use super::administer::{Revocation, apply};
use super::{Accounts, AdminOutcome, InternalError, UpdateError};
use crate::model::{Account, EndReason, Role, Timestamp, User};

impl Accounts {
    /// Sets the role of the user of an email address. A change ends the user's sessions, whose
    /// access tokens name the old role: resource servers read the role from the token. The last
    /// administrator stays one.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn set_role(&self, email: &str, role: Role) -> Result<AdminOutcome, InternalError> {
        let Some(account) = self.store.by_typed_email(email).await? else {
            return Ok(AdminOutcome::NoSuchUser);
        };
        let set = |user: &mut User, now| {
            if user.role == role {
                return Revocation::Nothing;
            }
            user.role = role;
            user.updated_at = now;
            Revocation::Sessions(EndReason::RoleChanged)
        };
        let change = |account: &mut Account, now: Timestamp| apply(account, set, now);
        let updated = match role {
            Role::Admin => self.store.update(account, change).await.map(Some),
            Role::User => self.store.update_unless_last(account, change).await,
        };
        match updated {
            Err(UpdateError::Deleted) => Ok(AdminOutcome::NoSuchUser),
            updated => Ok(updated?.map_or(AdminOutcome::LastAdministrator, |it| it.outcome)),
        }
    }
}
