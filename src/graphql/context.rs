//! The context of one request: what the HTTP layer read from it, and its caller, who is resolved
//! once and only if needed.

use std::sync::Arc;

use async_graphql::{Context, OutputType};
use axum::http::header::SET_COOKIE;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::OnceCell;

use super::audit::AuditTrail;
use super::cookies::RefreshCookie;
use super::policy::Policy;
use crate::accounts::{Accounts, Authentication, Caller, Client, InternalError};
use crate::model::Account;
use crate::token::AccessTokens;

/// The parts of a request that resolvers need.
pub struct RequestContext {
    /// The use cases.
    pub accounts: Arc<Accounts>,
    /// The operator's settings.
    pub policy: Policy,
    /// The bearer token, as text.
    pub bearer: Option<SecretString>,
    /// The refresh cookie. Resolvers use `own_cookie`.
    pub cookie: RefreshCookie,
    /// The device cookie. It identifies a browser that logged in before, and authorizes nothing.
    pub device: Option<SecretString>,
    /// The client's IP address and user agent.
    pub client: Client,
    /// The caller behind the bearer token, once a resolver has asked for it.
    pub caller: OnceCell<Option<Caller>>,
    /// The operations so far, for the access log.
    pub audit: AuditTrail,
}

impl RequestContext {
    /// Returns the context of the request that a resolver runs in.
    pub(super) fn of<'a>(ctx: &Context<'a>) -> &'a Self {
        ctx.data_unchecked()
    }

    /// Returns the signed-in caller. A bad bearer token is an error only here, so that it never
    /// breaks `login` or `refresh`.
    pub(super) async fn caller(&self) -> Result<Caller, InternalError> {
        let caller = self.caller.get_or_try_init(|| self.find_caller()).await?;
        caller.clone().ok_or(InternalError::SignedOut)
    }

    /// Returns the context, and records for the access log that an operation begins.
    pub(super) fn begin_operation<'a>(ctx: &Context<'a>) -> &'a Self {
        let request = Self::of(ctx);
        request.audit.begin(ctx.field().name(), ctx.field().alias());
        request
    }

    /// Records an operation's result for the access log, and returns it.
    pub(super) fn record_outcome<T: OutputType>(&self, result: T) -> T {
        self.audit.end(&result.introspection_type_name());
        result
    }

    /// Returns the refresh cookie, or `Absent` if the bearer token beside it names another user.
    /// This holds for an expired token, too: one request never mixes two users.
    pub(super) fn own_cookie(&self) -> &RefreshCookie {
        if let (RefreshCookie::Trusted(token), Some(bearer)) = (&self.cookie, &self.bearer)
            && let Some(cookies) = self.accounts.owner_of_refresh_token(token)
            && let Some(bearers) = AccessTokens::named_by(bearer.expose_secret())
            && cookies != bearers
        {
            return &RefreshCookie::Absent;
        }
        &self.cookie
    }

    /// Sets the device cookie, which identifies the browser at the user's next login, unless the
    /// browser has one already.
    pub(super) fn remember_browser(&self, ctx: &Context<'_>, account: &Account) {
        if let Some(token) = self
            .accounts
            .new_device_token(account, self.device.as_ref())
        {
            ctx.append_http_header(SET_COOKIE, self.policy.cookies.device(&token));
        }
    }

    /// Resolves the caller behind the bearer token; `None` without a valid one.
    async fn find_caller(&self) -> Result<Option<Caller>, InternalError> {
        let Some(bearer) = &self.bearer else {
            return Ok(None);
        };
        match self.accounts.authenticate(bearer.expose_secret()).await? {
            Authentication::SignedIn(caller) => Ok(Some(*caller)),
            rejected => {
                tracing::debug!(?rejected, "bearer token rejected");
                Ok(None)
            }
        }
    }
}
