//! Change the password, with the old one.

use secrecy::{ExposeSecret, SecretString};

use super::{Accounts, Caller, Fault};
use crate::hashing::Verdict;
use crate::model::{
    Account, FieldCode, Form, InvalidField, LetterKind, Password, PasswordHash, Refusal, Timestamp, User, Wait,
};
use crate::throttle::Budget;

/// An attempt to change the password.
#[derive(Debug)]
pub struct ChangePassword {
    /// The password in force.
    pub current_password: SecretString,
    /// The password to be.
    pub new_password: SecretString,
}

/// What became of it.
#[derive(Debug)]
pub enum ChangePasswordOutcome {
    /// It is changed, and every other session of the user has ended.
    PasswordChanged(Box<Account>),
    /// The current password is wrong.
    InvalidCredentials,
    /// The new one was refused.
    InvalidInput(Vec<InvalidField>),
    /// Too many wrong ones.
    TooManyAttempts(Wait),
}

impl Accounts {
    /// Changes the caller's password and ends every other session, in one write.
    ///
    /// # Errors
    /// When the store fails, the hashing pool is full, or the caller's session was ended meanwhile.
    pub async fn change_password(
        &self,
        caller: Caller,
        command: ChangePassword,
    ) -> Result<ChangePasswordOutcome, Fault> {
        let place = self.hashing.enter()?;
        let mut form = Form::default();
        let owner = caller.user().map(|user| [user.profile.first_name.as_str(), user.profile.last_name.as_str()]);
        let owner = [&owner.unwrap_or_default()[..], &[caller.account.email.as_str()]].concat();
        let new = form.take("newPassword", self.policy.password.accept(command.new_password.expose_secret(), &owner));
        let Some(new) = new else { return Ok(ChangePasswordOutcome::InvalidInput(form.into_refused())) };

        let session = caller.session;
        let name = session.to_string();
        // By session: what strangers guess elsewhere does not keep the owner from changing the password.
        let charges = [(Budget::ChangePasswordBySession, vec![&*name])];
        if let Some(wait) = self.spend(&charges).await? {
            return Ok(ChangePasswordOutcome::TooManyAttempts(wait));
        }
        let current = Password::given(command.current_password.expose_secret());
        let verified = caller.user().map(|user| user.password.clone());
        let (Some(verified), true) =
            (&verified, self.hashing.verify(&place, &current, verified.as_ref()).await? != Verdict::Wrong)
        else {
            return Ok(ChangePasswordOutcome::InvalidCredentials);
        };
        self.refund(&charges).await?;
        if new.expose() == current.expose() {
            let refusal = Refusal::new(FieldCode::Unchanged, "The new password is the old one.");
            return Ok(ChangePasswordOutcome::InvalidInput(vec![InvalidField { field: "newPassword", refusal }]));
        }

        let hash = self.hashing.hash(&place, &new).await?;
        let (changed, account) = self
            .change_as(caller, |account, now| {
                let user = account.user_mut().filter(|user| user.password == *verified)?;
                user.set_password(hash.clone(), now);
                user.end_sessions(|other| other.id != session);
                account.void_codes();
                account.notify(LetterKind::PasswordChanged, now, &self.rng);
                Some(())
            })
            .await??;
        Ok(match changed {
            Some(()) => ChangePasswordOutcome::PasswordChanged(Box::new(account)),
            None => ChangePasswordOutcome::InvalidCredentials,
        })
    }
}

impl User {
    /// Sets a password.
    pub(super) fn set_password(&mut self, hash: PasswordHash, now: Timestamp) {
        self.password = hash;
        self.password_changed_at = now;
        self.updated_at = now;
    }
}
