//! The kinds of emails, each with the facts that only its operation knows.

use serde::{Deserialize, Serialize};

use super::{Sealed, Timestamp};

/// The kind of an email, with its facts. The time, the device and the language belong to every
/// email: see [`NewEmail`](super::NewEmail).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum EmailKind {
    /// The code that verifies the address of an account.
    VerificationCode(Sealed),
    /// The code that completes a sign-up.
    SignUpCode(Sealed),
    /// The code that signs in.
    SignInCode(Sealed),
    /// The code that proves who is there before a sensitive change.
    ReauthenticationCode(Sealed),
    /// The code that resets the password.
    PasswordResetCode(Sealed),
    /// The code that proves a new address. Goes to that address.
    EmailChangeCode(Sealed),
    /// An administrator has created the account; the code sets its password.
    Invitation(Sealed),
    /// A sign-up was attempted with the address of an existing account.
    AlreadyRegistered,
    /// The password was changed by a signed-in user.
    PasswordChanged,
    /// The password was reset with a code. The email says when and under which name the account was
    /// created, so that an owner notices a stranger's sign-up.
    PasswordReset {
        /// The name that the account has.
        name: String,
        /// The time at which the account was created.
        created_at: Timestamp,
        /// The reset was the address's first proof: what was set up before is void.
        #[serde(default)]
        is_first_proof: bool,
    },
    /// A sign-in came from a device that was not seen before.
    NewSignIn,
    /// A replaced refresh token was used again, so its session was ended.
    RefreshTokenReused,
    /// A change of the address was requested. Goes to the address that the account has.
    EmailChangeRequested {
        /// The token that refuses the change.
        undo_token: Sealed,
        /// The time until which the token is valid.
        undo_until: Timestamp,
    },
    /// The address was changed. Goes to the old address.
    EmailChanged {
        /// The token that takes the change back.
        undo_token: Sealed,
        /// The time until which the token is valid.
        undo_until: Timestamp,
    },
    /// A change of the address was taken back. Goes to the restored address.
    EmailChangeUndone,
    /// The address was proven for the first time, from outside the account: what was added to the
    /// account before is void.
    AddressClaimed,
    /// A second factor or a way to sign in was added.
    FactorAdded {
        /// The factor.
        factor: Factor,
    },
    /// A second factor or a way to sign in was removed.
    FactorRemoved {
        /// The factor.
        factor: Factor,
    },
    /// The account is to be deleted.
    DeletionScheduled {
        /// The time of the deletion.
        deletes_at: Timestamp,
    },
    /// The account is kept after all.
    DeletionCancelled,
    /// The address was never proven, and the account is to be deleted for that.
    UnverifiedExpiry {
        /// The time of the deletion.
        deletes_at: Timestamp,
    },
}

/// A second factor or a way to sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Factor {
    /// An authenticator app.
    Totp,
    /// A set of recovery codes.
    RecoveryCodes,
    /// A passkey.
    Passkey,
    /// An account at another provider.
    Provider,
}

impl EmailKind {
    /// Returns the name of the kind, in the store, on the command line and in catalogues.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::VerificationCode(_) => "verificationCode",
            Self::SignUpCode(_) => "signUpCode",
            Self::SignInCode(_) => "signInCode",
            Self::ReauthenticationCode(_) => "reauthenticationCode",
            Self::PasswordResetCode(_) => "passwordResetCode",
            Self::EmailChangeCode(_) => "emailChangeCode",
            Self::Invitation(_) => "invitation",
            Self::AlreadyRegistered => "alreadyRegistered",
            Self::PasswordChanged => "passwordChanged",
            Self::PasswordReset { .. } => "passwordReset",
            Self::NewSignIn => "newSignIn",
            Self::RefreshTokenReused => "refreshTokenReused",
            Self::EmailChangeRequested { .. } => "emailChangeRequested",
            Self::EmailChanged { .. } => "emailChanged",
            Self::EmailChangeUndone => "emailChangeUndone",
            Self::AddressClaimed => "addressClaimed",
            Self::FactorAdded { .. } => "factorAdded",
            Self::FactorRemoved { .. } => "factorRemoved",
            Self::DeletionScheduled { .. } => "deletionScheduled",
            Self::DeletionCancelled => "deletionCancelled",
            Self::UnverifiedExpiry { .. } => "unverifiedExpiry",
        }
    }

    /// Returns the code that the email carries. It is valid until the email expires, and void once
    /// the account's codes are.
    #[must_use]
    pub const fn code(&self) -> Option<&Sealed> {
        match self {
            Self::VerificationCode(code)
            | Self::SignUpCode(code)
            | Self::SignInCode(code)
            | Self::ReauthenticationCode(code)
            | Self::PasswordResetCode(code)
            | Self::EmailChangeCode(code)
            | Self::Invitation(code) => Some(code),
            _ => None,
        }
    }

    /// Returns the code or the token that the email carries, and by which its recipient can do
    /// something.
    #[must_use]
    pub const fn secret(&self) -> Option<&Sealed> {
        match self {
            Self::EmailChangeRequested { undo_token, .. }
            | Self::EmailChanged { undo_token, .. } => Some(undo_token),
            _ => self.code(),
        }
    }

    /// Returns the code or the token, to be sealed anew.
    pub const fn secret_mut(&mut self) -> Option<&mut Sealed> {
        match self {
            Self::VerificationCode(secret)
            | Self::SignUpCode(secret)
            | Self::SignInCode(secret)
            | Self::ReauthenticationCode(secret)
            | Self::PasswordResetCode(secret)
            | Self::EmailChangeCode(secret)
            | Self::Invitation(secret)
            | Self::EmailChangeRequested {
                undo_token: secret, ..
            }
            | Self::EmailChanged {
                undo_token: secret, ..
            } => Some(secret),
            _ => None,
        }
    }

    /// Returns whether this email, written later, makes another one of the outbox superfluous: only
    /// the newest code is valid, and one notice is enough.
    #[must_use]
    pub fn replaces(&self, earlier: &Self) -> bool {
        match (self, earlier) {
            // Each is about another factor, or carries a token that stays valid.
            (Self::FactorAdded { .. } | Self::FactorRemoved { .. }, _) => self == earlier,
            (Self::EmailChangeRequested { .. } | Self::EmailChanged { .. }, _) => false,
            _ => std::mem::discriminant(self) == std::mem::discriminant(earlier),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notices_of_different_factors_do_not_replace_each_other() {
        let added = |factor| EmailKind::FactorAdded { factor };
        assert!(added(Factor::Totp).replaces(&added(Factor::Totp)));
        assert!(!added(Factor::Totp).replaces(&added(Factor::Passkey)));
        assert!(EmailKind::PasswordChanged.replaces(&EmailKind::PasswordChanged));
    }

    #[test]
    fn undo_token_is_a_secret_and_no_code() {
        let kind = EmailKind::EmailChanged {
            undo_token: Sealed::new(String::new()),
            undo_until: Timestamp::from_millis(0),
        };
        assert!(kind.code().is_none() && kind.secret().is_some());
        assert!(!kind.replaces(&kind), "each undoes another change");
    }
}
