//! Make a user an administrator, or no longer one: from the command line only.

use super::{Accounts, Fault};
use crate::model::{Email, Role};

/// Whose role becomes what.
#[derive(Debug)]
pub struct SetRole {
    /// The address, as typed.
    pub email: String,
    /// The role.
    pub role: Role,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetRoleOutcome {
    /// The user has the role.
    Done,
    /// The address has no account.
    NoSuchUser,
}

impl Accounts {
    /// Sets a user's role. Sessions whose tokens name another role end: a resource server believes the token.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn set_role(&self, command: SetRole) -> Result<SetRoleOutcome, Fault> {
        let account = match Email::parse(&command.email) {
            Ok(email) => self.repository.by_email(&email).await?,
            Err(_) => None,
        };
        let Some(account) = account else { return Ok(SetRoleOutcome::NoSuchUser) };
        let (found, _) = self
            .change(account, |account, now| {
                let user = account.user_mut()?;
                if user.role != command.role {
                    user.role = command.role;
                    user.updated_at = now;
                    user.end_sessions(|_| true);
                }
                Some(())
            })
            .await??;
        Ok(if found.is_some() { SetRoleOutcome::Done } else { SetRoleOutcome::NoSuchUser })
    }
}
