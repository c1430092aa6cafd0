//! Answers of a sign-in at a provider that is not finished yet, or came to nothing.

use async_graphql::{Enum, SimpleObject};

use super::sign_in::ReauthenticationMethod;
use crate::model::{self, Email, SignInMethod};

/// The account at the provider is to be linked to the account of its email address, or to a new one
/// if the address has none: `linkIdentity` with a proof, within ten minutes.
#[derive(SimpleObject)]
pub(in crate::graphql) struct LinkRequired {
    /// Human-readable message in English, for developers; do not show it to users.
    pub(super) message: String,
    /// The email address, in canonical form.
    email: String,
    /// Names this sign-in in `linkIdentity` and `sendReauthenticationCode`.
    ticket: String,
    /// The proofs that are accepted. `EMAIL_CODE` alone does not say that the address has an account.
    methods: Vec<ReauthenticationMethod>,
}

impl LinkRequired {
    pub(in crate::graphql) fn new(email: &Email, ticket: &str, methods: Vec<SignInMethod>) -> Self {
        Self {
            message: "Prove that the account of this address is yours.".to_owned(),
            email: email.as_str().to_owned(),
            ticket: ticket.to_owned(),
            methods: ReauthenticationMethod::all_of(methods),
        }
    }
}

/// The provider refused, or did not say what is needed. Nothing was changed.
#[derive(SimpleObject)]
pub(in crate::graphql) struct ProviderRefused {
    /// Human-readable message in English, for developers; do not show it to users.
    pub(super) message: String,
    /// The reason, for the front end to choose its message by.
    reason: ProviderRefusal,
}

impl From<model::ProviderRefusal> for ProviderRefused {
    fn from(reason: model::ProviderRefusal) -> Self {
        Self {
            message: "The provider did not sign the user in.".to_owned(),
            reason: reason.into(),
        }
    }
}

/// The reasons for which a sign-in at a provider comes to nothing.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "model::ProviderRefusal")]
pub(in crate::graphql) enum ProviderRefusal {
    /// The user has cancelled it, or has not agreed to it.
    Cancelled,
    /// The provider does not answer. Offer another way to sign in.
    Unreachable,
    /// The provider's answer cannot be trusted, or not be read. The operator finds the reason in the
    /// log.
    InvalidAnswer,
    /// The provider named no email address, and the server needs one for an account.
    AddressMissing,
    /// The account's email address is not verified, and the operator requires that.
    AddressUnverified,
}
