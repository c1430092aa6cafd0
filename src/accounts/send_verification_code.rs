//! Send a verification code: emails a code that verifies the address of an account, or of sign-ups
//! that wait.

use super::code_recipient::CodeRecipient;
use super::one_time_codes::GeneratedCode;
use super::timing::with_min_duration;
use super::{Accounts, Client, InternalError};
use crate::model::{
    Account, AccountState, Code, Email, EmailKind, FieldErrors, InvalidField, Locale, Timestamp,
    Wait,
};
use crate::rate_limit::RateLimit;
use crate::token::Purpose;

/// A request for a verification code.
#[derive(Debug)]
pub struct SendVerificationCode {
    /// The email address, as typed.
    pub email: String,
    /// The client that sent the request.
    pub client: Client,
}

/// The outcome of a request for a verification code.
#[derive(Debug)]
pub enum SendVerificationCodeOutcome {
    /// A code was emailed, if the address needs verification.
    CodeSent(Email),
    /// The text is not an email address.
    InvalidInput(Vec<InvalidField>),
    /// There were too many requests.
    TooManyAttempts(Wait),
}

impl Accounts {
    /// Emails a code if the address is not verified yet. The response and the work are the same if
    /// it is, or if the address has no account.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn send_verification_code(
        &self,
        command: SendVerificationCode,
    ) -> Result<SendVerificationCodeOutcome, InternalError> {
        with_min_duration(self.try_send_verification_code(command)).await
    }

    async fn try_send_verification_code(
        &self,
        command: SendVerificationCode,
    ) -> Result<SendVerificationCodeOutcome, InternalError> {
        let mut errors = FieldErrors::default();
        let Some(email) = errors.check("email", Email::parse(&command.email)) else {
            return Ok(SendVerificationCodeOutcome::InvalidInput(errors.into_vec()));
        };
        let now = self.clock.now();
        let is_unproven = |account: &Account| needs_verification(account, now);
        let client = &command.client;
        let recipient = self.code_recipient(&email, client, is_unproven, overall_limit);
        match recipient.await? {
            CodeRecipient::Refused(wait) => {
                return Ok(SendVerificationCodeOutcome::TooManyAttempts(wait));
            }
            CodeRecipient::Nowhere => {}
            CodeRecipient::Account(account) => {
                self.queue_verification_code(*account, client).await?;
            }
        }
        Ok(SendVerificationCodeOutcome::CodeSent(email))
    }

    async fn queue_verification_code(
        &self,
        account: Account,
        client: &Client,
    ) -> Result<(), InternalError> {
        let purpose = match account.state {
            AccountState::Active(_) => Purpose::VerificationCode,
            AccountState::Pending(_) => Purpose::SignUpCode,
        };
        let code = self.codes.generate(purpose, &account.email);
        self.queue_code(account, |account, now| {
            if let Some(email) = self.set_code(account, purpose, &code, now) {
                let email = client.email(email).preferring(chosen_locale(account));
                account.post(email, self.codes.lifetime(), now, &self.rng);
            }
        })
        .await
    }

    /// Sets the code, and returns the email that carries it. Returns `None` if the sign-up was
    /// completed or the user was suspended meanwhile.
    fn set_code(
        &self,
        account: &mut Account,
        purpose: Purpose,
        generated: &GeneratedCode,
        now: Timestamp,
    ) -> Option<EmailKind> {
        let code = self.codes.issue(generated, now);
        let sealed = generated.sealed.clone();
        match (&mut account.state, purpose) {
            (AccountState::Active(user), Purpose::VerificationCode) if user.is_active(now) => {
                Code::replace(&mut user.verification_code, code, now);
                Some(EmailKind::VerificationCode(sealed))
            }
            // One code for all sign-ups that wait: it proves the mailbox, and the ticket says which
            // sign-up it completes.
            (AccountState::Pending(sign_ups), Purpose::SignUpCode) => {
                for sign_up in sign_ups {
                    Code::replace(&mut sign_up.code, code.clone(), now);
                }
                Some(EmailKind::SignUpCode(sealed))
            }
            _ => None,
        }
    }
}

fn needs_verification(account: &Account, now: Timestamp) -> bool {
    match &account.state {
        AccountState::Active(user) => !user.email_verified && user.is_active(now),
        AccountState::Pending(sign_ups) => sign_ups.iter().any(|sign_up| now < sign_up.expires_at),
    }
}

fn overall_limit(account: &Account) -> RateLimit {
    match account.state {
        AccountState::Active(_) => RateLimit::MailOverall,
        AccountState::Pending(_) => RateLimit::SignupMailOverall,
    }
}

/// Returns the language that the newest waiting sign-up has chosen. A user's own is known to the
/// account.
fn chosen_locale(account: &Account) -> Option<Locale> {
    match &account.state {
        AccountState::Active(_) => None,
        AccountState::Pending(sign_ups) => sign_ups.iter().rev().find_map(|it| it.locale.clone()),
    }
}
