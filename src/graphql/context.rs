//! The context of one request: what the HTTP layer read from it, and its caller, who is resolved
//! once and only if needed.

use std::sync::Arc;

use async_graphql::{Context, OutputType};
use axum::http::header::SET_COOKIE;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::OnceCell;

use super::audit::AuditTrail;
use super::cookies::{RefreshCookie, SameSite};
use super::policy::Policy;
use super::types::TokenDelivery;
use crate::accounts::{
    Accounts, Authentication, Caller, Client, ForbiddenReason, InternalError, ResponseDeadline,
    SignedOutReason,
};
use crate::model::Account;
use crate::token::{AccessTokens, BearerError};

/// The caller behind a bearer token, or the reason why there is no caller.
#[derive(Clone, Debug)]
pub enum FoundCaller {
    /// The token is valid, and its session is live.
    SignedIn(Box<Caller>),
    /// The request has no signed-in caller.
    SignedOut(SignedOutReason),
}

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
    /// The browser says that the page is of another site than the server.
    pub cross_site: bool,
    /// The device cookie. It identifies a browser that logged in before, and authorizes nothing.
    pub device: Option<SecretString>,
    /// The cookie of a browser that may skip the second factor.
    pub trusted_browser: Option<SecretString>,
    /// The client's IP address and user agent.
    pub client: Client,
    /// The time by which the client gets a response.
    pub deadline: ResponseDeadline,
    /// The caller behind the bearer token, once a resolver has asked for it.
    pub caller: OnceCell<FoundCaller>,
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
        match caller.clone() {
            FoundCaller::SignedIn(caller) => Ok(*caller),
            FoundCaller::SignedOut(reason) => Err(InternalError::SignedOut(reason)),
        }
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

    /// Checks that a refresh token can be delivered, before anything is done.
    ///
    /// # Errors
    /// When it is to be delivered in a cookie that the browser would never send back.
    pub(super) fn check_delivery(&self, delivery: TokenDelivery) -> Result<(), InternalError> {
        let comes_back = !self.cross_site || self.policy.cookies.same_site == SameSite::None;
        if delivery == TokenDelivery::Body || comes_back {
            Ok(())
        } else {
            Err(InternalError::Forbidden(ForbiddenReason::CrossSite))
        }
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

    /// Sets the cookie by which the browser skips the second factor.
    pub(super) fn trust_browser(&self, ctx: &Context<'_>, token: &SecretString) {
        let lifetime = self.accounts.policy().sign_in.trust_browser;
        let cookies = self.policy.cookies;
        let cookie = cookies.trusted_browser(token.expose_secret(), lifetime);
        ctx.append_http_header(SET_COOKIE, cookie);
    }

    /// Finds the caller behind the bearer token, or the reason why there is no caller.
    async fn find_caller(&self) -> Result<FoundCaller, InternalError> {
        let Some(bearer) = &self.bearer else {
            return Ok(FoundCaller::SignedOut(SignedOutReason::Missing));
        };
        match self.accounts.authenticate(bearer.expose_secret()).await? {
            Authentication::SignedIn(caller) => Ok(FoundCaller::SignedIn(caller)),
            rejected => {
                tracing::debug!(?rejected, "bearer token rejected");
                Ok(FoundCaller::SignedOut(reason(&rejected)))
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
