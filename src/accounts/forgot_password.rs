//! Forgotten password: mail a code that resets it.

use super::no_sooner::no_sooner;
use super::postage::Postage;
use super::{Accounts, Client, Fault};
use crate::model::{Account, Code, Digest, Email, Form, InvalidField, LetterKind, Sealed, Wait};
use crate::throttle::Budget;
use crate::token::Purpose;

/// A request for a code.
#[derive(Debug)]
pub struct ForgotPassword {
    /// The address, as typed.
    pub email: String,
    /// Where from.
    pub client: Client,
}

/// What became of it.
#[derive(Debug)]
pub enum ForgotPasswordOutcome {
    /// A code is on its way, if the address has an account.
    CodeSent(Email),
    /// The address is none.
    InvalidInput(Vec<InvalidField>),
    /// Too many codes.
    TooManyAttempts(Wait),
}

/// A fresh code in the two forms that are kept: never as it is.
pub(super) struct FreshCode {
    pub(super) digest: Digest,
    pub(super) sealed: Sealed,
}

impl Accounts {
    /// Mails a code to the owner of an address. The same answer and the same work for an unknown one.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn forgot_password(&self, command: ForgotPassword) -> Result<ForgotPasswordOutcome, Fault> {
        no_sooner(self.forget(command)).await
    }

    async fn forget(&self, command: ForgotPassword) -> Result<ForgotPasswordOutcome, Fault> {
        let mut form = Form::default();
        let Some(email) = form.take("email", Email::parse(&command.email)) else {
            return Ok(ForgotPasswordOutcome::InvalidInput(form.into_refused()));
        };
        let postage = match self.frank(&email, &command.client).await? {
            Ok(postage) => postage,
            Err(wait) => return Ok(ForgotPasswordOutcome::TooManyAttempts(wait)),
        };
        let has_user = |account: &Account| account.user().is_some_and(|user| !user.is_suspended());
        match self.by_email(&email).await?.filter(has_user) {
            Some(account) if postage == Postage::Paid && self.letter_may_leave(Budget::MailOverall).await? => {
                self.send_reset_code(account).await?;
            }
            _ => self.decoy_letter().await?,
        }
        Ok(ForgotPasswordOutcome::CodeSent(email))
    }

    async fn send_reset_code(&self, account: Account) -> Result<(), Fault> {
        let code = self.fresh_code(Purpose::PasswordResetCode, &account.email);
        let lifetime = self.policy.code_lifetime;
        let changed = self.change(account, |account, now| {
            if let Some(user) = account.user_mut().filter(|user| !user.is_suspended()) {
                user.reset_code = Some(Code::new(code.digest.clone(), now, lifetime));
                account.post(LetterKind::PasswordResetCode(code.sealed.clone()), lifetime, now, &self.rng);
            }
        });
        changed.await??;
        Ok(())
    }

    /// Draws a code, and keeps its keyed hash for the account and its sealed text for the letter.
    pub(super) fn fresh_code(&self, purpose: Purpose, email: &Email) -> FreshCode {
        let code = self.rng.digits(Code::LENGTH);
        FreshCode { digest: self.code_digest(purpose, email, &code), sealed: self.secret.seal(&code, &self.rng) }
    }

    /// The keyed hash of a code as typed. Spaces do not count: people copy them along.
    pub(super) fn code_digest(&self, purpose: Purpose, email: &Email, code: &str) -> Digest {
        let code: String = code.split_whitespace().collect();
        Digest::new(self.secret.digest(purpose, &[email.as_str().as_bytes(), code.as_bytes()]))
    }
}
