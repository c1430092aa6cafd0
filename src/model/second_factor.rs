//! The second factors of an account: an authenticator app, recovery codes, and the browsers that
//! may skip them.

use serde::{Deserialize, Serialize};

use super::{Device, Digest, Sealed, SessionId, SignInMethod, Timestamp, TrustedBrowserId};

/// The second factors of an account.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SecondFactors {
    /// The authenticator app.
    pub totp: Option<Totp>,
    /// The recovery codes, which come with the authenticator app.
    pub recovery_codes: Option<RecoveryCodes>,
    /// Authenticator apps that wait for their first code.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub setups: Vec<TotpSetup>,
    /// Browsers that skip the second factor.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub trusted_browsers: Vec<TrustedBrowser>,
}

/// An authenticator app (RFC 6238).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Totp {
    /// The shared secret.
    pub secret: Sealed,
    /// The number of the last time step whose code was accepted: no step is good twice.
    pub last_step: i64,
}

/// Recovery codes, each of which is good once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecoveryCodes {
    /// The key of the digests. It is sealed, so that a new server secret does not void the codes.
    pub key: Sealed,
    /// The keyed digests of the codes that are left.
    pub digests: Vec<Digest>,
}

/// The sign-in that an authenticator app is set up in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SetupOwner {
    /// A session.
    Session(SessionId),
    /// A sign-in that waits for its second factor.
    Challenge(Digest),
}

/// An authenticator app that waits for its first code.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TotpSetup {
    /// The sign-in that it is set up in.
    pub owner: SetupOwner,
    /// The shared secret.
    pub secret: Sealed,
    /// The time from which it is not waited for.
    pub expires_at: Timestamp,
}

/// A browser that skips the second factor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TrustedBrowser {
    /// The id, which its cookie names.
    pub id: TrustedBrowserId,
    /// The device at the time of the sign-in.
    pub device: Device,
    /// The time at which the browser was trusted.
    pub created_at: Timestamp,
    /// The time of the last sign-in that skipped the second factor.
    pub last_used_at: Timestamp,
    /// The time at which the second factor is asked for again.
    pub expires_at: Timestamp,
}

impl SecondFactors {
    /// Returns the factors alone, without browsers that skip them and without setups.
    #[must_use]
    pub fn without_browsers(self) -> Self {
        Self {
            totp: self.totp,
            recovery_codes: self.recovery_codes,
            ..Self::default()
        }
    }

    /// Returns the methods that the account can prove a second factor by. Recovery codes alone are
    /// none: they come with an authenticator app.
    #[must_use]
    pub fn methods(&self) -> Vec<SignInMethod> {
        let mut methods = Vec::new();
        if self.totp.is_some() {
            methods.push(SignInMethod::Totp);
            if self.recovery_codes_left() > 0 {
                methods.push(SignInMethod::RecoveryCode);
            }
        }
        methods
    }

    /// Returns the number of recovery codes that are left.
    #[must_use]
    pub fn recovery_codes_left(&self) -> usize {
        self.recovery_codes
            .as_ref()
            .map_or(0, |codes| codes.digests.len())
    }

    /// Records that a browser skips the second factor now. Returns false if it may not.
    pub fn use_trust(&mut self, id: TrustedBrowserId, now: Timestamp) -> bool {
        let browser = self
            .trusted_browsers
            .iter_mut()
            .find(|browser| browser.id == id && now < browser.expires_at);
        browser.map(|browser| browser.last_used_at = now).is_some()
    }

    pub(super) fn prune_expired(&mut self, now: Timestamp) {
        self.setups.retain(|setup| now < setup.expires_at);
        self.trusted_browsers
            .retain(|browser| now < browser.expires_at);
    }
}
