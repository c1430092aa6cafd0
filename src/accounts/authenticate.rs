//! Authenticate a request: finds the account and session behind a bearer token.

use super::{Accounts, InternalError};
use crate::model::{Account, AccountId, SessionId, User};
use crate::token::BearerError;

/// A signed-in caller, with the account as it was when the request arrived.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The caller's account, which has a user.
    pub account: Account,
    /// The session that the access token belongs to.
    pub session: SessionId,
}

impl Caller {
    /// Returns the caller's user.
    #[must_use]
    pub fn user(&self) -> Option<&User> {
        self.account.user()
    }
}

/// The outcome of authenticating a bearer token.
#[derive(Clone, Debug)]
pub enum Authentication {
    /// The token is valid, and its session is live.
    SignedIn(Box<Caller>),
    /// The token is not valid.
    InvalidToken(BearerError),
    /// The session has ended, or the account does not exist any longer.
    SignedOut,
}

impl Accounts {
    /// Verifies a bearer token and loads the caller behind it. Costs one point read, and only for
    /// an authentic token.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn authenticate(&self, bearer: &str) -> Result<Authentication, InternalError> {
        let (id, session) = match self.sessions.verify_bearer(bearer) {
            Ok(named) => named,
            Err(error) => return Ok(Authentication::InvalidToken(error)),
        };
        Ok(match self.caller_of(id, session).await? {
            Some(caller) => Authentication::SignedIn(Box::new(caller)),
            None => Authentication::SignedOut,
        })
    }

    /// Loads the caller of a session, if the session is live.
    pub(super) async fn caller_of(
        &self,
        id: AccountId,
        session: SessionId,
    ) -> Result<Option<Caller>, InternalError> {
        let (account, now) = (self.store.by_id(id).await?, self.clock.now());
        let is_live = |account: &Account| {
            account
                .user()
                .is_some_and(|user| user.session(session, now).is_some())
        };
        Ok(account
            .filter(is_live)
            .map(|account| Caller { account, session }))
    }
}
