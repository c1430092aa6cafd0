//! Log out: end the current session, or all of them.

use super::{Accounts, Caller, Fault};

/// How far to log out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Logout {
    /// The current session only.
    Here,
    /// Every session of the user.
    Everywhere,
}

impl Accounts {
    /// Ends sessions, and says how many. Their tokens are refused from the next request on, on every node.
    ///
    /// # Errors
    /// When the store fails, or the session was ended meanwhile.
    pub async fn logout(&self, caller: Caller, command: Logout) -> Result<usize, Fault> {
        let current = caller.session;
        let (ended, _) = self
            .change_as(caller, |account, _| {
                let everywhere = command == Logout::Everywhere;
                account.user_mut().map_or(0, |user| user.end_sessions(|it| everywhere || it.id == current))
            })
            .await??;
        Ok(ended)
    }
}
