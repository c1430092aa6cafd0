//! The `Mfa` type: the second factors of a user.

use async_graphql::{ID, Object, SimpleObject};

use super::{Authenticated, DateTime};
use crate::model::{self, MfaPolicy, Timestamp};

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
    /// The browsers that skip the second factor, the latest first.
    trusted_browsers: Vec<TrustedBrowser>,
}

impl Mfa {
    pub(super) fn new(user: &model::User, policy: MfaPolicy, now: Timestamp) -> Self {
        Self {
            totp: user.factors.totp.is_some(),
            recovery_codes_left: user.factors.recovery_codes_left(),
            required_by_policy: policy.requires(user.role),
            trusted_browsers: TrustedBrowser::all_of(user, now),
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

/// A browser that skips the second factor.
pub(in crate::graphql) struct TrustedBrowser(model::TrustedBrowser);

impl TrustedBrowser {
    /// Returns the browsers that a user trusts, the latest first.
    pub(super) fn all_of(user: &model::User, now: Timestamp) -> Vec<Self> {
        let browsers = user.factors.trusted_browsers.iter().rev();
        let trusted = browsers.filter(|browser| now < browser.expires_at);
        trusted.cloned().map(Self).collect()
    }

    /// Returns true if this is the browser's id.
    pub(in crate::graphql) fn has_id(&self, id: &ID) -> bool {
        self.0.id.to_string() == id.as_str()
    }
}

/// A browser that skips the second factor, because its user chose so.
#[Object]
impl TrustedBrowser {
    /// The browser's id, `trb_…`.
    pub(super) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The browser and the operating system, such as `Firefox on Linux`.
    async fn device_name(&self) -> Option<String> {
        self.0.device.name()
    }

    /// The time at which the user chose to trust it.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// The time of the last login without the second factor.
    async fn last_used_at(&self) -> DateTime {
        DateTime(self.0.last_used_at)
    }

    /// The time from which the browser is asked for the second factor again.
    async fn expires_at(&self) -> DateTime {
        DateTime(self.0.expires_at)
    }
}
