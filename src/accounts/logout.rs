//! Log out: end the current session, all of them, or all the others.

use secrecy::{ExposeSecret, SecretString};

use super::{Accounts, Caller, Fault, Refresh};
use crate::model::{AccountId, Session, Worth};

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

    /// The same by a refresh token, for a browser whose access token has expired. One that was replaced is a refresh too
    /// late: it ends its session, with all that belongs to it, and no other. One whose session has ended is logged out.
    ///
    /// # Errors
    /// When the store fails, or more is asked for than the token is good for.
    pub async fn logout_by_refresh_token(&self, command: Logout, by: Refresh) -> Result<usize, Fault> {
        match (self.caller_of(&by.refresh_token).await?, command) {
            (Some((caller, Worth::Current | Worth::Repeated)), _) => self.logout(caller, command).await,
            (Some((_, Worth::Replaced)), Logout::Here) => self.refresh(by).await.map(|_| 1),
            (Some((_, Worth::Unknown)) | None, Logout::Here) => Ok(0),
            _ => Err(Fault::SignedOut),
        }
    }

    /// The caller behind a refresh token of a live session, and what the token is worth.
    async fn caller_of(&self, token: &SecretString) -> Result<Option<(Caller, Worth)>, Fault> {
        let Some(token) = self.refresh_tokens.verify(token.expose_secret()) else { return Ok(None) };
        let Some(account) = self.by_id(token.account).await? else { return Ok(None) };
        let now = self.clock.now();
        let Some(session) = account.user().and_then(|user| user.session(token.session, now)) else { return Ok(None) };
        let worth = session.worth(token.generation, now, &self.policy.session);
        Ok(Some((Caller { account, session: token.session }, worth)))
    }

    /// Whose refresh token this is, if it is one of ours.
    #[must_use]
    pub fn owner_of_refresh_token(&self, refresh_token: &SecretString) -> Option<AccountId> {
        self.refresh_tokens.verify(refresh_token.expose_secret()).map(|token| token.account)
    }
}
