//! The `refresh` operation.

use async_graphql::{Context, InputObject, Object, Union};
use axum::http::header::SET_COOKIE;

use super::operation::Operation;
use super::types::{Authenticated, InvalidRefreshToken, TokenDelivery};
use super::{RefreshCookie, RequestContext};
use crate::accounts::{ForbiddenReason, InternalError, Refresh, RefreshOutcome, RequestAttempt};

/// The refresh token to exchange. Without `refreshToken`, the refresh cookie is used.
#[derive(InputObject)]
struct RefreshInput {
    /// The session's current refresh token, if it was delivered in the response body.
    #[graphql(secret)]
    refresh_token: Option<String>,
    /// A random value that the client draws once for one exchange and keeps until it has the
    /// response: 22 to 128 characters of base64url. A retry of the same token with the same value
    /// gets the same successor, however late, as long as that successor was not used. Without it,
    /// the previous token is accepted again for some seconds only.
    #[graphql(secret)]
    attempt: Option<String>,
}

/// The possible results of `refresh`.
#[derive(Union)]
enum RefreshResult {
    Authenticated(Box<Authenticated>),
    InvalidRefreshToken(InvalidRefreshToken),
}

/// The resolver of `refresh`.
#[derive(Default)]
pub(super) struct RefreshMutation;

impl Operation for RefreshMutation {
    const FIELD: &'static str = "refresh";
    const SPENDS_CREDENTIAL: bool = true;
}

#[Object]
impl RefreshMutation {
    /// Exchanges a refresh token for a new access token and the next refresh token. The old refresh
    /// token is then spent.
    async fn refresh(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The refresh token to exchange.")] input: RefreshInput,
    ) -> Result<RefreshResult, InternalError> {
        let request = RequestContext::begin_operation(ctx);
        let attempt = input.attempt.map(RequestAttempt::parse).transpose()?;
        // The next token is delivered the way the last one arrived.
        let (refresh_token, delivery) = match (input.refresh_token, request.own_cookie()) {
            (Some(token), _) => (token.into(), TokenDelivery::Body),
            (None, RefreshCookie::Trusted(token)) => (token.clone(), TokenDelivery::Cookie),
            (None, RefreshCookie::Untrusted) => {
                return Err(InternalError::Forbidden(ForbiddenReason::Origin));
            }
            (None, RefreshCookie::Absent) => {
                return Ok(request.record_outcome(RefreshResult::InvalidRefreshToken(
                    InvalidRefreshToken::default(),
                )));
            }
        };
        let command = Refresh {
            refresh_token,
            attempt,
            deadline: request.deadline.clone(),
            client: request.client.clone(),
        };
        let result = match request.accounts.refresh(command).await? {
            RefreshOutcome::Authenticated(it) => {
                RefreshResult::Authenticated(Box::new(Authenticated::deliver(ctx, *it, delivery)?))
            }
            RefreshOutcome::InvalidRefreshToken => {
                if delivery == TokenDelivery::Cookie {
                    ctx.append_http_header(SET_COOKIE, request.policy.cookies.clear_refresh());
                }
                RefreshResult::InvalidRefreshToken(InvalidRefreshToken::default())
            }
        };
        Ok(request.record_outcome(result))
    }
}
