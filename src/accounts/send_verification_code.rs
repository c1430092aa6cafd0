//! Mail a code that proves an address: of an account that is there, or of sign-ups that wait.

use super::no_sooner::no_sooner;
use super::postage::Postage;
use super::{Accounts, Client, Fault};
use crate::model::{Account, Code, Email, Form, InvalidField, LetterKind, Standing, Timestamp, Wait};
use crate::throttle::Budget;
use crate::token::Purpose;

/// A request for a code.
#[derive(Debug)]
pub struct SendVerificationCode {
    /// The address, as typed.
    pub email: String,
    /// Where from.
    pub client: Client,
}

/// What became of it.
#[derive(Debug)]
pub enum SendVerificationCodeOutcome {
    /// A code is on its way, if there is something to prove.
    CodeSent(Email),
    /// The address is none.
    InvalidInput(Vec<InvalidField>),
    /// Too many codes.
    TooManyAttempts(Wait),
}

impl Accounts {
    /// Mails a code if the address is not proven yet. The same answer and the same work if there is nothing to prove.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn send_verification_code(
        &self,
        command: SendVerificationCode,
    ) -> Result<SendVerificationCodeOutcome, Fault> {
        no_sooner(self.send_again(command)).await
    }

    async fn send_again(&self, command: SendVerificationCode) -> Result<SendVerificationCodeOutcome, Fault> {
        let mut form = Form::default();
        let Some(email) = form.take("email", Email::parse(&command.email)) else {
            return Ok(SendVerificationCodeOutcome::InvalidInput(form.into_refused()));
        };
        let postage = match self.frank(&email, &command.client).await? {
            Ok(postage) => postage,
            Err(wait) => return Ok(SendVerificationCodeOutcome::TooManyAttempts(wait)),
        };
        let now = self.clock.now();
        let unproven = |account: &Account| match &account.standing {
            Standing::Active(user) => !user.email_verified && !user.is_suspended(),
            Standing::Pending(sign_ups) => sign_ups.iter().any(|sign_up| now < sign_up.expires_at),
        };
        match self.by_email(&email).await?.filter(unproven) {
            Some(account) if postage == Postage::Paid && self.letter_may_leave(budget(&account)).await? => {
                self.send_code(account).await?;
            }
            _ => self.decoy_letter().await?,
        }
        Ok(SendVerificationCodeOutcome::CodeSent(email))
    }

    async fn send_code(&self, account: Account) -> Result<(), Fault> {
        let lifetime = self.policy.code_lifetime;
        let purpose = match account.standing {
            Standing::Active(_) => Purpose::VerificationCode,
            Standing::Pending(_) => Purpose::SignUpCode,
        };
        let fresh = self.fresh_code(purpose, &account.email);
        let send = |account: &mut Account, now: Timestamp| {
            let code = Some(Code::new(fresh.digest.clone(), now, lifetime));
            let letter = match (&mut account.standing, purpose) {
                (Standing::Active(user), Purpose::VerificationCode) if !user.is_suspended() => {
                    user.verification_code = code;
                    LetterKind::VerificationCode(fresh.sealed.clone())
                }
                // The same code for each that waits: it proves the mailbox, the ticket says whose sign-up it completes.
                (Standing::Pending(sign_ups), Purpose::SignUpCode) => {
                    for sign_up in sign_ups {
                        sign_up.code.clone_from(&code);
                    }
                    LetterKind::SignUpCode(fresh.sealed.clone())
                }
                // Completed or suspended meanwhile: there is nothing to prove.
                _ => return,
            };
            account.post(letter, lifetime, now, &self.rng);
        };
        self.change(account, send).await??;
        Ok(())
    }
}

fn budget(account: &Account) -> Budget {
    match account.standing {
        Standing::Active(_) => Budget::MailOverall,
        Standing::Pending(_) => Budget::SignupMailOverall,
    }
}
