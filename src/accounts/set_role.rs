//! Make a user an administrator, or no longer one: from the command line only.

use super::administer::Reach;
use super::{Accounts, Administered, Fault};
use crate::model::Role;

impl Accounts {
    /// Sets the role of the user of an address. Sessions whose tokens name another role end: a resource server believes
    /// the token.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn set_role(&self, email: &str, role: Role) -> Result<Administered, Fault> {
        self.administer(email, |user, now| {
            if user.role == role {
                return Reach::Nothing;
            }
            user.role = role;
            user.updated_at = now;
            Reach::Sessions
        })
        .await
    }
}
