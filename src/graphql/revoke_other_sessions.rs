//! The `revokeOtherSessions` operation.

use async_graphql::{Context, Object, SimpleObject, Union};

use super::RequestContext;
use crate::accounts::{InternalError, Logout};

/// The sessions have ended: their tokens are refused from now on.
#[derive(SimpleObject)]
struct OtherSessionsRevoked {
    /// How many sessions were ended.
    ended_sessions: usize,
}

/// What becomes of the revocation.
#[derive(Union)]
enum RevokeOtherSessionsResult {
    OtherSessionsRevoked(OtherSessionsRevoked),
}

/// The operation.
#[derive(Default)]
pub(super) struct RevokeOtherSessionsMutation;

#[Object]
impl RevokeOtherSessionsMutation {
    /// Ends every session of the user but the current one.
    async fn revoke_other_sessions(
        &self,
        ctx: &Context<'_>,
    ) -> Result<RevokeOtherSessionsResult, InternalError> {
        let request = RequestContext::begin_operation(ctx);
        let caller = request.caller().await?;
        let ended_sessions = request.accounts.logout(caller, Logout::Elsewhere).await?;
        let result = RevokeOtherSessionsResult::OtherSessionsRevoked(OtherSessionsRevoked {
            ended_sessions,
        });
        Ok(request.record_outcome(result))
    }
}
