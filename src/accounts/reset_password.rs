//! Reset a forgotten password with a mailed code.

use secrecy::{ExposeSecret, SecretString};

use super::{Accounts, Client, Fault};
use crate::model::{
    Account, Code, Digest, Email, Form, InvalidField, LetterKind, PasswordHash, Spend, Timestamp, Wait,
};
use crate::throttle::Budget;
use crate::token::Purpose;

/// An attempt to reset.
#[derive(Debug)]
pub struct ResetPassword {
    /// The address, as typed.
    pub email: String,
    /// The code, as typed.
    pub code: SecretString,
    /// The password to be.
    pub new_password: SecretString,
    /// Where from.
    pub client: Client,
}

/// What became of it.
#[derive(Debug)]
pub enum ResetPasswordOutcome {
    /// The password is set, and every session of the user has ended.
    PasswordReset(Email),
    /// The code is wrong, used, expired, or was tried too often; which, is not told.
    InvalidCode,
    /// Inputs were refused. The code was not tried.
    InvalidInput(Vec<InvalidField>),
    /// Too many codes were tried.
    TooManyAttempts(Wait),
}

impl Accounts {
    /// Spends a code and sets a password, in one write. The password is hashed before the code is looked at, so that
    /// an unknown address and a wrong code take as long as a right one.
    ///
    /// # Errors
    /// When the store fails or the hashing pool is full.
    pub async fn reset_password(&self, command: ResetPassword) -> Result<ResetPasswordOutcome, Fault> {
        let is_wrong = |outcome: &_| matches!(outcome, Ok(ResetPasswordOutcome::InvalidCode));
        self.no_sooner_than_a_hash(self.try_reset(command), is_wrong).await
    }

    async fn try_reset(&self, command: ResetPassword) -> Result<ResetPasswordOutcome, Fault> {
        let mut form = Form::default();
        let email = form.take("email", Email::parse(&command.email));
        let password = form
            .take("newPassword", self.policy.password.accept(command.new_password.expose_secret(), &[&command.email]));
        let (Some(email), Some(password)) = (email, password) else {
            return Ok(ResetPasswordOutcome::InvalidInput(form.into_refused()));
        };
        let place = self.hashing.enter()?;
        if let Some(wait) = self.spend(&[(Budget::CodeByClient, vec![&command.client.key()])]).await? {
            return Ok(ResetPasswordOutcome::TooManyAttempts(wait));
        }
        let hash = self.hashing.hash(&place, &password).await?;
        let Some(account) = self.by_email(&email).await? else {
            self.decoy_write().await?;
            return Ok(ResetPasswordOutcome::InvalidCode);
        };
        let given = self.code_digest(Purpose::PasswordResetCode, &email, command.code.expose_secret());
        let (spend, _) = self.change_evenly(account, |account, now| self.reset(account, &given, &hash, now)).await??;
        Ok(match spend {
            Spend::Right => ResetPasswordOutcome::PasswordReset(email),
            Spend::Wrong => ResetPasswordOutcome::InvalidCode,
        })
    }

    fn reset(&self, account: &mut Account, given: &Digest, hash: &PasswordHash, now: Timestamp) -> Spend {
        let Some(user) = account.user_mut() else { return Spend::Wrong };
        if Code::spend(&mut user.reset_code, given, now) == Spend::Wrong {
            return Spend::Wrong;
        }
        // Whoever had the code reads the address's mail: that proves it as well as a verification would.
        user.email_verified = true;
        user.set_password(hash.clone(), now);
        user.end_sessions(|_| true);
        // Whoever had the old password knew its devices too.
        user.known_devices.clear();
        account.void_codes();
        account.notify(LetterKind::PasswordChanged, now, &self.rng);
        Spend::Right
    }
}
