//! Derives the rules of the lower layers from the settings.

use crate::accounts::Policy;
use crate::config::{Config, is_secure};
use crate::graphql::Cookies;
use crate::model::PasswordPolicy;

pub(super) fn cookies(config: &Config) -> Cookies {
    Cookies {
        secure: is_secure(&config.public_url),
        same_site: config.same_site,
    }
}

pub(super) fn policy(config: &Config) -> Policy {
    Policy {
        password: PasswordPolicy {
            min: config.password_min_length,
        },
        session: config.session,
        code_lifetime: config.code_lifetime,
        verify_email_first: config.verify_email_first,
        limits: config.limits,
    }
}
