//! The `me` query.

use async_graphql::{Context, Object, Result};

use super::RequestContext;
use super::operation::Operation;
use super::types::User;

/// The resolver of `me`.
#[derive(Default)]
pub(super) struct MeQuery;

impl Operation for MeQuery {
    const FIELD: &'static str = "me";
    const SPENDS_CREDENTIAL: bool = false;
}

#[Object]
impl MeQuery {
    /// The signed-in user. Without a valid access token, null and a top-level error with code
    /// `UNAUTHENTICATED`.
    async fn me(&self, ctx: &Context<'_>) -> Option<Result<User>> {
        User::signed_in(RequestContext::of(ctx)).await
    }
}
