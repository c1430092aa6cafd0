//! Who am I.

use async_graphql::{Context, Object, Result};

use super::Asking;
use super::types::User;

/// The query.
#[derive(Default)]
pub(super) struct MeQuery;

#[Object]
impl MeQuery {
    /// The signed-in user. Without a valid access token: null, and a top-level error with code UNAUTHENTICATED.
    async fn me(&self, ctx: &Context<'_>) -> Option<Result<User>> {
        let asking = Asking::of(ctx);
        match asking.caller().await {
            Ok(caller) => User::of(caller, asking.accounts.clock.now()).map(Ok),
            Err(fault) => Some(Err(fault.into())),
        }
    }
}
