//! The errors that a user can correct: members of result unions.

use async_graphql::{Enum, Interface, SimpleObject};

use super::{DeletionPending, LinkRequired, ProviderRefused, ReauthenticationRequired};
use crate::model::{FieldCode, InvalidField as ModelInvalidField, Passkeys, Wait};

/// An error that the user can correct, such as a wrong password or a malformed input.
#[derive(Interface)]
#[graphql(field(
    name = "message",
    ty = "&String",
    desc = "Human-readable message in English, for developers; do not show it to users."
))]
pub(in crate::graphql) enum AccountError {
    InvalidInput(InvalidInput),
    InvalidCredentials(InvalidCredentials),
    EmailTaken(EmailTaken),
    MobileNumberTaken(MobileNumberTaken),
    EmailNotVerified(EmailNotVerified),
    InvalidCode(InvalidCode),
    InvalidRefreshToken(InvalidRefreshToken),
    TooManyAttempts(TooManyAttempts),
    SessionNotFound(SessionNotFound),
    NotAvailable(NotAvailable),
    DeletionPending(DeletionPending),
    ReauthenticationRequired(ReauthenticationRequired),
    ChallengeExpired(ChallengeExpired),
    InvalidProof(InvalidProof),
    TrustedBrowserNotFound(TrustedBrowserNotFound),
    PasskeyLimitReached(PasskeyLimitReached),
    UnknownPasskey(UnknownPasskey),
    PasskeyNotFound(PasskeyNotFound),
    LinkRequired(LinkRequired),
    ProviderRefused(ProviderRefused),
    IdentityTaken(IdentityTaken),
    IdentityNotFound(IdentityNotFound),
    LastSignInMethod(LastSignInMethod),
}

