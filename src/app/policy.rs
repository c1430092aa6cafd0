//! Derives the rules of the lower layers from the settings.

use url::Url;

use crate::accounts::{Policy, SignInPolicy};
use crate::config::{Config, is_local, is_secure};
use crate::graphql::Cookies;
use crate::model::PasswordPolicy;

pub(super) fn cookies(config: &Config) -> Cookies {
    Cookies {
        secure: is_secure(&config.public_url),
        same_site: config.same_site,
    }
}

/// Returns the origins of the service's own pages: a server on this machine is also reached as
/// `localhost`.
pub(crate) fn own_origins(public_url: &Url) -> Vec<String> {
    let mut origins = vec![public_url.origin().ascii_serialization()];
    let mut by_name = public_url.clone();
    if is_local(public_url) && by_name.set_host(Some("localhost")).is_ok() {
        origins.push(by_name.origin().ascii_serialization());
    }
    origins
}

/// Returns the URL of the schema as text.
pub(super) fn schema_url(config: &Config) -> String {
    let server = config.public_url.as_str().trim_end_matches('/');
    format!("{server}/schema.graphql")
}

pub(super) fn policy(config: &Config) -> Policy {
    Policy {
        password: PasswordPolicy {
            min: config.password_min_length,
        },
        session: config.session,
        code_lifetime: config.code_lifetime,
        email_undo: config.emails.undo,
        deletion_grace: config.leaving.deletion_grace,
        sign_in: SignInPolicy {
            verify_email_first: config.sign_in.verify_email_first,
            mfa: config.sign_in.mfa,
            fresh: config.sign_in.fresh,
            trust_browser: config.sign_in.trust_browser,
            login_by_code: config.sign_in.login_by_code,
            passkeys: config.sign_in.passkeys.is_some(),
        },
        limits: config.limits,
    }
}
