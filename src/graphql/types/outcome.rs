//! The success types that several operations share.

use async_graphql::{Context, SimpleObject};

use super::{TokenDelivery, Tokens, User};
use crate::accounts::{InternalError, SignedIn};
use crate::graphql::RequestContext;
use crate::model::{Account, Email, SessionId};

/// The user is signed in, with a new session or a refreshed one.
#[derive(SimpleObject)]
pub(in crate::graphql) struct Authenticated {
    /// The user who is signed in.
    user: User,
    /// The session's tokens.
    tokens: Tokens,
}

impl Authenticated {
    /// Delivers the tokens of a sign-in, with the device cookie beside a refresh cookie.
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
        let user =
            User::new(signed_in.account, signed_in.session, now).ok_or(InternalError::SignedOut)?;
        Ok(Self { user, tokens })
    }
}

/// A code was emailed if the address has an account. The response is the same, at the same speed,
/// if it has none.
#[derive(SimpleObject)]
pub(in crate::graphql) struct CodeSent {
    /// The email address, in canonical form.
    email: String,
    /// The lifetime of the code, in seconds.
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

/// The change was made.
#[derive(SimpleObject)]
pub(in crate::graphql) struct UserUpdated {
    /// The user after the change.
    user: User,
}

impl UserUpdated {
    pub(in crate::graphql) fn new(
        request: &RequestContext,
        account: Account,
        session: SessionId,
    ) -> Result<Self, InternalError> {
        let user =
            User::new(account, session, request.accounts.now()).ok_or(InternalError::SignedOut)?;
        Ok(Self { user })
    }
}
