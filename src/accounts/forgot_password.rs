//! Forgot password: emails a code that resets the password.

use super::code_recipient::CodeRecipient;
use super::timing::with_min_duration;
use super::{Accounts, Client, InternalError};
use crate::model::{Account, Code, Email, EmailKind, FieldErrors, InvalidField, Wait};
use crate::token::Purpose;

/// A request for a reset code.
#[derive(Debug)]
pub struct ForgotPassword {
    /// The email address, as typed.
    pub email: String,
    /// The client that sent the request.
    pub client: Client,
}

/// The outcome of a request for a reset code.
#[derive(Debug)]
pub enum ForgotPasswordOutcome {
    /// A code was emailed, if the address has an account.
    CodeSent(Email),
    /// The text is not an email address.
    InvalidInput(Vec<InvalidField>),
    /// There were too many requests.
    TooManyAttempts(Wait),
}

impl Accounts {
    /// Emails a code to the owner of an address. The response and the work are the same for an
    /// unknown address.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn forgot_password(
        &self,
        command: ForgotPassword,
    ) -> Result<ForgotPasswordOutcome, InternalError> {
        with_min_duration(self.try_forgot_password(command)).await
    }

    async fn try_forgot_password(
        &self,
        command: ForgotPassword,
    ) -> Result<ForgotPasswordOutcome, InternalError> {
        let mut errors = FieldErrors::default();
        let Some(email) = errors.check("email", Email::parse(&command.email)) else {
            return Ok(ForgotPasswordOutcome::InvalidInput(errors.into_vec()));
        };
        let client = &command.client;
        match self.active_recipient(&email, client).await? {
            CodeRecipient::Refused(wait) => {
                return Ok(ForgotPasswordOutcome::TooManyAttempts(wait));
            }
            CodeRecipient::Nowhere => {}
            CodeRecipient::Account(account) => self.send_reset_code(*account, client).await?,
        }
        Ok(ForgotPasswordOutcome::CodeSent(email))
    }

    async fn send_reset_code(
        &self,
        account: Account,
        client: &Client,
    ) -> Result<(), InternalError> {
        let code = self
            .codes
            .generate(Purpose::PasswordResetCode, &account.email);
        self.queue_code(account, |account, now| {
            if let Some(user) = account.user_mut().filter(|user| user.is_active(now)) {
                Code::replace(&mut user.reset_code, self.codes.issue(&code, now), now);
                let email = EmailKind::PasswordResetCode(code.sealed.clone());
                account.post(client.email(email), self.codes.lifetime(), now, &self.rng);
            }
        })
        .await
    }
}
