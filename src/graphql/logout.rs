//! The `logout` operation.

use async_graphql::{Context, InputObject, Object, SimpleObject, Union};
use axum::http::header::SET_COOKIE;

use super::operation::Operation;
use super::types::Defaulted;
use super::{RefreshCookie, RequestContext};
use crate::accounts::{InternalError, Logout, Refresh};

/// The sessions to end.
#[derive(Default, InputObject)]
struct LogoutInput {
    /// Ends all of the user's sessions if true, only the current one if false.
    #[graphql(default)]
    everywhere: Defaulted<bool>,
    /// The session's refresh token. Ends this session if the access token has expired.
    #[graphql(secret)]
    refresh_token: Option<String>,
}

/// The sessions have ended: the server refuses their tokens from now on.
#[derive(SimpleObject)]
struct LoggedOut {
    /// The number of sessions that were ended.
    ended_sessions: usize,
}

/// The possible results of `logout`.
#[derive(Union)]
enum LogoutResult {
    LoggedOut(LoggedOut),
}

/// The resolver of `logout`.
#[derive(Default)]
pub(super) struct LogoutMutation;

impl Operation for LogoutMutation {
    const FIELD: &'static str = "logout";
    const SPENDS_CREDENTIAL: bool = false;
}

#[Object]
impl LogoutMutation {
    /// Ends the current session, or all of the user's sessions. The current session is the access
    /// token's; without a valid access token, the one of `refreshToken` or of the refresh cookie.
    /// The response clears the cookie unless it belongs to another user.
    async fn logout(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The sessions to end.", default)] input: Defaulted<LogoutInput>,
    ) -> Result<LogoutResult, InternalError> {
        let request = RequestContext::begin_operation(ctx);
        let Defaulted(input) = input;
        let command = if input.everywhere.0 {
            Logout::Everywhere
        } else {
            Logout::Here
        };
        let refresh_token = match (input.refresh_token, request.own_cookie()) {
            (Some(token), _) => Some(token.into()),
            (None, RefreshCookie::Trusted(token)) => Some(token.clone()),
            (None, RefreshCookie::Absent | RefreshCookie::Untrusted) => None,
        };
        let ended_sessions = match (request.caller().await, refresh_token) {
            (Err(InternalError::SignedOut(_)), Some(refresh_token)) => {
                let by = Refresh {
                    refresh_token,
                    attempt: None,
                    deadline: request.deadline.clone(),
                    client: request.client.clone(),
                };
                request
                    .accounts
                    .logout_by_refresh_token(command, by)
                    .await?
            }
            (caller, _) => request.accounts.logout(caller?, command).await?,
        };
        if let RefreshCookie::Trusted(_) = request.own_cookie() {
            ctx.append_http_header(SET_COOKIE, request.policy.cookies.clear_refresh());
        }
        Ok(request.record_outcome(LogoutResult::LoggedOut(LoggedOut { ended_sessions })))
    }
}
