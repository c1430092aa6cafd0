//! The `policy` query: the rules that a front end's forms follow.

use std::time::Duration;

use async_graphql::{Context, Object};

use super::operation::Operation;
use super::{Cookies, RequestContext};
use crate::accounts;
use crate::model::{Code, PasswordPolicy};

/// The operator's settings that resolvers need.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// The attributes of cookies.
    pub cookies: Cookies,
}

/// The resolver of `policy`.
#[derive(Default)]
pub(super) struct PolicyQuery;

impl Operation for PolicyQuery {
    const FIELD: &'static str = "policy";
    const SPENDS_CREDENTIAL: bool = false;
}

#[Object]
impl PolicyQuery {
    /// The server's rules for forms. Needs no access token.
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

/// The server's rules, for front ends to build their forms by.
#[Object(name = "Policy")]
impl PublicPolicy {
    /// The minimum length of a password, in characters.
    async fn password_min_length(&self) -> usize {
        self.policy.password.min
    }

    /// The maximum length of a password, in characters.
    async fn password_max_length(&self) -> usize {
        PasswordPolicy::MAX
    }

    /// The number of digits in an emailed code.
    async fn code_length(&self) -> usize {
        Code::LENGTH
    }

    /// The lifetime of an access token, in seconds.
    async fn access_token_seconds(&self) -> u64 {
        self.access_token_lifetime.as_secs()
    }

    /// The lifetime of a refresh token, in seconds. Each refresh starts it anew.
    async fn refresh_token_seconds(&self) -> u64 {
        self.policy.session.idle.as_secs()
    }

    /// True if users must verify their email address before they can log in.
    async fn verify_email_first(&self) -> bool {
        self.policy.verify_email_first
    }
}
