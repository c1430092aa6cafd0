//! Remove the authenticator app, or draw new recovery codes for it, in a fresh session.

use super::factor_secrets::NewRecoveryCodes;
use super::{Accounts, Caller, Client, InternalError, SignInPolicy};
use crate::model::{Account, EmailKind, Factor, SessionId, SignInMethod, Timestamp, User};

/// The outcome of removing the authenticator app.
#[derive(Debug)]
pub enum DisableTotpOutcome {
    /// The account has no app any longer.
    Disabled(Box<Account>),
    /// The session's last proof is too old.
    ReauthenticationRequired(Vec<SignInMethod>),
    /// The account has no app, or the operator requires a second factor.
    NotAvailable,
}

/// The outcome of drawing new recovery codes.
#[derive(Debug)]
pub enum RegenerateRecoveryCodesOutcome {
    /// The new codes, which are shown once. The earlier ones are void.
    Regenerated(Vec<String>),
    /// The session's last proof is too old.
    ReauthenticationRequired(Vec<SignInMethod>),
    /// The account has no authenticator app.
    NotAvailable,
}

/// The reason for which nothing is changed.
enum NotChanged {
    ReauthenticationRequired(Vec<SignInMethod>),
    NotAvailable,
}

impl Accounts {
    /// Removes the caller's authenticator app, its recovery codes and the trust in browsers.
    ///
    /// # Errors
    /// When the store fails, or the caller's session has ended meanwhile.
    pub async fn disable_totp(
        &self,
        caller: Caller,
        client: &Client,
    ) -> Result<DisableTotpOutcome, InternalError> {
        let policy = self.policy.sign_in.factors();
        let disable = |account: &mut Account, session, now| {
            let user = self.user_with_totp(account, session, now)?;
            let mut left = user.factors.clone();
            left.remove_totp();
            // A passkey that is left is a second factor too.
            if policy.mfa.requires(user.role) && left.methods(policy).is_empty() {
                return Err(NotChanged::NotAvailable);
            }
            user.factors = left;
            user.challenges.clear();
            let factor = Factor::Totp;
            let email = client.email(EmailKind::FactorRemoved { factor });
            account.notify(email, now, &self.rng);
            Ok(())
        };
        let session = caller.session;
        let updated = self
            .store
            .update_as(caller, |account, now| disable(account, session, now))
            .await?;
        Ok(match updated.outcome {
            Ok(()) => DisableTotpOutcome::Disabled(Box::new(updated.account)),
            Err(NotChanged::NotAvailable) => DisableTotpOutcome::NotAvailable,
            Err(NotChanged::ReauthenticationRequired(methods)) => {
                DisableTotpOutcome::ReauthenticationRequired(methods)
            }
        })
    }

    /// Replaces the caller's recovery codes.
    ///
    /// # Errors
    /// When the store fails, or the caller's session has ended meanwhile.
    pub async fn regenerate_recovery_codes(
        &self,
        caller: Caller,
        client: &Client,
    ) -> Result<RegenerateRecoveryCodesOutcome, InternalError> {
        let session = caller.session;
        let NewRecoveryCodes { codes, stored } = self.factors.new_recovery_codes();
        let replace = |account: &mut Account, now| {
            let user = self.user_with_totp(account, session, now)?;
            user.factors.recovery_codes = Some(stored.clone());
            user.factors.trusted_browsers.clear();
            let factor = Factor::RecoveryCodes;
            let email = client.email(EmailKind::FactorAdded { factor });
            account.notify(email, now, &self.rng);
            Ok(())
        };
        let updated = self.store.update_as(caller, replace).await?;
        Ok(match updated.outcome {
            Ok(()) => RegenerateRecoveryCodesOutcome::Regenerated(codes),
            Err(NotChanged::NotAvailable) => RegenerateRecoveryCodesOutcome::NotAvailable,
            Err(NotChanged::ReauthenticationRequired(methods)) => {
                RegenerateRecoveryCodesOutcome::ReauthenticationRequired(methods)
            }
        })
    }

    /// Returns the user of a fresh session who has an authenticator app.
    fn user_with_totp<'a>(
        &self,
        account: &'a mut Account,
        session: SessionId,
        now: Timestamp,
    ) -> Result<&'a mut User, NotChanged> {
        let user = account
            .user_mut()
            .filter(|user| user.factors.totp.is_some());
        let user = user.ok_or(NotChanged::NotAvailable)?;
        match self.stale_methods(user, session, now) {
            Some(methods) => Err(NotChanged::ReauthenticationRequired(methods)),
            None => Ok(user),
        }
    }

    /// Returns the proofs that a caller with a second factor must give first, unless the session is
    /// fresh: for such an account a password alone allows no sensitive change.
    pub(super) fn missing_step_up(&self, caller: &Caller) -> Option<Vec<SignInMethod>> {
        let user = caller.user()?;
        if self.second_factors(user).is_empty() {
            return None;
        }
        self.stale_methods(user, caller.session, self.clock.now())
    }

    /// Returns the proofs that would make a session fresh, if its last proof is too old for a
    /// sensitive change.
    pub(super) fn stale_methods(
        &self,
        user: &User,
        session: SessionId,
        now: Timestamp,
    ) -> Option<Vec<SignInMethod>> {
        let SignInPolicy { fresh, .. } = self.policy.sign_in;
        let factors = self.policy.sign_in.factors();
        let is_fresh = user.is_fresh(session, fresh, factors, now);
        (!is_fresh).then(|| user.reauthentication_methods(factors))
    }

    /// Returns the proofs that a caller must give first for a sensitive change.
    pub(super) fn stale_caller(&self, caller: &Caller) -> Option<Vec<SignInMethod>> {
        self.stale_methods(caller.user()?, caller.session, self.clock.now())
    }

    /// Returns the methods that a user can prove a second factor by.
    pub(super) fn second_factors(&self, user: &User) -> Vec<SignInMethod> {
        user.second_factors(self.policy.sign_in.factors())
    }
}
