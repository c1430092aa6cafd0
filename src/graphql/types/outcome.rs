//! What several operations answer when all went well.

use async_graphql::{Context, SimpleObject};

use super::{TokenDelivery, Tokens, User};
use crate::accounts::{InternalError, SignedIn, SignedOutReason};
use crate::graphql::RequestContext;
use crate::model::{Account, Email, SessionId};

/// The user is signed in.
#[derive(SimpleObject)]
pub(in crate::graphql) struct Authenticated {
    /// Who.
    user: User,
    /// The tokens of the session.
    tokens: Tokens,
}

impl Authenticated {
    pub(in crate::graphql) fn deliver(
        ctx: &Context<'_>,
        signed_in: SignedIn,
        delivery: TokenDelivery,
    ) -> Result<Self, InternalError> {
        let request = RequestContext::of(ctx);
        let tokens = Tokens::deliver(ctx, &signed_in.tokens, delivery);
        if delivery == TokenDelivery::Cookie {
            request.remember_browser(ctx, &signed_in.account);
        }
        let now = request.accounts.now();
        let user = User::new(signed_in.account, signed_in.session, now)
            .ok_or(InternalError::SignedOut(SignedOutReason::Ended))?;
        Ok(Self { user, tokens })
    }
}

/// The same answer, at the same speed, whether or not the address has an account.
#[derive(SimpleObject)]
pub(in crate::graphql) struct CodeSent {
    /// The address, in its canonical form.
    email: String,
    /// How long the code is good, in seconds.
    expires_in_seconds: u64,
}

impl CodeSent {
    pub(in crate::graphql) fn new(request: &RequestContext, email: &Email) -> Self {
        let lifetime = request.accounts.policy().code_lifetime;
        Self {
            email: email.as_str().to_owned(),
            expires_in_seconds: lifetime.as_secs(),
        }
    }
}

/// The user is as asked.
#[derive(SimpleObject)]
pub(in crate::graphql) struct UserUpdated {
    /// The user, with the change.
    user: User,
}

impl UserUpdated {
    pub(in crate::graphql) fn new(
        request: &RequestContext,
        account: Account,
        session: SessionId,
    ) -> Result<Self, InternalError> {
        let user = User::new(account, session, request.accounts.now())
            .ok_or(InternalError::SignedOut(SignedOutReason::Ended))?;
        Ok(Self { user })
    }
}