/// Declares an error type that has a message and no other field.
macro_rules! account_error {
    ($(#[$doc:meta])* $name:ident, $message:literal) => {
        $(#[$doc])*
        #[derive(SimpleObject)]
        pub(in crate::graphql) struct $name {
            /// Human-readable message in English, for developers; do not show it to users.
            message: String,
        }

        impl Default for $name {
            fn default() -> Self {
                Self { message: $message.to_owned() }
            }
        }
    };
}

account_error!(
    /// The email address or the password is wrong. The server does not disclose which.
    InvalidCredentials,
    "The email address or the password is wrong."
);
account_error!(
    /// The email address already belongs to an account.
    EmailTaken,
    "This email address already belongs to an account."
);
account_error!(
    /// The mobile number already belongs to another account.
    MobileNumberTaken,
    "This mobile number belongs to another account."
);
account_error!(
    /// The password is right, but the server's policy requires a verified email address first.
    EmailNotVerified,
    "Verify your email address first."
);
account_error!(
    /// The code is wrong, already used, expired, or had too many wrong attempts. The server does
    /// not disclose which.
    InvalidCode,
    "This code is not valid. If you asked for several, only that of the newest email is; else ask for a new one."
);
account_error!(
    /// The refresh token is unknown, expired, revoked or already used.
    InvalidRefreshToken,
    "Your session has ended. Log in again."
);
account_error!(
    /// The user has no live session with this id.
    SessionNotFound,
    "This session does not exist, or has ended."
);

account_error!(
    /// The server does not offer this, or not to this account. `policy` says what is on.
    NotAvailable,
    "This server does not offer it."
);

account_error!(
    /// The sign-in has expired, was finished before, or had too many wrong attempts: start again.
    ChallengeExpired,
    "This sign-in has expired or is finished. Start again."
);
account_error!(
    /// The user has no trusted browser with this id.
    TrustedBrowserNotFound,
    "This browser is not trusted, or not any longer."
);
account_error!(
    /// The user has no passkey with this id.
    PasskeyNotFound,
    "This passkey does not exist, or not any longer."
);
account_error!(
    /// The user could not sign in without it, or the operator requires a second factor and it is the
    /// last one. Add another way first: a password, a passkey, an account at a provider.
    LastSignInMethod,
    "This is the only way to sign in. Add another one first."
);
account_error!(
    /// The proof is wrong, or was used before.
    InvalidProof,
    "This proof is wrong, or was used before."
);

account_error!(
    /// The account at the provider is linked to another user.
    IdentityTaken,
    "This account at the provider is linked to another user."
);
account_error!(
    /// The user has no linked account at a provider with this id.
    IdentityNotFound,
    "This account at a provider is not linked, or not any longer."
);

/// One or more input fields are invalid. Nothing was changed.
#[derive(SimpleObject)]
pub(in crate::graphql) struct InvalidInput {
    /// Human-readable message in English, for developers; do not show it to users.
    message: String,
    /// All invalid input fields, in the order of the input type.
    fields: Vec<InvalidField>,
}

/// One invalid input field.
#[derive(SimpleObject)]
pub(in crate::graphql) struct InvalidField {
    /// The path of the input field, such as `["input", "email"]`.
    path: Vec<String>,
    /// The reason, for the front end to choose its message by.
    code: InvalidFieldCode,
    /// Human-readable reason in English, with the limit that was exceeded; for developers, do not
    /// show it to users.
    message: String,
}

/// The reasons why an input field is invalid.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "FieldCode")]
pub(in crate::graphql) enum InvalidFieldCode {
    /// The field is required, and it is missing or empty.
    Required,
    /// The value has fewer characters than required.
    TooShort,
    /// The value has more characters than allowed.
    TooLong,
    /// The value does not have the format of the field.
    Malformed,
    /// The password is too easy to guess.
    TooCommon,
    /// The new value is the same as the current one.
    Unchanged,
    /// The operator does not accept this value.
    NotAllowed,
}

impl From<Vec<ModelInvalidField>> for InvalidInput {
    fn from(fields: Vec<ModelInvalidField>) -> Self {
        let field = |it: ModelInvalidField| InvalidField {
            path: vec!["input".to_owned(), it.field.to_owned()],
            code: it.error.code.into(),
            message: it.error.message,
        };
        Self {
            message: "Some fields are invalid.".to_owned(),
            fields: fields.into_iter().map(field).collect(),
        }
    }
}

/// The user has as many passkeys as an account can have. Remove one first.
#[derive(SimpleObject)]
pub(in crate::graphql) struct PasskeyLimitReached {
    /// Human-readable message in English, for developers; do not show it to users.
    message: String,
    /// The maximum number of passkeys.
    limit: usize,
}

impl Default for PasskeyLimitReached {
    fn default() -> Self {
        let limit = Passkeys::MAX;
        Self {
            message: format!("An account has {limit} passkeys at most."),
            limit,
        }
    }
}

/// The passkey was removed here. Pass the two ids on to `PublicKeyCredential.signalUnknownCredential`,
/// so that the password manager forgets it too.
#[derive(SimpleObject)]
pub(in crate::graphql) struct UnknownPasskey {
    /// Human-readable message in English, for developers; do not show it to users.
    message: String,
    /// The domain that the passkey belongs to.
    rp_id: String,
    /// The id that the authenticator has drawn, in base64url.
    credential_id: String,
}

impl UnknownPasskey {
    pub(in crate::graphql) fn new(rp_id: String, credential_id: String) -> Self {
        Self {
            message: "This passkey was removed. Sign in by another way.".to_owned(),
            rp_id,
            credential_id,
        }
    }
}

/// There were too many attempts in a short time. Nothing was changed.
#[derive(SimpleObject)]
pub(in crate::graphql) struct TooManyAttempts {
    /// Human-readable message in English, for developers; do not show it to users.
    message: String,
    /// The time to wait before the next attempt, in seconds.
    retry_after_seconds: u32,
}

impl From<Wait> for TooManyAttempts {
    fn from(wait: Wait) -> Self {
        Self {
            message: "Too many attempts. Try again later.".to_owned(),
            retry_after_seconds: wait.seconds(),
        }
    }
}
