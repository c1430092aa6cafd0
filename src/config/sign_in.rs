//! The settings of signing in: addresses, second factors, and recent proofs.

use std::time::Duration;

use url::Url;

use super::passkeys::{PasskeySettings, Places};
use super::providers::ProviderSettings;
use super::reader::Reader;
use super::sign_in_table;
use crate::model::{Email, MfaPolicy, SignUpPolicy, SignUpRule, Terms};

/// The rules of signing in.
#[derive(Clone, Debug)]
pub struct SignInSettings {
    /// Requires an address to be verified before it gets an account.
    pub verify_email_first: bool,
    /// The rules for signing up.
    pub sign_up: SignUpPolicy,
    /// The rule for a second factor.
    pub mfa: MfaPolicy,
    /// The name of the service in authenticator apps.
    pub totp_issuer: String,
    /// The time for which a browser may skip the second factor; zero if none may.
    pub trust_browser: Duration,
    /// Enables logins with an emailed code.
    pub login_by_code: bool,
    /// The providers that users can sign in with.
    pub providers: ProviderSettings,
    /// The time for which a proof of identity allows sensitive changes.
    pub fresh: Duration,
    /// The settings of passkeys, if they are on.
    pub passkeys: Option<PasskeySettings>,
}

impl SignInSettings {
    /// Returns `None` if a setting is wrong.
    pub(super) fn read(reader: &mut Reader, places: Places<'_>) -> Option<Self> {
        let host = places.public_url.and_then(Url::host_str).map(str::to_owned);
        let verify_email_first = reader.take(&sign_in_table::VERIFY_EMAIL_FIRST);
        let sign_up = read_sign_up(reader);
        let mfa = reader.take(&sign_in_table::MFA);
        let totp_issuer = reader.take_or(&sign_in_table::TOTP_ISSUER, host);
        let fresh = reader.take(&sign_in_table::FRESH_SECONDS);
        let trust_browser = reader.take(&sign_in_table::TRUST_BROWSER_DAYS);
        let login_by_code = reader.take(&sign_in_table::LOGIN_BY_CODE);
        let passkeys = PasskeySettings::read(reader, places);
        let providers = ProviderSettings::read(reader);
        Some(Self {
            verify_email_first: verify_email_first?,
            sign_up: sign_up?,
            mfa: mfa?,
            totp_issuer: totp_issuer?,
            fresh: fresh?,
            trust_browser: trust_browser?,
            login_by_code: login_by_code?,
            passkeys: passkeys?,
            providers: providers?,
        })
    }
}

/// Reads the rules for signing up. Terms have a version and a page.
fn read_sign_up(reader: &mut Reader) -> Option<SignUpPolicy> {
    let rule = reader.take(&sign_in_table::SIGNUP);
    let version = reader.take(&sign_in_table::TERMS_VERSION)?;
    let url = reader.take(&sign_in_table::TERMS_URL)?;
    let terms = match (version, url) {
        (Some(version), Some(url)) => Some(Terms {
            version,
            url: url.into(),
        }),
        (None, None) => None,
        (version, _) => {
            let (missing, set) = if version.is_some() {
                (
                    &sign_in_table::TERMS_URL.row,
                    &sign_in_table::TERMS_VERSION.row,
                )
            } else {
                (
                    &sign_in_table::TERMS_VERSION.row,
                    &sign_in_table::TERMS_URL.row,
                )
            };
            let wrong = format!("is needed beside {}", set.name);
            reader.error(missing, wrong, missing.example);
            return None;
        }
    };
    Some(SignUpPolicy { rule: rule?, terms })
}

/// Parses the addresses that may sign up.
pub(super) fn sign_up_rule(text: &str) -> Result<SignUpRule, String> {
    let domains = match text {
        "open" => return Ok(SignUpRule::Open),
        "closed" => return Ok(SignUpRule::Closed),
        text => text.strip_prefix("domains:").unwrap_or_default(),
    };
    let names = domains.split(',').map(str::trim);
    let names: Vec<&str> = names.filter(|name| !name.is_empty()).collect();
    if names.is_empty() {
        return Err("is not `open`, `closed`, or `domains:` and names of domains".to_owned());
    }
    let domain = |name: &&str| {
        let address = Email::parse(&format!("a@{name}"));
        let refused = |_| format!("holds `{}`, which is no domain", name.escape_debug());
        address
            .map(|address| address.domain().to_owned())
            .map_err(refused)
    };
    let domains = names.iter().map(domain).collect::<Result<_, _>>()?;
    Ok(SignUpRule::Domains(domains))
}

/// Parses a version of terms.
pub(super) fn terms_version(text: &str) -> Result<Option<String>, String> {
    let text = text.trim();
    if text.chars().count() > 64 || text.chars().any(char::is_control) {
        return Err("has control characters, or more than 64 characters".to_owned());
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

/// Parses the URL of a page.
pub(super) fn page(text: &str) -> Result<Option<Url>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let url = Url::parse(text).ok();
    let url = url.filter(|url| matches!(url.scheme(), "https" | "http") && url.has_host());
    url.map(Some)
        .ok_or_else(|| "is no http or https URL".to_owned())
}
