//! Clear a user's mobile number, from the command line only.

use super::administer::Revocation;
use super::{Accounts, AdminOutcome, InternalError};
use crate::model::User;

impl Accounts {
    /// Removes the mobile number of the user of an email address, so that another user can have it.
    /// Numbers are not verified: a user may have entered a wrong one, and carriers give numbers to
    /// new holders.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn clear_mobile_number(&self, email: &str) -> Result<AdminOutcome, InternalError> {
        let clear = |user: &mut User, now| {
            if user.mobile_number.take().is_some() {
                user.updated_at = now;
            }
            Revocation::Nothing
        };
        self.administer(email, clear).await
    }
}
