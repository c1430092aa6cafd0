//! Answers of a sign-in that asks for more than one proof, and of operations that need a recent
//! one.
//!
//! Clients must be ready for these members before the server can return them, so the schema has
//! them already.

use async_graphql::{Enum, SimpleObject};

use super::DateTime;

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
