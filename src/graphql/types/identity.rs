//! The `Identity` type: an account at a provider that is linked to the user.

use async_graphql::{Context, ID, Object, SimpleObject};

use super::DateTime;
use crate::graphql::RequestContext;
use crate::model::{self, Email};
use crate::providers::Provider;

/// A provider of accounts that users can sign in with.
#[derive(SimpleObject)]
pub(in crate::graphql) struct SignInProvider {
    /// The provider's id, for `startProviderSignIn`.
    id: ID,
    /// The provider's name, to show on the button.
    name: String,
}

impl From<&Provider> for SignInProvider {
    fn from(provider: &Provider) -> Self {
        Self {
            id: provider.id().into(),
            name: provider.name().to_owned(),
        }
    }
}

/// An account at a provider that is linked to the user.
pub(in crate::graphql) struct Identity(pub(super) model::Identity);

impl Identity {
    /// Returns true if this is the identity's id.
    pub(in crate::graphql) fn has_id(&self, id: &ID) -> bool {
        self.0.id.to_string() == id.as_str()
    }
}

/// An account at a provider that is linked to the user, who signs in with it.
#[Object]
impl Identity {
    /// The identity's id, `idn_…`.
    pub(super) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The provider. One that the operator does not offer any longer is shown by its id.
    async fn provider(&self, ctx: &Context<'_>) -> SignInProvider {
        let accounts = &RequestContext::of(ctx).accounts;
        let known = accounts.providers().of(&self.0.key);
        known.map_or_else(
            || SignInProvider {
                id: self.0.provider.clone().into(),
                name: self.0.provider.clone(),
            },
            SignInProvider::from,
        )
    }

    /// The email address of the account at the provider at the time of the link; null if the provider
    /// named none. It may differ from the user's.
    async fn email(&self) -> Option<&str> {
        self.0.email.as_ref().map(Email::as_str)
    }

    /// The time of the link.
    async fn linked_at(&self) -> DateTime {
        DateTime(self.0.linked_at)
    }
}
