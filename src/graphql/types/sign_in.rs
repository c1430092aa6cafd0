//! Answers of a sign-in that asks for more than one proof, and of operations that need a recent
//! one.

use async_graphql::{Context, Enum, SimpleObject};
use secrecy::ExposeSecret;

use super::{Authenticated, DateTime, TokenDelivery};
use crate::accounts::{InternalError, SignIn};
use crate::model::SignInMethod;

/// The password or code was right, and the account asks for a second factor. The user is not
/// signed in yet.
#[derive(SimpleObject)]
pub(in crate::graphql) struct MfaRequired {
    /// Names this sign-in in the operation that completes it.
    challenge: String,
    /// The second factors that the account has.
    methods: Vec<MfaMethod>,
    /// The challenge's lifetime in seconds.
    expires_in_seconds: u64,
}

/// The member of a sign-in whose proofs so far were right.
pub(in crate::graphql) enum SignInMember {
    Authenticated(Box<Authenticated>),
    MfaRequired(MfaRequired),
    MfaSetupRequired(MfaSetupRequired),
    DeletionPending(DeletionPending),
}

impl SignInMember {
    /// Returns the member of a sign-in, and delivers the tokens if the user is signed in.
    pub(in crate::graphql) fn deliver(
        ctx: &Context<'_>,
        sign_in: SignIn,
        delivery: TokenDelivery,
    ) -> Result<Self, InternalError> {
        Ok(match sign_in {
            SignIn::Authenticated(it) => {
                Self::Authenticated(Box::new(Authenticated::deliver(ctx, *it, delivery)?))
            }
            SignIn::MfaRequired {
                challenge,
                methods,
                expires_in,
            } => Self::MfaRequired(MfaRequired {
                challenge: challenge.expose_secret().to_owned(),
                methods: methods.into_iter().filter_map(MfaMethod::of).collect(),
                expires_in_seconds: expires_in.as_secs(),
            }),
            SignIn::MfaSetupRequired {
                challenge,
                expires_in,
            } => Self::MfaSetupRequired(MfaSetupRequired {
                challenge: challenge.expose_secret().to_owned(),
                expires_in_seconds: expires_in.as_secs(),
            }),
            SignIn::DeletionPending { ticket, deletes_at } => {
                Self::DeletionPending(DeletionPending {
                    message: "This account is to be deleted.".to_owned(),
                    deletes_at: DateTime(deletes_at),
                    ticket: ticket.expose_secret().to_owned(),
                })
            }
        })
    }
}

/// A union with all members of a sign-in.
pub(in crate::graphql) trait SignInMembers:
    From<Box<Authenticated>> + From<MfaRequired> + From<MfaSetupRequired> + From<DeletionPending>
{
    /// Returns the member of a sign-in, and delivers the tokens if the user is signed in.
    fn deliver(
        ctx: &Context<'_>,
        sign_in: SignIn,
        delivery: TokenDelivery,
    ) -> Result<Self, InternalError> {
        Ok(match SignInMember::deliver(ctx, sign_in, delivery)? {
            SignInMember::Authenticated(it) => it.into(),
            SignInMember::MfaRequired(it) => it.into(),
            SignInMember::MfaSetupRequired(it) => it.into(),
            SignInMember::DeletionPending(it) => it.into(),
        })
    }
}

impl<T> SignInMembers for T where
    T: From<Box<Authenticated>>
        + From<MfaRequired>
        + From<MfaSetupRequired>
        + From<DeletionPending>
{
}

impl MfaMethod {
    /// Returns the second factor of a method, if it is one.
    const fn of(method: SignInMethod) -> Option<Self> {
        match method {
            SignInMethod::Totp => Some(Self::Totp),
            SignInMethod::RecoveryCode => Some(Self::RecoveryCode),
            SignInMethod::Passkey => Some(Self::Passkey),
            SignInMethod::Password | SignInMethod::EmailCode | SignInMethod::Provider => None,
        }
    }
}

/// A second factor.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub(in crate::graphql) enum MfaMethod {
    /// A code from an authenticator app.
    Totp,
    /// One of the recovery codes that were shown when the authenticator app was set up.
    RecoveryCode,
    /// A passkey.
    Passkey,
}

/// The operator requires a second factor, and the account has none yet. Set one up with this
/// challenge; tokens come after that.
#[derive(SimpleObject)]
pub(in crate::graphql) struct MfaSetupRequired {
    /// Names this sign-in in the operations that set up the second factor.
    challenge: String,
    /// The challenge's lifetime in seconds.
    expires_in_seconds: u64,
}

/// The account is scheduled for deletion. Its user can cancel the deletion with the ticket.
#[derive(SimpleObject)]
pub(in crate::graphql) struct DeletionPending {
    /// Human-readable message in English, for developers; do not show it to users.
    pub(super) message: String,
    /// The time at which the account will be deleted.
    deletes_at: DateTime,
    /// Cancels the deletion and signs the user in. It can be used once.
    ticket: String,
}

/// The operation needs a recent proof of identity: reauthenticate, then try again.
#[derive(SimpleObject)]
pub(in crate::graphql) struct ReauthenticationRequired {
    /// Human-readable message in English, for developers; do not show it to users.
    pub(super) message: String,
    /// The proofs that the account can give.
    methods: Vec<ReauthenticationMethod>,
}

impl From<Vec<SignInMethod>> for ReauthenticationRequired {
    fn from(methods: Vec<SignInMethod>) -> Self {
        Self {
            message: "Prove who you are, then try again.".to_owned(),
            methods: ReauthenticationMethod::all_of(methods),
        }
    }
}

impl ReauthenticationMethod {
    /// Returns the proofs among some methods.
    pub(super) fn all_of(methods: Vec<SignInMethod>) -> Vec<Self> {
        methods.into_iter().filter_map(Self::of).collect()
    }

    /// Returns the proof of a method, if it can be given in a session.
    const fn of(method: SignInMethod) -> Option<Self> {
        match method {
            SignInMethod::Password => Some(Self::Password),
            SignInMethod::EmailCode => Some(Self::EmailCode),
            SignInMethod::Totp => Some(Self::Totp),
            SignInMethod::RecoveryCode => Some(Self::RecoveryCode),
            SignInMethod::Passkey => Some(Self::Passkey),
            SignInMethod::Provider => None,
        }
    }
}

/// A proof of identity of a user who is signed in.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub(in crate::graphql) enum ReauthenticationMethod {
    /// The password.
    Password,
    /// A code that is emailed to the user.
    EmailCode,
    /// A code from an authenticator app.
    Totp,
    /// A recovery code.
    RecoveryCode,
    /// A passkey.
    Passkey,
}
