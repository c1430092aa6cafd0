//! Revoke a session: ends one of the user's sessions by its id.

use super::{Accounts, Caller, InternalError};
use crate::model::{EndReason, SessionId};

/// The outcome of revoking a session.
#[derive(Debug, PartialEq, Eq)]
pub enum RevokeSessionOutcome {
    /// The session has ended.
    Revoked(SessionId),
    /// The caller has no live session of this id.
    NotFound,
}

impl Accounts {
    /// Ends one of the caller's sessions: the current one, or another device's.
    ///
    /// # Errors
    /// When the store fails, or the caller's session has ended meanwhile.
    pub async fn revoke_session(
        &self,
        caller: Caller,
        id: SessionId,
    ) -> Result<RevokeSessionOutcome, InternalError> {
        let updated = self
            .store
            .update_as(caller, |account, now| {
                account.user_mut().map_or(0, |user| {
                    user.end_sessions(EndReason::Revoked, now, |session| {
                        session.id == id && session.is_live(now)
                    })
                })
            })
            .await?;
        Ok(match updated.outcome {
            0 => RevokeSessionOutcome::NotFound,
            _ => RevokeSessionOutcome::Revoked(id),
        })
    }
}
