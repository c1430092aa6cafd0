//! The `revokeOtherSessions` operation.

use async_graphql::{Context, Object, SimpleObject, Union};

use super::RequestContext;
use super::operation::Operation;
use crate::accounts::{InternalError, Logout};

/// The other sessions have ended: the server refuses their tokens from now on.
#[derive(SimpleObject)]
struct OtherSessionsRevoked {
    /// The number of sessions that were ended.
    ended_sessions: usize,
}

/// The possible results of `revokeOtherSessions`.
#[derive(Union)]
enum RevokeOtherSessionsResult {
    OtherSessionsRevoked(OtherSessionsRevoked),
}

/// The resolver of `revokeOtherSessions`.
#[derive(Default)]
pub(super) struct RevokeOtherSessionsMutation;

impl Operation for RevokeOtherSessionsMutation {
    const FIELD: &'static str = "revokeOtherSessions";
    const SPENDS_CREDENTIAL: bool = false;
}

#[Object]
impl RevokeOtherSessionsMutation {
    /// Ends all of the signed-in user's sessions except the current one.
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
