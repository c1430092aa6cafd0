//! The proofs of who a user is: the methods of a sign-in, and the operator's rule for a second
//! factor.

use serde::{Deserialize, Serialize};

use super::Role;

/// One proof of identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SignInMethod {
    /// The password.
    Password,
    /// A code that was emailed to the user.
    EmailCode,
    /// An account at an identity provider.
    Provider,
    /// A passkey with user verification, which is two factors at once.
    Passkey,
    /// A code from an authenticator app.
    Totp,
    /// A recovery code.
    RecoveryCode,
}

impl SignInMethod {
    /// Returns whether the method is a first factor.
    const fn is_first(self) -> bool {
        matches!(self, Self::Password | Self::EmailCode | Self::Provider)
    }

    /// Returns whether the method is a second factor.
    const fn is_second(self) -> bool {
        matches!(self, Self::Totp | Self::RecoveryCode)
    }

    /// Returns whether these proofs are two factors.
    #[must_use]
    pub fn are_two_factors(methods: &[Self]) -> bool {
        let has = |is: fn(Self) -> bool| methods.iter().any(|method| is(*method));
        methods.contains(&Self::Passkey) || (has(Self::is_first) && has(Self::is_second))
    }
}

/// The operator's rule for a second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MfaPolicy {
    /// No account can set one up. An account that has one is asked for it all the same.
    Off,
    /// Accounts can set one up.
    Optional,
    /// Every account needs one.
    Required,
    /// Administrators need one; others can set one up.
    RequiredForAdmin,
}

impl MfaPolicy {
    /// Returns whether an account of this role needs a second factor.
    #[must_use]
    pub fn requires(self, role: Role) -> bool {
        match self {
            Self::Off | Self::Optional => false,
            Self::Required => true,
            Self::RequiredForAdmin => role == Role::Admin,
        }
    }
}

/// The operator's rules that decide which factors of an account count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FactorPolicy {
    /// The rule for a second factor.
    pub mfa: MfaPolicy,
    /// Enables passkeys.
    pub passkeys: bool,
}

impl FactorPolicy {
    /// Returns whether an account whose only second factor is a passkey is asked for it.
    #[must_use]
    pub fn asks_for_passkeys(self) -> bool {
        self.passkeys && self.mfa != MfaPolicy::Off
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_factors_are_passkey_or_two_kinds() {
        use SignInMethod::{EmailCode, Passkey, Password, Provider, RecoveryCode, Totp};
        for methods in [&[Passkey][..], &[Password, Totp], &[Provider, RecoveryCode]] {
            assert!(SignInMethod::are_two_factors(methods), "{methods:?}");
        }
        for methods in [&[][..], &[Password], &[Password, EmailCode], &[Totp]] {
            assert!(!SignInMethod::are_two_factors(methods), "{methods:?}");
        }
    }

    #[test]
    fn administrators_alone_need_a_second_factor_where_set() {
        assert!(MfaPolicy::RequiredForAdmin.requires(Role::Admin));
        assert!(!MfaPolicy::RequiredForAdmin.requires(Role::User));
        assert!(MfaPolicy::Required.requires(Role::User));
        assert!(!MfaPolicy::Optional.requires(Role::Admin));
    }
}
