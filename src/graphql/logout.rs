//! The `logout` operation.

use async_graphql::{Context, InputObject, Object, SimpleObject, Union};
use axum::http::header::SET_COOKIE;

use super::{Cookie, RequestContext};
use crate::accounts::{InternalError, Logout, Refresh};

/// How far to log out.
#[derive(InputObject)]
struct LogoutInput {
    /// Whether to end every session of the user, not only the current one.
    #[graphql(default = false)]
    everywhere: bool,
}

/// The sessions have ended: their tokens are refused from now on.
#[derive(SimpleObject)]
struct LoggedOut {
    /// How many sessions were ended.
    ended_sessions: usize,
}

/// What becomes of a logout.
#[derive(Union)]
enum LogoutResult {
    LoggedOut(LoggedOut),
}

/// The operation.
#[derive(Default)]
pub(super) struct LogoutMutation;

#[Object]
impl LogoutMutation {
    /// Ends the current session, or all of the user's. The session is the access token's; without a valid one, the refresh
    /// cookie's. The cookie is cleared unless it is another user's.
    async fn logout(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How far to log out.")] input: LogoutInput,
    ) -> Result<LogoutResult, InternalError> {
        let request = RequestContext::begin_operation(ctx);
        let command = if input.everywhere {
            Logout::Everywhere
        } else {
            Logout::Here
        };
        let ended_sessions = match (request.caller().await, request.own_cookie()) {
            (Err(InternalError::SignedOut(_)), Cookie::Trusted(token)) => {
                let by = Refresh {
                    refresh_token: token.clone(),
                    client: request.client.clone(),
                };
                request
                    .accounts
                    .logout_by_refresh_token(command, by)
                    .await?
            }
            (caller, _) => request.accounts.logout(caller?, command).await?,
        };
        if let Cookie::Trusted(_) = request.own_cookie() {
            ctx.append_http_header(SET_COOKIE, request.policy.cookies.clear_refresh());
        }
        Ok(request.record_outcome(LogoutResult::LoggedOut(LoggedOut { ended_sessions })))
    }
}
