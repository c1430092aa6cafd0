//! Remove the link to an account at a provider.

use super::{Accounts, Caller, Client, InternalError};
use crate::model::{Account, EmailKind, Factor, IdentityId, SignInMethod};

/// The outcome of removing the link to an account at a provider.
#[derive(Debug)]
pub enum UnlinkIdentityOutcome {
    /// The account at the provider does not sign in any longer.
    Unlinked(Box<Account>),
    /// The caller has no such link.
    NotFound,
    /// It is the account's only way in.
    LastSignInMethod,
    /// The session's last proof is too old.
    ReauthenticationRequired(Vec<SignInMethod>),
}

impl Accounts {
    /// Removes the link to an account at a provider in a fresh session, and notifies the user.
    ///
    /// # Errors
    /// When the store fails, or the caller's session has ended meanwhile.
    pub async fn unlink_identity(
        &self,
        caller: Caller,
        id: IdentityId,
        client: &Client,
    ) -> Result<UnlinkIdentityOutcome, InternalError> {
        let session = caller.session;
        let unlink = |account: &mut Account, now| {
            let user = account.user_mut();
            let user = user.filter(|user| user.identity_ids().contains(&id));
            let user = user.ok_or(UnlinkIdentityOutcome::NotFound)?;
            if let Some(methods) = self.stale_methods(user, session, now) {
                return Err(UnlinkIdentityOutcome::ReauthenticationRequired(methods));
            }
            let mut left = user.clone();
            left.unlink(id, now);
            if !self.has_way_in(&left) {
                return Err(UnlinkIdentityOutcome::LastSignInMethod);
            }
            *user = left;
            let factor = Factor::Provider;
            let email = client.email(EmailKind::FactorRemoved { factor });
            account.notify(email, now, &self.rng);
            Ok(())
        };
        let updated = self.store.update_as(caller, unlink).await?;
        Ok(match updated.outcome {
            Ok(()) => UnlinkIdentityOutcome::Unlinked(Box::new(updated.account)),
            Err(refused) => refused,
        })
    }
}
