//! End the sessions that began without a second factor, from the command line only.

use super::{Accounts, InternalError};
use crate::model::{EndReason, Session, SignInMethod};

impl Accounts {
    /// Ends every session, of every user, whose proofs are not two factors. Returns the number of
    /// sessions.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn end_sessions_without_factor(&self) -> Result<u64, InternalError> {
        let has_one_factor = |session: &Session| !SignInMethod::are_two_factors(&session.methods);
        self.update_every_account(|account, now| {
            let is_ended = |it: &Session| it.is_live(now) && has_one_factor(it);
            account.user_mut().map_or(0, |user| {
                user.end_sessions(EndReason::Administrator, now, is_ended) as u64
            })
        })
        .await
    }
}
