//! What a client needs to draw its forms.

use std::time::Duration;

use async_graphql::{Context, Object};

use super::{Cookies, RequestContext};
use crate::accounts;
use crate::model::{Code, PasswordPolicy};

/// What the schema knows of the operator's settings.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// How cookies are written.
    pub cookies: Cookies,
}

/// The query.
#[derive(Default)]
pub(super) struct PolicyQuery;

#[Object]
impl PolicyQuery {
    /// What a client needs to draw its forms. Public.
    async fn policy(&self, ctx: &Context<'_>) -> PublicPolicy {
        let accounts = &RequestContext::of(ctx).accounts;
        PublicPolicy {
            policy: *accounts.policy(),
            access_token_lifetime: accounts.access_token_lifetime(),
        }
    }
}

struct PublicPolicy {
    policy: accounts::Policy,
    access_token_lifetime: Duration,
}

/// What a client needs to draw its forms.
#[Object(name = "Policy")]
impl PublicPolicy {
    /// The fewest characters of a password.
    async fn password_min_length(&self) -> usize {
        self.policy.password.min
    }

    /// The most characters of a password.
    async fn password_max_length(&self) -> usize {
        PasswordPolicy::MAX
    }

    /// How many digits a mailed code has.
    async fn code_length(&self) -> usize {
        Code::LENGTH
    }

    /// Lifetime of an access token in seconds.
    async fn access_token_seconds(&self) -> u64 {
        self.access_token_lifetime.as_secs()
    }

    /// Lifetime of a refresh token in seconds, counted anew with each refresh.
    async fn refresh_token_seconds(&self) -> u64 {
        self.policy.session.idle.as_secs()
    }

    /// Whether an address must be verified before its account can log in.
    async fn verify_email_first(&self) -> bool {
        self.policy.verify_email_first
    }
}
