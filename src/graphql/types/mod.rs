//! The types that several operations share.

mod date_time;
mod defaulted;
mod error;
mod identity;
mod mfa;
mod outcome;
mod passkey;
mod provider;
mod session;
mod sign_in;
mod tokens;
mod user;

use async_graphql::{ID, Interface};

pub(super) use date_time::DateTime;
pub(super) use defaulted::Defaulted;
pub(super) use error::{
    AccountError, ChallengeExpired, EmailNotVerified, EmailTaken, IdentityNotFound, IdentityTaken,
    InvalidCode, InvalidCredentials, InvalidInput, InvalidProof, InvalidRefreshToken,
    LastSignInMethod, MobileNumberTaken, NotAvailable, PasskeyLimitReached, PasskeyNotFound,
    SessionNotFound, TooManyAttempts, TrustedBrowserNotFound, UnknownPasskey,
};
pub(super) use identity::{Identity, SignInProvider};
pub(super) use mfa::{RecoveryCodes, TrustedBrowser};
pub(super) use outcome::{Authenticated, CodeSent, UserUpdated};
pub(super) use passkey::{
    Passkey, PasskeyAssertionInput, PasskeyDescriptor, PasskeyLoginStarted, PasskeyProof,
    PasskeyRegistrationInput, timeout as passkey_timeout, user_id as passkey_user_id,
};
pub(super) use provider::{LinkRequired, ProviderRefused};
pub(super) use session::Session;
pub(super) use sign_in::{
    DeletionPending, MfaRequired, MfaSetupRequired, ReauthenticationRequired, SignInMember,
    SignInMembers,
};
pub(super) use tokens::{TokenDelivery, Tokens};
pub(super) use user::{Gender, User};

/// An object with a globally unique id.
#[derive(Interface)]
#[graphql(field(
    name = "id",
    ty = "ID",
    desc = "The object's id, which never changes. Its prefix names the type, such as `usr_`."
))]
pub(super) enum Node {
    User(Box<User>),
    Session(Session),
    TrustedBrowser(TrustedBrowser),
    Passkey(Passkey),
    Identity(Identity),
}
