//! Who asks: what the HTTP floor read off a request, and the caller it turns out to be, found out once and only if needed.

use std::sync::Arc;

use async_graphql::{Context, OutputType};
use axum::http::header::SET_COOKIE;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::OnceCell;

use super::audit::AuditTrail;
use super::cookies::Cookie;
use super::policy::Policy;
use crate::accounts::{Accounts, Authentication, Caller, Client, InternalError, SignedOutReason};
use crate::model::Account;
use crate::token::{AccessTokens, BearerError};

/// The caller behind a bearer token, or the reason why there is no caller.
pub type FoundCaller = Result<Caller, SignedOutReason>;

/// One request, as far as the schema cares.
pub struct RequestContext {
    /// The acts.
    pub accounts: Arc<Accounts>,
    /// What forms must know.
    pub policy: Policy,
    /// The bearer token, as text.
    pub bearer: Option<SecretString>,
    /// The refresh cookie: see `own_cookie`.
    pub cookie: Cookie,
    /// The device cookie. Whoever sends it gains no more than to be told apart from strangers.
    pub device: Option<SecretString>,
    /// Where the request comes from.
    pub client: Client,
    /// The caller behind the bearer token, once somebody wanted to know.
    pub caller: OnceCell<FoundCaller>,
    /// What was done.
    pub audit: AuditTrail,
}

impl RequestContext {
    /// The request that a resolver answers.
    pub(super) fn of<'a>(ctx: &Context<'a>) -> &'a Self {
        ctx.data_unchecked()
    }

    /// The signed-in caller. A bad bearer token is an error only here, so that it never breaks `login` or `refresh`.
    pub(super) async fn caller(&self) -> Result<Caller, InternalError> {
        let caller = self.caller.get_or_try_init(|| self.find_caller()).await?;
        caller.clone().map_err(InternalError::SignedOut)
    }

    /// The same, for an act: the log tells that it was asked for, whatever becomes of it.
    pub(super) fn begin_operation<'a>(ctx: &Context<'a>) -> &'a Self {
        let request = Self::of(ctx);
        request.audit.begin(ctx.field().name(), ctx.field().alias());
        request
    }

    /// Keeps for the log what the act under way ended in, and passes it on.
    pub(super) fn record_outcome<T: OutputType>(&self, result: T) -> T {
        self.audit.end(&result.introspection_type_name());
        result
    }

    /// The refresh cookie, unless the bearer token beside it, good or not, names another user: the two are never mixed.
    pub(super) fn own_cookie(&self) -> &Cookie {
        if let (Cookie::Trusted(token), Some(bearer)) = (&self.cookie, &self.bearer)
            && let Some(cookies) = self.accounts.owner_of_refresh_token(token)
            && let Some(bearers) = AccessTokens::named_by(bearer.expose_secret())
            && cookies != bearers
        {
            return &Cookie::Absent;
        }
        &self.cookie
    }

    /// Gives the browser a cookie by which it is known again when the account's user logs in, unless it has one.
    pub(super) fn remember_browser(&self, ctx: &Context<'_>, account: &Account) {
        if let Some(token) = self
            .accounts
            .new_device_token(account, self.device.as_ref())
        {
            ctx.append_http_header(SET_COOKIE, self.policy.cookies.device(&token));
        }
    }

    async fn find_caller(&self) -> Result<FoundCaller, InternalError> {
        let Some(bearer) = &self.bearer else {
            return Ok(Err(SignedOutReason::Missing));
        };
        match self.accounts.authenticate(bearer.expose_secret()).await? {
            Authentication::SignedIn(caller) => Ok(Ok(*caller)),
            rejected => {
                tracing::debug!(?rejected, "bearer token rejected");
                Ok(Err(reason(&rejected)))
            }
        }
    }
}

fn reason(rejected: &Authentication) -> SignedOutReason {
    match rejected {
        Authentication::InvalidToken(BearerError::OutOfTime) => SignedOutReason::Expired,
        Authentication::InvalidToken(_) => SignedOutReason::Invalid,
        Authentication::SignedOut | Authentication::SignedIn(_) => SignedOutReason::Ended,
    }
}
