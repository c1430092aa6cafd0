//! End sessions from the command line: those of a user, or those that began without a second
//! factor.

use super::administer::Revocation;
use super::{Accounts, AdminOutcome, InternalError};
use crate::model::{EndReason, Session, SignInMethod, User};

impl Accounts {
    /// Ends every session of the user of an email address, and the trust in browsers.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn end_sessions(&self, email: &str) -> Result<AdminOutcome, InternalError> {
        let end = |user: &mut User, _| {
            user.factors.trusted_browsers.clear();
            Revocation::Sessions(EndReason::Administrator)
        };
        self.administer(email, end).await
    }

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
