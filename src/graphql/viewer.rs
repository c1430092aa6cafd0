//! The `viewer` query.

use async_graphql::{Context, Object, Result};

use super::RequestContext;
use super::operation::Operation;
use super::types::User;

/// The resolver of `viewer`.
#[derive(Default)]
pub(super) struct ViewerQuery;

impl Operation for ViewerQuery {
    const FIELD: &'static str = "viewer";
    const SPENDS_CREDENTIAL: bool = false;
}

#[Object]
impl ViewerQuery {
    /// The signed-in user, for pages that guests open too: null without an error if the request
    /// carries no bearer token. A token that is not valid is an error, as in `me`.
    async fn viewer(&self, ctx: &Context<'_>) -> Option<Result<User>> {
        let request = RequestContext::of(ctx);
        request.bearer.as_ref()?;
        User::signed_in(request).await
    }
}
