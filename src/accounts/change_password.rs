//! Change the password, with the current one.

use secrecy::{ExposeSecret, SecretString};

use super::{Accounts, Caller, Client, InternalError};
use crate::hashing::{Permit, Verification};
use crate::model::{
    Account, EmailKind, EndReason, FieldCode, FieldError, FieldErrors, InvalidField, Password,
    PasswordHash, SignInMethod, Wait,
};
use crate::rate_limit::{Key, RateLimit};

/// An attempt to change the password.
#[derive(Debug)]
pub struct ChangePassword {
    /// The current password, as typed. An account that has none needs a fresh session instead.
    pub current_password: SecretString,
    /// The new password, as typed.
    pub new_password: SecretString,
    /// The client that sent the request.
    pub client: Client,
}

/// The outcome of an attempt to change the password.
#[derive(Debug)]
pub enum ChangePasswordOutcome {
    /// The password is changed, and every other session of the user has ended.
    PasswordChanged(Box<Account>),
    /// The current password is wrong.
    InvalidCredentials,
    /// The new password was refused.
    InvalidInput(Vec<InvalidField>),
    /// The account has no password, and the session's last proof is too old.
    ReauthenticationRequired(Vec<SignInMethod>),
    /// There were too many wrong passwords.
    TooManyAttempts(Wait),
}

/// The outcome of verifying the current password.
enum CurrentPassword {
    /// The password is right, or the session of a user without a password is fresh.
    Valid(Option<PasswordHash>),
    Invalid,
    Stale(Vec<SignInMethod>),
    TooManyAttempts(Wait),
}

impl Accounts {
    /// Changes the caller's password and ends every other session, in one write.
    ///
    /// # Errors
    /// When the store fails, the hashing pool is full, or the caller's session has ended meanwhile.
    pub async fn change_password(
        &self,
        caller: Caller,
        command: ChangePassword,
    ) -> Result<ChangePasswordOutcome, InternalError> {
        let permit = self.hashing.try_acquire(&command.client.key())?;
        let new = match self.parse_new_password(&caller, &command.new_password) {
            Ok(new) => new,
            Err(refused) => return Ok(ChangePasswordOutcome::InvalidInput(refused)),
        };
        let current = Password::unchecked(command.current_password.expose_secret());
        let verified = match self.verify_current(&permit, &caller, &current).await? {
            CurrentPassword::Valid(hash) => hash,
            CurrentPassword::Invalid => return Ok(ChangePasswordOutcome::InvalidCredentials),
            CurrentPassword::Stale(methods) => {
                return Ok(ChangePasswordOutcome::ReauthenticationRequired(methods));
            }
            CurrentPassword::TooManyAttempts(wait) => {
                return Ok(ChangePasswordOutcome::TooManyAttempts(wait));
            }
        };
        if verified.is_some() && new.expose() == current.expose() {
            return Ok(ChangePasswordOutcome::InvalidInput(vec![unchanged()]));
        }
        let hash = self.hashing.hash(&permit, &new).await?;
        let (session, client) = (caller.session, &command.client);
        let updated = self
            .store
            .update_as(caller, |account, now| {
                let user = account
                    .user_mut()
                    .filter(|user| user.password == verified)?;
                user.set_password(hash.clone(), now);
                user.end_sessions(EndReason::PasswordChanged, now, |other| other.id != session);
                account.void_codes();
                account.notify(client.email(EmailKind::PasswordChanged), now, &self.rng);
                Some(())
            })
            .await?;
        Ok(match updated.outcome {
            Some(()) => ChangePasswordOutcome::PasswordChanged(Box::new(updated.account)),
            None => ChangePasswordOutcome::InvalidCredentials,
        })
    }

    fn parse_new_password(
        &self,
        caller: &Caller,
        new: &SecretString,
    ) -> Result<Password, Vec<InvalidField>> {
        let mut owner = vec![caller.account.email.as_str()];
        if let Some(user) = caller.user() {
            owner.push(user.profile.first_name.as_str());
            owner.push(user.profile.last_name.as_str());
        }
        let mut errors = FieldErrors::default();
        let accepted = self.policy.password.accept(new.expose_secret(), &owner);
        let new = errors.check("newPassword", accepted);
        new.ok_or_else(|| errors.into_vec())
    }

    /// Verifies the current password. Wrong ones are counted by session: guesses elsewhere do not
    /// keep the owner from changing the password.
    async fn verify_current(
        &self,
        permit: &Permit,
        caller: &Caller,
        current: &Password,
    ) -> Result<CurrentPassword, InternalError> {
        let user = caller.user();
        if let Some(user) = user.filter(|user| user.password.is_none()) {
            let stale = self.stale_methods(user, caller.session, self.clock.now());
            return Ok(stale.map_or(CurrentPassword::Valid(None), CurrentPassword::Stale));
        }
        let session = caller.session.to_string();
        let keys = [Key::new(RateLimit::ChangePasswordBySession, &[&session])];
        if let Some(wait) = self.limiter.check(&keys).await? {
            return Ok(CurrentPassword::TooManyAttempts(wait));
        }
        let hash = user.and_then(|user| user.password.clone());
        let verification = self.hashing.verify(permit, current, hash.as_ref()).await?;
        match hash {
            Some(hash) if verification != Verification::Invalid => {
                self.limiter.release(&keys).await?;
                Ok(CurrentPassword::Valid(Some(hash)))
            }
            _ => Ok(CurrentPassword::Invalid),
        }
    }
}

fn unchanged() -> InvalidField {
    let message = "The new password is the current one.";
    InvalidField {
        field: "newPassword",
        error: FieldError::new(FieldCode::Unchanged, message),
    }
}
