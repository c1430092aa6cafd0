//! Remove the second factors of a user who has lost them all, from the command line only.

use super::{Accounts, AdminOutcome, InternalError, UpdateError};
use crate::model::{Account, EmailKind, EndReason, NewEmail};

impl Accounts {
    /// Removes the second factors of the user of an email address, ends every session and code, and
    /// notifies the user.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn reset_mfa(&self, email: &str) -> Result<AdminOutcome, InternalError> {
        let Some(account) = self.store.by_typed_email(email).await? else {
            return Ok(AdminOutcome::NoSuchUser);
        };
        let reset = |account: &mut Account, now| {
            let Some(user) = account.user_mut() else {
                return AdminOutcome::NoSuchUser;
            };
            let removed = user.factors.kinds();
            if !removed.is_empty() {
                user.factors.clear();
                user.end_sessions(EndReason::MfaReset, now, |_| true);
                account.void_codes();
            }
            for factor in removed {
                let email = NewEmail::new(EmailKind::FactorRemoved { factor });
                account.notify(email, now, &self.rng);
            }
            AdminOutcome::Done
        };
        match self.store.update(account, reset).await {
            Err(UpdateError::Deleted) => Ok(AdminOutcome::NoSuchUser),
            updated => Ok(updated?.outcome),
        }
    }
}
