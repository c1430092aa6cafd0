//! The `Mfa` type: the second factors of a user.

use async_graphql::SimpleObject;

use super::Authenticated;
use crate::model::{self, MfaPolicy};

/// The second factors of a user.
#[derive(SimpleObject)]
pub(in crate::graphql) struct Mfa {
    /// True if the user has an authenticator app.
    totp: bool,
    /// The number of recovery codes that are left. Offer new ones before the last one is used.
    recovery_codes_left: usize,
    /// True if the operator requires a second factor of this user, who then cannot remove the last
    /// one.
    required_by_policy: bool,
}

impl Mfa {
    pub(super) fn new(user: &model::User, policy: MfaPolicy) -> Self {
        Self {
            totp: user.factors.totp.is_some(),
            recovery_codes_left: user.factors.recovery_codes_left(),
            required_by_policy: policy.requires(user.role),
        }
    }
}

/// Recovery codes, for the user to keep in a safe place. They are shown once.
#[derive(SimpleObject)]
pub(in crate::graphql) struct RecoveryCodes {
    /// Ten codes, each of which replaces the authenticator app once.
    codes: Vec<String>,
    /// The user and the tokens, if the confirmation has finished a sign-in. Null also if the sign-in
    /// needs another step: log in again then.
    authenticated: Option<Box<Authenticated>>,
}

impl RecoveryCodes {
    pub(in crate::graphql) fn new(
        codes: Vec<String>,
        authenticated: Option<Authenticated>,
    ) -> Self {
        Self {
            codes,
            authenticated: authenticated.map(Box::new),
        }
    }
}
