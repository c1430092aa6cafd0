//! The `revokeSession` operation.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject, Union};

use super::RequestContext;
use super::types::SessionNotFound;
use crate::accounts::{InternalError, RevokeSessionOutcome};

/// Which session to end.
#[derive(InputObject)]
struct RevokeSessionInput {
    /// The session's id, from `User.sessions`.
    session_id: ID,
}

/// The session has ended: its tokens are refused from now on.
#[derive(SimpleObject)]
struct SessionRevoked {
    /// The session's id.
    session_id: ID,
}

/// What becomes of a revocation.
#[derive(Union)]
enum RevokeSessionResult {
    SessionRevoked(SessionRevoked),
    SessionNotFound(SessionNotFound),
}

/// The operation.
#[derive(Default)]
pub(super) struct RevokeSessionMutation;

#[Object]
impl RevokeSessionMutation {
    /// Ends one of the user's sessions.
    async fn revoke_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which session.")] input: RevokeSessionInput,
    ) -> Result<RevokeSessionResult, InternalError> {
        let request = RequestContext::begin_operation(ctx);
        let caller = request.caller().await?;
        // What is no id at all is the id of no session.
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
