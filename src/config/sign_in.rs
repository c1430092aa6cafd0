//! The settings of signing in: addresses, second factors, and recent proofs.

use std::time::Duration;

use url::Url;

use super::reader::Reader;
use super::table;
use crate::model::MfaPolicy;

/// The rules of signing in.
#[derive(Clone, Debug)]
pub struct SignInSettings {
    /// Requires an address to be verified before it gets an account.
    pub verify_email_first: bool,
    /// The rule for a second factor.
    pub mfa: MfaPolicy,
    /// The name of the service in authenticator apps.
    pub totp_issuer: String,
    /// The time for which a proof of identity allows sensitive changes.
    pub fresh: Duration,
}

impl SignInSettings {
    /// Returns `None` if a setting is wrong.
    pub(super) fn read(reader: &mut Reader, public_url: Option<&Url>) -> Option<Self> {
        let host = public_url.and_then(Url::host_str).map(str::to_owned);
        let verify_email_first = reader.take(&table::VERIFY_EMAIL_FIRST);
        let mfa = reader.take(&table::MFA);
        let totp_issuer = reader.take_or(&table::TOTP_ISSUER, host);
        let fresh = reader.take(&table::FRESH_SECONDS);
        Some(Self {
            verify_email_first: verify_email_first?,
            mfa: mfa?,
            totp_issuer: totp_issuer?,
            fresh: fresh?,
        })
    }
}
