//! What a client needs to draw its forms.

use std::time::Duration;

use async_graphql::{Context, Object};

use super::Asking;
use crate::accounts;
use crate::model::{Code, PasswordPolicy};

/// What the schema knows of the operator's settings.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// How the refresh cookie is written.
    pub cookie: RefreshCookie,
}

/// How the refresh cookie is written: `Secure` and `__Host-` everywhere but on a plain-http loopback address.
#[derive(Clone, Copy, Debug)]
pub struct RefreshCookie {
    /// Whether browsers may send it by HTTPS only.
    pub secure: bool,
    /// Whether browsers may send it from other sites' pages.
    pub same_site: SameSite,
}

/// The `SameSite` attribute (RFC 6265bis, section 4.1.2.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameSite {
    /// From pages of the same site only.
    Strict,
    /// Also on navigation from other sites.
    Lax,
    /// From any page; the origins that may use it are listed all the same.
    None,
}

impl RefreshCookie {
    /// The cookie's name. `__Host-` keeps other hosts of the domain from setting it (RFC 6265bis, section 4.1.3.2).
    #[must_use]
    pub const fn name(self) -> &'static str {
        if self.secure { "__Host-latchkey_refresh" } else { "latchkey_refresh" }
    }

    /// The `Set-Cookie` header that sets it.
    #[must_use]
    pub fn set(self, token: &str, lifetime: Duration) -> String {
        let (name, seconds, same_site) = (self.name(), lifetime.as_secs(), self.same_site);
        let secure = if self.secure { "; Secure" } else { "" };
        format!("{name}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite={same_site:?}{secure}")
    }

    /// The `Set-Cookie` header that clears it.
    #[must_use]
    pub fn clear(self) -> String {
        self.set("", Duration::ZERO)
    }
}

/// The query.
#[derive(Default)]
pub(super) struct PolicyQuery;

#[Object]
impl PolicyQuery {
    /// What a client needs to draw its forms. Public.
    async fn policy(&self, ctx: &Context<'_>) -> PolicyAnswer {
        let accounts = &Asking::of(ctx).accounts;
        PolicyAnswer { policy: accounts.policy, access_token_lifetime: accounts.access_tokens.lifetime }
    }
}

struct PolicyAnswer {
    policy: accounts::Policy,
    access_token_lifetime: Duration,
}

/// What a client needs to draw its forms.
#[Object(name = "Policy")]
impl PolicyAnswer {
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
