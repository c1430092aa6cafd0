//! The operator's rules and keys, as the layers above read them.

use std::time::Duration;

use serde_json::Value;

use super::{Accounts, SignInPolicy};
use crate::model::{PasswordPolicy, Role, SessionPolicy, SignUpPolicy};
use crate::providers::Providers;
use crate::token::Keyring;

/// The operator's rules.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// The rules for a new password.
    pub password: PasswordPolicy,
    /// The lifetimes of sessions.
    pub session: SessionPolicy,
    /// The lifetime of an emailed code.
    pub code_lifetime: Duration,
    /// The time for which a change of the email address can be taken back.
    pub email_undo: Duration,
    /// The time for which a user can take the deletion of the account back.
    pub deletion_grace: Duration,
    /// The rules for signing in.
    pub sign_in: SignInPolicy,
    /// Enforces rate limits.
    pub limits: bool,
}

impl Accounts {
    /// Returns the operator's rules.
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Returns the rules for signing up.
    #[must_use]
    pub const fn sign_up_policy(&self) -> &SignUpPolicy {
        &self.sign_up
    }

    /// Returns the providers that users can sign in with.
    #[must_use]
    pub const fn providers(&self) -> &Providers {
        self.flows.providers()
    }

    /// Returns the lifetime of an access token.
    #[must_use]
    pub const fn access_token_lifetime(&self) -> Duration {
        self.sessions.access_token_lifetime()
    }

    /// Returns what the operator's role file gives a role.
    #[must_use]
    pub fn permissions(&self, role: Role) -> &[String] {
        self.sessions.permissions(role)
    }

    /// Returns the keyring that signs access tokens.
    #[must_use]
    pub const fn keyring(&self) -> &Keyring {
        self.sessions.keyring()
    }

    /// Returns the public keys that verify access tokens, as a JWK set.
    #[must_use]
    pub fn jwks(&self) -> Value {
        self.keyring().jwks(self.now())
    }
}
