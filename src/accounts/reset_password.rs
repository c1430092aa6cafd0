//! Reset a forgotten password with an emailed code.

use secrecy::{ExposeSecret, SecretString};

use super::one_time_codes::TypedCode;
use super::{Accounts, Client, InternalError, UpdateError};
use crate::model::{
    Account, Code, Digest, Email, EmailKind, EndReason, FieldErrors, InvalidField, Password,
    PasswordHash, Spend, Timestamp, Wait,
};
use crate::rate_limit::{Key, RateLimit};
use crate::token::Purpose;

/// An attempt to reset a password.
#[derive(Debug)]
pub struct ResetPassword {
    /// The email address, as typed.
    pub email: String,
    /// The code, as typed.
    pub code: SecretString,
    /// The new password, as typed.
    pub new_password: SecretString,
    /// The client that sent the request.
    pub client: Client,
}

/// The outcome of an attempt to reset a password.
#[derive(Debug)]
pub enum ResetPasswordOutcome {
    /// The password is set, and every session of the user has ended.
    PasswordReset(Email),
    /// The code is wrong, used, expired, or was tried too often. The outcome does not say which.
    InvalidCode,
    /// Some inputs were refused. The code was not tried.
    InvalidInput(Vec<InvalidField>),
    /// Too many codes were tried.
    TooManyAttempts(Wait),
}

/// A code as entered, and the hash of the password that it is to set.
struct Reset<'a> {
    given: Digest,
    hash: PasswordHash,
    client: &'a Client,
}

impl Accounts {
    /// Spends a code and sets a password, in one write. The password is hashed before the code is
    /// looked at, so that an unknown email address and a wrong code take as long as a right one.
    ///
    /// # Errors
    /// When the store fails or the hashing pool is full.
    pub async fn reset_password(
        &self,
        command: ResetPassword,
    ) -> Result<ResetPasswordOutcome, InternalError> {
        let is_wrong = |outcome: &_| matches!(outcome, Ok(ResetPasswordOutcome::InvalidCode));
        self.timing
            .pad_to_hash_time(self.try_reset(command), is_wrong)
            .await
    }

    async fn try_reset(
        &self,
        command: ResetPassword,
    ) -> Result<ResetPasswordOutcome, InternalError> {
        let (email, password) = match self.parse_reset(&command) {
            Ok(parsed) => parsed,
            Err(refused) => return Ok(ResetPasswordOutcome::InvalidInput(refused)),
        };
        let Some(code) = TypedCode::parse(&command.code) else {
            return Ok(ResetPasswordOutcome::InvalidCode);
        };
        let client = command.client.key();
        let permit = self.hashing.try_acquire(&client)?;
        let keys = [Key::new(RateLimit::CodeByClient, &[&client])];
        if let Some(wait) = self.limiter.check(&keys).await? {
            return Ok(ResetPasswordOutcome::TooManyAttempts(wait));
        }
        let hash = self.hashing.hash(&permit, &password).await?;
        let Some(account) = self.store.by_email(&email).await? else {
            self.timing.decoy_write().await?;
            return Ok(ResetPasswordOutcome::InvalidCode);
        };
        let attempt = Reset {
            given: self.codes.digest(Purpose::PasswordResetCode, &email, &code),
            hash,
            client: &command.client,
        };
        let reset = |account: &mut Account, now| self.apply_reset(account, &attempt, now);
        let updated = self
            .timing
            .update_constant_work(&self.store, account, reset)
            .await;
        match updated {
            Err(UpdateError::Deleted) => Ok(ResetPasswordOutcome::InvalidCode),
            updated => Ok(match updated?.outcome {
                Spend::Right => ResetPasswordOutcome::PasswordReset(email),
                Spend::Wrong => ResetPasswordOutcome::InvalidCode,
            }),
        }
    }

    fn parse_reset(&self, command: &ResetPassword) -> Result<(Email, Password), Vec<InvalidField>> {
        let mut errors = FieldErrors::default();
        let email = errors.check("email", Email::parse(&command.email));
        let new_password = command.new_password.expose_secret();
        let password = self.policy.password.accept(new_password, &[&command.email]);
        let password = errors.check("newPassword", password);
        email.zip(password).ok_or_else(|| errors.into_vec())
    }

    fn apply_reset(&self, account: &mut Account, reset: &Reset<'_>, now: Timestamp) -> Spend {
        let Some(user) = account.user_mut() else {
            return Spend::Wrong;
        };
        if Code::spend(&mut user.reset_code, &reset.given, now) == Spend::Wrong {
            return Spend::Wrong;
        }
        // The code came from the address's mailbox: that verifies the address as well as a
        // verification code would.
        let email = EmailKind::PasswordReset {
            name: user.profile.full_name(),
            created_at: user.created_at,
        };
        if !user.email_verified {
            // The first proof of the address: a stranger may have signed up with it, and set up a
            // factor that keeps its owner out.
            user.factors.clear();
        }
        user.verify_address(now);
        user.set_password(reset.hash.clone(), now);
        user.end_sessions(EndReason::PasswordReset, now, |_| true);
        // Those who knew the old password may have used its devices too.
        user.known_devices.clear();
        account.void_codes();
        account.notify(reset.client.email(email), now, &self.rng);
        Spend::Right
    }
}
