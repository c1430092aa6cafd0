//! Revoke a trusted browser: it is asked for the second factor again.

use super::{Accounts, Caller, InternalError};
use crate::model::{Account, TrustedBrowserId};

/// The outcome of ending the trust in a browser.
#[derive(Debug)]
pub enum RevokeTrustedBrowserOutcome {
    /// The browser is asked for the second factor again.
    Revoked(Box<Account>),
    /// The caller has no trusted browser of this id.
    NotFound,
}

impl Accounts {
    /// Ends the trust in one of the caller's browsers.
    ///
    /// # Errors
    /// When the store fails, or the caller's session has ended meanwhile.
    pub async fn revoke_trusted_browser(
        &self,
        caller: Caller,
        id: TrustedBrowserId,
    ) -> Result<RevokeTrustedBrowserOutcome, InternalError> {
        let revoke = |account: &mut Account, _| {
            account
                .user_mut()
                .is_some_and(|user| user.factors.end_trust(id))
        };
        let updated = self.store.update_as(caller, revoke).await?;
        Ok(if updated.outcome {
            RevokeTrustedBrowserOutcome::Revoked(Box::new(updated.account))
        } else {
            RevokeTrustedBrowserOutcome::NotFound
        })
    }
}
