//! The `node` query.

use async_graphql::{Context, ID, Object, Result};

use super::RequestContext;
use super::operation::Operation;
use super::types::{Node, User};

/// The resolver of `node`.
#[derive(Default)]
pub(super) struct NodeQuery;

impl Operation for NodeQuery {
    const FIELD: &'static str = "node";
    const SPENDS_CREDENTIAL: bool = false;
}

#[Object]
impl NodeQuery {
    /// An object of the signed-in user by its id: the `User`, one of their live sessions, a trusted
    /// browser, a passkey, or a linked account at a provider. Null if the user has no object of this
    /// id. Without a valid access token: null, and a top-level
    /// error with code UNAUTHENTICATED.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The id of a `User`, a `Session`, a `TrustedBrowser`, a `Passkey` or an `Identity`."
        )]
        id: ID,
    ) -> Option<Result<Node>> {
        let user = match User::signed_in(RequestContext::of(ctx)).await? {
            Ok(user) => user,
            Err(error) => return Some(Err(error)),
        };
        if user.has_id(&id) {
            return Some(Ok(Node::User(Box::new(user))));
        }
        if let Some(session) = user.live_sessions().find(|session| session.has_id(&id)) {
            return Some(Ok(Node::Session(session)));
        }
        let mut identities = user.linked_identities();
        if let Some(identity) = identities.find(|identity| identity.has_id(&id)) {
            return Some(Ok(Node::Identity(identity)));
        }
        let mut browsers = user.trusted_browsers().into_iter();
        if let Some(browser) = browsers.find(|browser| browser.has_id(&id)) {
            return Some(Ok(Node::TrustedBrowser(browser)));
        }
        let mut passkeys = user.own_passkeys().into_iter();
        let passkey = passkeys.find(|passkey| passkey.has_id(&id))?;
        Some(Ok(Node::Passkey(passkey)))
    }
}
