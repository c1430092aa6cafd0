//! Start a login by an emailed code: the ticket binds the code to one browser.

use secrecy::SecretString;

use super::code_recipient::CodeRecipient;
use super::one_time_codes::GeneratedTicket;
use super::timing::with_min_duration;
use super::{Accounts, Client, InternalError};
use crate::model::{Account, Email, EmailKind, FieldErrors, InvalidField, Wait};
use crate::token::Purpose;

/// A request for a code to log in with.
#[derive(Debug)]
pub struct StartLogin {
    /// The email address, as typed.
    pub email: String,
    /// The client that sent the request.
    pub client: Client,
}

/// The outcome of a request for a code to log in with.
#[derive(Debug)]
pub enum StartLoginOutcome {
    /// A code was emailed, if the address has an account.
    CodeSent {
        /// The email address, in canonical form.
        email: Email,
        /// The text that the code is good with.
        ticket: SecretString,
    },
    /// The text is not an email address.
    InvalidInput(Vec<InvalidField>),
    /// The operator does not offer it.
    NotAvailable,
    /// There were too many requests.
    TooManyAttempts(Wait),
}

impl Accounts {
    /// Emails a code to the owner of an address. The response and the work are the same for an
    /// unknown address.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn start_login(
        &self,
        command: StartLogin,
    ) -> Result<StartLoginOutcome, InternalError> {
        if !self.policy.sign_in.login_by_code {
            return Ok(StartLoginOutcome::NotAvailable);
        }
        with_min_duration(self.try_start_login(command)).await
    }

    async fn try_start_login(
        &self,
        command: StartLogin,
    ) -> Result<StartLoginOutcome, InternalError> {
        let mut errors = FieldErrors::default();
        let Some(email) = errors.check("email", Email::parse(&command.email)) else {
            return Ok(StartLoginOutcome::InvalidInput(errors.into_vec()));
        };
        let ticket = self.codes.generate_ticket();
        let client = &command.client;
        match self.active_recipient(&email, client).await? {
            CodeRecipient::Refused(wait) => return Ok(StartLoginOutcome::TooManyAttempts(wait)),
            CodeRecipient::Nowhere => {}
            CodeRecipient::Account(account) => {
                self.send_sign_in_code(*account, &ticket, client).await?;
            }
        }
        let ticket = ticket.text;
        Ok(StartLoginOutcome::CodeSent { email, ticket })
    }

    async fn send_sign_in_code(
        &self,
        account: Account,
        ticket: &GeneratedTicket,
        client: &Client,
    ) -> Result<(), InternalError> {
        let code = self.codes.generate(Purpose::SignInCode, &account.email);
        self.queue_code(account, |account, now| {
            if let Some(user) = account.user_mut().filter(|user| user.is_active(now)) {
                let issued = self.codes.issue(&code, now);
                user.sign_in_codes.add(ticket.digest.clone(), issued);
                let email = EmailKind::SignInCode(code.sealed.clone());
                account.post_another(client.email(email), self.codes.lifetime(), now, &self.rng);
            }
        })
        .await
    }
}
