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

    /// The same by a refresh token, for a browser whose access token has expired. One that was replaced ends its session
    /// too, as it would in a refresh, and no other: it may be a thief's. One whose session has ended is logged out already.
    ///
    /// # Errors
    /// When the store fails, or more is asked for than the token is good for.
    pub async fn logout_by_refresh_token(&self, token: &SecretString, command: Logout) -> Result<usize, Fault> {
        let Some(token) = self.refresh_tokens.verify(token.expose_secret()) else { return Ok(0) };
        let Some(account) = self.by_id(token.account).await? else { return Ok(0) };
        let now = self.clock.now();
        let Some(session) = account.user().and_then(|user| user.session(token.session, now)) else { return Ok(0) };
        let is_good = match session.generation.checked_sub(token.generation) {
            Some(0) => true,
            Some(1) => session.is_in_grace(now, &self.policy.session),
            Some(_) => false,
            None => return Ok(0),
        };
        if is_good || command == Logout::Here {
            self.logout(Caller { account, session: token.session }, command).await
        } else {
            Err(Fault::SignedOut)
        }
    }

    /// Whose access token this is, or was: it may have expired.
    #[must_use]
    pub fn owner_of_access_token(&self, bearer: &SecretString) -> Option<AccountId> {
        self.access_tokens.owner(bearer.expose_secret(), self.clock.now())
    }

    /// Whose refresh token this is, if it is one of ours.
    #[must_use]
    pub fn owner_of_refresh_token(&self, refresh_token: &SecretString) -> Option<AccountId> {
        self.refresh_tokens.verify(refresh_token.expose_secret()).map(|token| token.account)
    }
}
