//! Who is asking: the account and session behind a bearer token.

use super::{Accounts, Fault};
use crate::model::{Account, SessionId, User};
use crate::token::BearerFault;

/// A signed-in caller, with the account as it was when the request came.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The caller's account: it has a user.
    pub account: Account,
    /// The session the access token belongs to.
    pub session: SessionId,
}

impl Caller {
    /// The caller's side of the account.
    #[must_use]
    pub fn user(&self) -> Option<&User> {
        self.account.user()
    }
}

/// Why a bearer token names no caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rejected {
    /// The token itself is no good.
    Bearer(BearerFault),
    /// Its session has ended, or its account is no more.
    SignedOut,
}

impl Accounts {
    /// Verifies a bearer token and names the caller behind it. Costs one point read, and only for an authentic token.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn authenticate(&self, bearer: &str) -> Result<Result<Caller, Rejected>, Fault> {
        let now = self.clock.now();
        let (id, session) = match self.access_tokens.verify(bearer, now) {
            Ok(named) => named,
            Err(fault) => return Ok(Err(Rejected::Bearer(fault))),
        };
        let account = self.by_id(id).await?;
        let live = account.filter(|account| account.user().is_some_and(|user| user.session(session, now).is_some()));
        Ok(live.map(|account| Caller { account, session }).ok_or(Rejected::SignedOut))
    }
}
