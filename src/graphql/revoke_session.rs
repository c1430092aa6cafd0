//! The `revokeSession` operation.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject, Union};

use super::RequestContext;
use super::operation::Operation;
use super::types::SessionNotFound;
use crate::accounts::{InternalError, RevokeSessionOutcome};

/// The session to end.
#[derive(InputObject)]
struct RevokeSessionInput {
    /// The id of a session in `User.sessions`.
    session_id: ID,
}

/// The session has ended: the server refuses its tokens from now on.
#[derive(SimpleObject)]
struct SessionRevoked {
    /// The id of the session that has ended.
    session_id: ID,
}

/// The possible results of `revokeSession`.
#[derive(Union)]
enum RevokeSessionResult {
    SessionRevoked(SessionRevoked),
    SessionNotFound(SessionNotFound),
}

/// The resolver of `revokeSession`.
#[derive(Default)]
pub(super) struct RevokeSessionMutation;

impl Operation for RevokeSessionMutation {
    const FIELD: &'static str = "revokeSession";
    const SPENDS_CREDENTIAL: bool = false;
}

#[Object]
impl RevokeSessionMutation {
    /// Ends one of the signed-in user's sessions, for example on a lost device.
    async fn revoke_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The session to end.")] input: RevokeSessionInput,
    ) -> Result<RevokeSessionResult, InternalError> {
        let request = RequestContext::begin_operation(ctx);
        let caller = request.caller().await?;
        // A malformed id cannot name a session.
        let outcome = match input.session_id.parse() {
            Ok(id) => request.accounts.revoke_session(caller, id).await?,
            Err(_) => RevokeSessionOutcome::NotFound,
        };
        let result = match outcome {
            RevokeSessionOutcome::Revoked(id) => {
                RevokeSessionResult::SessionRevoked(SessionRevoked {
                    session_id: id.to_string().into(),
                })
            }
            RevokeSessionOutcome::NotFound => {
                RevokeSessionResult::SessionNotFound(SessionNotFound::default())
            }
        };
        Ok(request.record_outcome(result))
    }
}
