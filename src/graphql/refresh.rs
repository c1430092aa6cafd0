//! The `refresh` operation.

use async_graphql::{Context, InputObject, Object, Union};
use axum::http::header::SET_COOKIE;

use super::types::{Authenticated, InvalidRefreshToken, TokenDelivery};
use super::{Cookie, RequestContext};
use crate::accounts::{InternalError, Refresh, RefreshOutcome};

/// Without `refreshToken` the cookie is read.
#[derive(InputObject)]
struct RefreshInput {
    /// The refresh token, where it does not travel in a cookie.
    #[graphql(secret)]
    refresh_token: Option<String>,
}

/// What becomes of a refresh.
#[derive(Union)]
enum RefreshResult {
    Authenticated(Box<Authenticated>),
    InvalidRefreshToken(InvalidRefreshToken),
}

/// The operation.
#[derive(Default)]
pub(super) struct RefreshMutation;

#[Object]
impl RefreshMutation {
    /// Exchanges a refresh token for a new access token and the next refresh token.
    async fn refresh(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which refresh token.")] input: RefreshInput,
    ) -> Result<RefreshResult, InternalError> {
        let request = RequestContext::begin_operation(ctx);
        // The next token goes the way the last one came.
        let (refresh_token, delivery) = match (input.refresh_token, request.own_cookie()) {
            (Some(token), _) => (token.into(), TokenDelivery::Body),
            (None, Cookie::Trusted(token)) => (token.clone(), TokenDelivery::Cookie),
            (None, Cookie::Untrusted) => return Err(InternalError::Forbidden),
            (None, Cookie::Absent) => {
                return Ok(request.record_outcome(RefreshResult::InvalidRefreshToken(
                    InvalidRefreshToken::default(),
                )));
            }
        };
        let command = Refresh {
            refresh_token,
            attempt: None,
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
