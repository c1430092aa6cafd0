//! What several operations answer when all went well.

use async_graphql::{Context, SimpleObject};

use super::{TokenDelivery, Tokens, User};
use crate::accounts::{Fault, SignedIn};
use crate::graphql::Asking;
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
    ) -> Result<Self, Fault> {
        let asking = Asking::of(ctx);
        let tokens = Tokens::deliver(ctx, &signed_in.tokens, delivery);
        if delivery == TokenDelivery::Cookie {
            asking.know_again(ctx, &signed_in.account);
        }
        let now = asking.accounts.clock.now();
        let user = User::new(signed_in.account, signed_in.session, now).ok_or(Fault::SignedOut)?;
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
    pub(in crate::graphql) fn new(asking: &Asking, email: &Email) -> Self {
        let lifetime = asking.accounts.policy.code_lifetime;
        Self { email: email.as_str().to_owned(), expires_in_seconds: lifetime.as_secs() }
    }
}

/// The user is as asked.
#[derive(SimpleObject)]
pub(in crate::graphql) struct UserUpdated {
    /// The user, with the change.
    user: User,
}

impl UserUpdated {
    pub(in crate::graphql) fn new(asking: &Asking, account: Account, session: SessionId) -> Result<Self, Fault> {
        let user = User::new(account, session, asking.accounts.clock.now()).ok_or(Fault::SignedOut)?;
        Ok(Self { user })
    }
}
