//! The `policy` query: the rules that a front end's forms follow.

use std::time::Duration;

use async_graphql::{Context, Enum, Object, SimpleObject};

use super::operation::Operation;
use super::types::SignInProvider;
use super::{Cookies, RequestContext};
use crate::accounts;
use crate::model::{Code, MfaPolicy, PasswordPolicy, SignUpPolicy, SignUpRule};

const DAY_SECONDS: u64 = 24 * 60 * 60;

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
            sign_up: accounts.sign_up_policy().clone(),
            access_token_lifetime: accounts.access_token_lifetime(),
        }
    }
}

/// The ways to get an account.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "SignupPolicy")]
enum SignupRule {
    /// Everybody can sign up.
    Open,
    /// Users can sign up with an email address of certain domains.
    Domains,
    /// Only the operator creates accounts. Do not offer a sign-up.
    Closed,
}

/// The rule for second factors.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "MfaPolicy", remote = "MfaPolicy")]
enum MfaRule {
    /// There are no second factors.
    Off,
    /// Users can set up a second factor.
    Optional,
    /// Every user needs a second factor.
    Required,
    /// Administrators need a second factor, and other users can set one up.
    RequiredForAdmin,
}

/// The terms that a user accepts when signing up.
#[derive(SimpleObject)]
struct Terms {
    /// The version that is in force.
    version: String,
    /// The page with the text.
    url: String,
}

struct PublicPolicy {
    policy: accounts::Policy,
    sign_up: SignUpPolicy,
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
        self.policy.sign_in.verify_email_first
    }

    /// The way to get an account.
    async fn signup(&self) -> SignupRule {
        match self.sign_up.rule {
            SignUpRule::Open => SignupRule::Open,
            SignUpRule::Domains(_) => SignupRule::Domains,
            SignUpRule::Closed => SignupRule::Closed,
        }
    }

    /// The providers that users can sign in with, in the order in which to show them.
    async fn sign_in_providers(&self, ctx: &Context<'_>) -> Vec<SignInProvider> {
        let providers = RequestContext::of(ctx).accounts.providers().iter();
        providers.map(SignInProvider::from).collect()
    }

    /// True if users can sign in with a passkey.
    async fn passkeys(&self) -> bool {
        self.policy.sign_in.passkeys
    }

    /// True if users can log in with an emailed code instead of a password.
    async fn login_by_code(&self) -> bool {
        self.policy.sign_in.login_by_code
    }

    /// True if users can set up an authenticator app as a second factor.
    async fn totp(&self) -> bool {
        self.policy.sign_in.mfa != MfaPolicy::Off
    }

    /// True if users can verify their mobile number with a code.
    async fn mobile_verification(&self) -> bool {
        false
    }

    /// The terms that users accept when they sign up; null if there are none.
    async fn terms(&self) -> Option<Terms> {
        self.sign_up.terms.as_ref().map(|terms| Terms {
            version: terms.version.clone(),
            url: terms.url.clone(),
        })
    }

    /// The number of days for which a user can take the deletion of the account back.
    /// 0 means an hour.
    async fn deletion_grace_days(&self) -> u64 {
        self.policy.deletion_grace.as_secs() / DAY_SECONDS
    }

    /// The rule for second factors.
    async fn mfa(&self) -> MfaRule {
        self.policy.sign_in.mfa.into()
    }

    /// True if users can change their email address.
    async fn email_change(&self) -> bool {
        true
    }

    /// True if users can delete their account.
    async fn account_deletion(&self) -> bool {
        true
    }

    /// True if users can download their data.
    async fn data_export(&self) -> bool {
        true
    }

    /// True if the server sends changes of the account as they happen.
    async fn live_changes(&self) -> bool {
        false
    }
}
