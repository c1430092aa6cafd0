//! The second factors of an account: an authenticator app, recovery codes, passkeys, and the
//! browsers that may skip them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{
    Device, Digest, Factor, FactorPolicy, Passkey, Passkeys, RecoveryCodes, Sealed, SessionId,
    SignInMethod, Timestamp, TrustedBrowserId,
};

/// The maximum number of authenticator apps that wait for their first code: one more displaces the
/// oldest.
const MAX_SETUPS: usize = 10;

/// The maximum number of browsers that skip the second factor of an account.
const MAX_TRUSTED_BROWSERS: usize = 20;

/// The second factors of an account.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SecondFactors {
    /// The authenticator app.
    pub totp: Option<Totp>,
    /// The recovery codes, which come with the authenticator app.
    pub recovery_codes: Option<RecoveryCodes>,
    /// The passkeys, each of which also signs in alone.
    #[serde(skip_serializing_if = "Passkeys::is_empty")]
    pub passkeys: Passkeys,
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

/// The sign-in that an authenticator app is set up in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

impl TotpSetup {
    /// The time for which the first code is waited for.
    pub const LIFETIME: Duration = Duration::from_mins(10);
}

impl SecondFactors {
    /// Returns the factors alone, without browsers that skip them and without setups.
    #[must_use]
    pub fn without_browsers(self) -> Self {
        Self {
            totp: self.totp,
            recovery_codes: self.recovery_codes,
            passkeys: self.passkeys,
            ..Self::default()
        }
    }

    /// Returns the methods that the account can prove a second factor by. Recovery codes alone are
    /// none: they come with an authenticator app.
    #[must_use]
    pub fn methods(&self, policy: FactorPolicy) -> Vec<SignInMethod> {
        let mut methods = Vec::new();
        if self.totp.is_some() {
            methods.push(SignInMethod::Totp);
            if self.recovery_codes_left() > 0 {
                methods.push(SignInMethod::RecoveryCode);
            }
        }
        let is_asked_for = policy.asks_for_passkeys() || self.totp.is_some();
        if policy.passkeys && is_asked_for && !self.passkeys.is_empty() {
            methods.push(SignInMethod::Passkey);
        }
        methods
    }

    /// Returns the kinds of factors that there are, as emails name them.
    #[must_use]
    pub fn kinds(&self) -> Vec<Factor> {
        let totp = self.totp.as_ref().map(|_| Factor::Totp);
        let passkey = (!self.passkeys.is_empty()).then_some(Factor::Passkey);
        totp.into_iter().chain(passkey).collect()
    }

    /// Returns the number of recovery codes that are left.
    #[must_use]
    pub fn recovery_codes_left(&self) -> usize {
        self.recovery_codes.as_ref().map_or(0, RecoveryCodes::left)
    }

    /// Adds an authenticator app that waits for its first code. It replaces an earlier one of the
    /// same sign-in.
    pub fn await_first_code(&mut self, setup: TotpSetup) {
        self.setups.retain(|other| other.owner != setup.owner);
        let surplus = (self.setups.len() + 1).saturating_sub(MAX_SETUPS);
        self.setups.drain(..surplus);
        self.setups.push(setup);
    }

    /// Returns the secret of the authenticator app that waits in a sign-in.
    #[must_use]
    pub fn awaited(&self, owner: &SetupOwner, now: Timestamp) -> Option<&Sealed> {
        let setup = self
            .setups
            .iter()
            .find(|setup| setup.owner == *owner && now < setup.expires_at);
        setup.map(|setup| &setup.secret)
    }

    /// Lets a browser skip the second factor. Where there are too many, the one that was used least
    /// recently gives way.
    pub fn trust(&mut self, browser: TrustedBrowser) {
        if self.trusted_browsers.len() >= MAX_TRUSTED_BROWSERS {
            let browsers = self.trusted_browsers.iter().enumerate();
            let oldest = browsers.min_by_key(|(_, browser)| browser.last_used_at);
            if let Some((place, _)) = oldest {
                self.trusted_browsers.remove(place);
            }
        }
        self.trusted_browsers.push(browser);
    }

    /// Ends the trust in a browser. Returns false if the browser is not trusted.
    pub fn end_trust(&mut self, id: TrustedBrowserId) -> bool {
        let before = self.trusted_browsers.len();
        self.trusted_browsers.retain(|browser| browser.id != id);
        self.trusted_browsers.len() < before
    }

    /// Replaces the authenticator app and its recovery codes. Nothing waits then, and no browser
    /// skips the new factor.
    pub fn set_totp(&mut self, totp: Totp, codes: RecoveryCodes) {
        *self = Self {
            totp: Some(totp),
            recovery_codes: Some(codes),
            passkeys: std::mem::take(&mut self.passkeys),
            ..Self::default()
        };
    }

    /// Removes the authenticator app and what belongs to it.
    pub fn remove_totp(&mut self) {
        *self = Self {
            passkeys: std::mem::take(&mut self.passkeys),
            ..Self::default()
        };
    }

    /// Adds a passkey. No browser skips the new factor. Returns false if it cannot be added.
    pub fn add_passkey(&mut self, passkey: Passkey) -> bool {
        let is_added = self.passkeys.add(passkey);
        if is_added {
            self.trusted_browsers.clear();
        }
        is_added
    }

    /// Removes every factor and what belongs to it.
    pub fn clear(&mut self) {
        *self = Self::default();
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
