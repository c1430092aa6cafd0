//! End the sessions that began without a second factor, from the command line only.

use super::{Accounts, InternalError, UpdateError};
use crate::model::{Account, EndReason, Session, SignInMethod};

impl Accounts {
    /// Ends every session, of every user, whose proofs are not two factors. Returns the number of
    /// sessions.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn end_sessions_without_factor(&self) -> Result<usize, InternalError> {
        let has_one_factor = |session: &Session| !SignInMethod::are_two_factors(&session.methods);
        let (mut ended, mut last) = (0, None);
        loop {
            let page = self.accounts_after(last).await?;
            let Some(account) = page.last() else {
                return Ok(ended);
            };
            last = Some(account.id);
            for account in page {
                let end = |account: &mut Account, now| {
                    let is_ended = |it: &Session| it.is_live(now) && has_one_factor(it);
                    account.user_mut().map_or(0, |user| {
                        user.end_sessions(EndReason::Administrator, now, is_ended)
                    })
                };
                match self.store.update(account, end).await {
                    Err(UpdateError::Deleted) => {}
                    updated => ended += updated?.outcome,
                }
            }
        }
    }
}
