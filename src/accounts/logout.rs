//! Log out: end the current session, all of them, or all the others.

use secrecy::{ExposeSecret, SecretString};

use super::{Accounts, Caller, Fault};
use crate::model::{AccountId, Session};

/// How far to log out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Logout {
    /// The current session only.
    Here,
    /// Every session of the user.
    Everywhere,
    /// Every session of the user but the current one.
    Elsewhere,
}

impl Accounts {
    /// Ends sessions, and says how many. Their tokens are refused from the next request on, on every node.
    ///
    /// # Errors
    /// When the store fails, or the session was ended meanwhile.
    pub async fn logout(&self, caller: Caller, command: Logout) -> Result<usize, Fault> {
        let current = caller.session;
        let (ended, _) = self
            .change_as(caller, |account, now| {
                let meant = |session: &Session| match command {
                    Logout::Here => session.id == current,
                    Logout::Everywhere => true,
                    Logout::Elsewhere => session.id != current,
                };
                account.user_mut().map_or(0, |user| user.end_sessions(|it| it.is_live(now) && meant(it)))
            })
            .await??;
        Ok(ended)
    }

    /// The caller behind a refresh token, for a browser whose access token has expired but that wants to log out.
    /// A token that has been replaced names nobody; nothing is changed by asking.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn caller_by_refresh_token(&self, refresh_token: &SecretString) -> Result<Option<Caller>, Fault> {
        let Some(token) = self.refresh_tokens.verify(refresh_token.expose_secret()) else { return Ok(None) };
        let Some(account) = self.by_id(token.account).await? else { return Ok(None) };
        let session = account.user().and_then(|user| user.session(token.session, self.clock.now()));
        let current = session.is_some_and(|session| session.generation == token.generation);
        Ok(current.then_some(Caller { account, session: token.session }))
    }

    /// Whose refresh token this is, if it is one of ours.
    #[must_use]
    pub fn owner_of_refresh_token(&self, refresh_token: &SecretString) -> Option<AccountId> {
        self.refresh_tokens.verify(refresh_token.expose_secret()).map(|token| token.account)
    }
}
