//! Rename or remove a passkey.

use super::{Accounts, Caller, Client, InternalError};
use crate::model::{
    Account, EmailKind, Factor, FieldErrors, InvalidField, Name, PasskeyId, SessionId,
    SignInMethod, Timestamp,
};

/// The outcome of renaming a passkey.
#[derive(Debug)]
pub enum RenamePasskeyOutcome {
    /// The passkey has the name.
    Renamed(Box<Account>),
    /// The caller has no passkey of this id.
    NotFound,
    /// The name was refused.
    InvalidInput(Vec<InvalidField>),
}

/// The outcome of removing a passkey.
#[derive(Debug)]
pub enum RemovePasskeyOutcome {
    /// The passkey does not sign in any longer.
    Removed(Box<Account>),
    /// The caller has no passkey of this id.
    NotFound,
    /// The account could not sign in without it, or needs it as its second factor.
    LastSignInMethod,
    /// The session's last proof is too old.
    ReauthenticationRequired(Vec<SignInMethod>),
}

/// The reason for which a passkey is not removed.
enum NotRemoved {
    NotFound,
    LastSignInMethod,
    ReauthenticationRequired(Vec<SignInMethod>),
}

impl Accounts {
    /// Gives one of the caller's passkeys another name. `None` is an id that no passkey has.
    ///
    /// # Errors
    /// When the store fails, or the caller's session has ended meanwhile.
    pub async fn rename_passkey(
        &self,
        caller: Caller,
        id: Option<PasskeyId>,
        name: &str,
    ) -> Result<RenamePasskeyOutcome, InternalError> {
        let mut errors = FieldErrors::default();
        let Some(name) = errors.check("name", Name::parse(name)) else {
            return Ok(RenamePasskeyOutcome::InvalidInput(errors.into_vec()));
        };
        let rename = |account: &mut Account, _| {
            let passkeys = account.user_mut().map(|user| &mut user.factors.passkeys);
            let passkey = passkeys.zip(id).and_then(|(all, id)| all.get_mut(id));
            passkey.map(|passkey| passkey.name = name.clone())
        };
        let updated = self.store.update_as(caller, rename).await?;
        Ok(match updated.outcome {
            Some(()) => RenamePasskeyOutcome::Renamed(Box::new(updated.account)),
            None => RenamePasskeyOutcome::NotFound,
        })
    }

    /// Removes one of the caller's passkeys. `None` is an id that no passkey has.
    ///
    /// # Errors
    /// When the store fails, or the caller's session has ended meanwhile.
    pub async fn remove_passkey(
        &self,
        caller: Caller,
        id: Option<PasskeyId>,
        client: &Client,
    ) -> Result<RemovePasskeyOutcome, InternalError> {
        let session = caller.session;
        let remove = |account: &mut Account, now| {
            let id = id.ok_or(NotRemoved::NotFound)?;
            self.decide_removal(account, session, id, now)?;
            let factor = Factor::Passkey;
            let email = client.email(EmailKind::FactorRemoved { factor });
            account.notify(email, now, &self.rng);
            Ok(())
        };
        let updated = self.store.update_as(caller, remove).await?;
        Ok(match updated.outcome {
            Ok(()) => RemovePasskeyOutcome::Removed(Box::new(updated.account)),
            Err(NotRemoved::NotFound) => RemovePasskeyOutcome::NotFound,
            Err(NotRemoved::LastSignInMethod) => RemovePasskeyOutcome::LastSignInMethod,
            Err(NotRemoved::ReauthenticationRequired(methods)) => {
                RemovePasskeyOutcome::ReauthenticationRequired(methods)
            }
        })
    }

    fn decide_removal(
        &self,
        account: &mut Account,
        session: SessionId,
        id: PasskeyId,
        now: Timestamp,
    ) -> Result<(), NotRemoved> {
        let user = account.user_mut().ok_or(NotRemoved::NotFound)?;
        let mut left = user.clone();
        if !left.factors.passkeys.remove(id) {
            return Err(NotRemoved::NotFound);
        }
        if let Some(methods) = self.stale_methods(user, session, now) {
            return Err(NotRemoved::ReauthenticationRequired(methods));
        }
        let policy = self.policy.sign_in.factors();
        let is_required = policy.mfa.requires(user.role);
        let was_only_factor = is_required
            && !user.second_factors(policy).is_empty()
            && left.second_factors(policy).is_empty();
        if was_only_factor || !self.has_way_in(&left) {
            return Err(NotRemoved::LastSignInMethod);
        }
        left.factors.trusted_browsers.clear();
        // Sign-ins that wait began when the passkey was there.
        left.challenges.clear();
        *user = left;
        Ok(())
    }
}
