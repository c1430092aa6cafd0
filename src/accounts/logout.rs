//! Log out: ends the current session, all sessions, or all others.

use secrecy::SecretString;

use super::{Accounts, Caller, InternalError, Refresh, SignedOutReason};
use crate::model::{AccountId, EndReason, Session, TokenStatus};

/// The sessions that a logout ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Logout {
    /// The current session.
    Here,
    /// Every session of the user.
    Everywhere,
    /// Every session of the user except the current one.
    Elsewhere,
}

impl Accounts {
    /// Ends sessions, and returns how many. Their tokens are refused from the next request on, on
    /// every node.
    ///
    /// # Errors
    /// When the store fails, or the caller's session has ended meanwhile.
    pub async fn logout(&self, caller: Caller, command: Logout) -> Result<usize, InternalError> {
        let current = caller.session;
        let is_meant = |session: &Session| match command {
            Logout::Here => session.id == current,
            Logout::Everywhere => true,
            Logout::Elsewhere => session.id != current,
        };
        let reason = match command {
            Logout::Here | Logout::Everywhere => EndReason::LoggedOut,
            Logout::Elsewhere => EndReason::Revoked,
        };
        let updated = self
            .store
            .update_as(caller, |account, now| {
                let is_ended = |session: &Session| session.is_live(now) && is_meant(session);
                let Some(user) = account.user_mut() else {
                    return 0;
                };
                if command == Logout::Everywhere {
                    user.factors.trusted_browsers.clear();
                }
                user.end_sessions(reason, now, is_ended)
            })
            .await?;
        Ok(updated.outcome)
    }

    /// Ends sessions by a refresh token, for a browser whose access token has expired. A token that
    /// was replaced is a refresh too late: it ends its own session, as a refresh would, and no
    /// other. A token whose session has ended counts as logged out.
    ///
    /// # Errors
    /// When the store fails, or the token does not allow the operation.
    pub async fn logout_by_refresh_token(
        &self,
        command: Logout,
        refresh: Refresh,
    ) -> Result<usize, InternalError> {
        let caller = self.caller_by_refresh_token(&refresh.refresh_token).await?;
        match (caller, command) {
            (Some((caller, TokenStatus::Current | TokenStatus::Repeated)), _) => {
                self.logout(caller, command).await
            }
            (Some((_, TokenStatus::Replaced)), Logout::Here) => {
                self.refresh(refresh).await.map(|_| 1)
            }
            (Some((_, TokenStatus::Unknown)) | None, Logout::Here) => Ok(0),
            _ => Err(InternalError::SignedOut(SignedOutReason::Ended)),
        }
    }

    /// Returns the caller behind a refresh token of a live session, and the token's status.
    async fn caller_by_refresh_token(
        &self,
        token: &SecretString,
    ) -> Result<Option<(Caller, TokenStatus)>, InternalError> {
        let Some(token) = self.sessions.verify_refresh_token(token) else {
            return Ok(None);
        };
        let Some(caller) = self.caller_of(token.account, token.session).await? else {
            return Ok(None);
        };
        let now = self.clock.now();
        let session = caller
            .user()
            .and_then(|user| user.session(token.session, now));
        let status = session
            .map(|session| session.token_status(token.generation, None, now, &self.policy.session));
        Ok(status.map(|status| (caller, status)))
    }

    /// Returns the account that an authentic refresh token belongs to.
    #[must_use]
    pub fn owner_of_refresh_token(&self, refresh_token: &SecretString) -> Option<AccountId> {
        let token = self.sessions.verify_refresh_token(refresh_token);
        token.map(|token| token.account)
    }
}
