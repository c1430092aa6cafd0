//! End one session by its id, from the list of one's own.

use super::{Accounts, Caller, Fault};
use crate::model::SessionId;

/// What became of it.
#[derive(Debug, PartialEq, Eq)]
pub enum RevokeSessionOutcome {
    /// It is ended.
    Revoked(SessionId),
    /// The caller has no live session of this id.
    NotFound,
}

impl Accounts {
    /// Ends one of the caller's sessions: another device's, or the current one.
    ///
    /// # Errors
    /// When the store fails, or the caller's session was ended meanwhile.
    pub async fn revoke_session(&self, caller: Caller, id: SessionId) -> Result<RevokeSessionOutcome, Fault> {
        let (ended, _) = self
            .change_as(caller, |account, now| {
                account.user_mut().map_or(0, |user| user.end_sessions(|it| it.id == id && it.is_live(now)))
            })
            .await??;
        Ok(if ended == 0 { RevokeSessionOutcome::NotFound } else { RevokeSessionOutcome::Revoked(id) })
    }
}
