//! The rows of the table of settings that are about signing in.

use std::time::Duration;

use url::Url;

use super::parse;
use super::providers::ProviderSource;
use super::setting::{Setting, Typed};
use crate::model::{MfaPolicy, SignUpRule};

settings! {
    in SIGN_IN_ROWS;

    VERIFY_EMAIL_FIRST -> bool {
        default: "false", example: "true",
        meaning: "Requires an email address to be verified before it gets an account: `true` or `false`.",
        parse: |text| parse::one_of(text, &[("true", true), ("false", false)])
    }
    SIGNUP -> SignUpRule {
        default: "open", example: "domains:example.org,example.com",
        meaning: "The addresses that may sign up: `open` for all, `domains:` and names of domains (without their subdomains), or `closed`, where only the operator creates accounts.",
        parse: super::sign_in::sign_up_rule
    }
    TERMS_VERSION -> Option<String> {
        default: "", example: "2026-11-01",
        meaning: "The version of the terms that a user accepts when signing up; by default there are no terms.",
        parse: super::sign_in::terms_version
    }
    TERMS_URL -> Option<Url> {
        default: "", example: "https://example.org/terms",
        meaning: "The page with the terms of `LATCHKEY_TERMS_VERSION`.",
        parse: super::sign_in::page
    }
    MFA -> MfaPolicy {
        default: "off", example: "optional",
        meaning: "The second factor (an authenticator app with recovery codes): `off`, `optional`, `required` for every user, or `required-for-admin`. Sessions from before a change of it go on.",
        parse: |text| parse::one_of(text, &[("off", MfaPolicy::Off), ("optional", MfaPolicy::Optional), ("required", MfaPolicy::Required), ("required-for-admin", MfaPolicy::RequiredForAdmin)])
    }
    TOTP_ISSUER -> String {
        default: "127.0.0.1", example: "Example",
        meaning: "The name that authenticator apps show for accounts of this server; by default the host of `LATCHKEY_PUBLIC_URL`.",
        parse: parse::app_name
    }
    TRUST_BROWSER_DAYS -> Duration {
        default: "30", example: "7",
        meaning: "The days for which a browser may skip the second factor if its user chose so (0 to 365); 0 offers no such choice.",
        parse: |text| parse::number(text, 0..=365).map(|days: u64| Duration::from_hours(24 * days))
    }
    LOGIN_BY_CODE -> bool {
        default: "false", example: "true",
        meaning: "Logins with an emailed code instead of a password: `true` or `false`.",
        parse: |text| parse::one_of(text, &[("true", true), ("false", false)])
    }
    PASSKEYS -> bool {
        default: "off", example: "on",
        meaning: "Passkeys, to log in with and as a second factor: `on` or `off`.",
        parse: |text| parse::one_of(text, &[("on", true), ("off", false)])
    }
    PASSKEY_RP_ID -> String {
        default: "", example: "example.org",
        meaning: "The domain that passkeys belong to: that of the pages that use them, or one above it. Passkeys cannot be moved to another domain later. By default the host of `LATCHKEY_PUBLIC_URL`.",
        parse: super::passkeys::rp_id
    }
    PASSKEY_ORIGINS -> Vec<String> {
        default: "", example: "https://app.example.org,https://shop.example.com",
        meaning: "The web origins whose pages may use passkeys, separated by commas; those outside the domain are listed at `/.well-known/webauthn`. By default those of `LATCHKEY_PUBLIC_URL` and `LATCHKEY_ORIGINS` that the domain covers.",
        parse: super::passkeys::origins
    }
    PROVIDERS -> Option<ProviderSource> {
        default: "", example: "/etc/latchkey/providers.toml",
        meaning: "A TOML file of the providers that users can sign in with, such as Google, GitHub and any of OpenID Connect: docs/sign-in.md. By default there are none.",
        parse: super::providers::file
    }
    PROVIDER_REDIRECTS -> Vec<Url> {
        default: "", example: "https://app.example.org/signed-in,http://localhost:5173/signed-in",
        meaning: "The pages of front ends to which a sign-in at a provider may return, separated by commas. A request names one of them exactly, also its query.",
        parse: super::providers::redirects
    }
    FRESH_SECONDS -> Duration {
        default: "600", example: "300",
        meaning: "The time after a login or another proof of identity for which a session may make sensitive changes, such as removing a second factor (60 to 86400).",
        parse: |text| parse::seconds(text, 60..=86_400)
    }
}
