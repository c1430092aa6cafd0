//! Sign up: creates an account at once or, under the verify-first policy, once the email address is
//! verified.

mod immediate;
mod pending;

pub(super) use pending::push_bounded;

use secrecy::{ExposeSecret, SecretString};

use super::{Accounts, Client, InternalError, RequestAttempt, SignIn};
use crate::model::{
    AcceptedTerms, Email, FieldErrors, Gender, InvalidField, Locale, MobileNumber, Name, Password,
    Profile, SignUpPolicy, SignUpRule, Wait, is_blank_text,
};
use crate::rate_limit::{Key, RateLimit};

/// A sign-up, as typed.
#[derive(Debug)]
pub struct Signup {
    /// The email address, as typed.
    pub email: String,
    /// The password, as typed.
    pub password: SecretString,
    /// The first name, as typed.
    pub first_name: String,
    /// The last name, as typed.
    pub last_name: String,
    /// The gender.
    pub gender: Gender,
    /// The mobile number, as typed.
    pub mobile_number: Option<String>,
    /// The language of messages, as sent.
    pub locale: Option<String>,
    /// The version of the terms that the user accepts.
    pub accepted_terms: Option<String>,
    /// The client's own name for this sign-up, which it repeats if the response is lost.
    pub attempt: Option<RequestAttempt>,
    /// The client that sent the request.
    pub client: Client,
}

/// The outcome of a sign-up.
#[derive(Debug)]
pub enum SignupOutcome {
    /// The account exists: its user is signed in, or the sign-in waits for its next step.
    SignIn(SignIn),
    /// An email was sent, whether or not the address had an account.
    Accepted {
        /// The email address, in canonical form.
        email: Email,
        /// Completes the sign-up, together with the emailed code.
        ticket: SecretString,
    },
    /// Some inputs were refused. Nothing was changed.
    InvalidInput(Vec<InvalidField>),
    /// Only the operator creates accounts.
    NotAvailable,
    /// The email address has an account.
    EmailTaken,
    /// Another account has the mobile number.
    MobileNumberTaken,
    /// There were too many sign-ups or emails.
    TooManyAttempts(Wait),
}

/// A sign-up whose inputs were all accepted.
pub(super) struct Application {
    pub(super) email: Email,
    pub(super) password: Password,
    pub(super) profile: Profile,
    pub(super) mobile_number: Option<MobileNumber>,
    pub(super) locale: Option<Locale>,
    pub(super) accepted_terms: Option<AcceptedTerms>,
    pub(super) attempt: Option<RequestAttempt>,
}

impl Accounts {
    /// Signs a user up. The role is always USER: no input carries one.
    ///
    /// # Errors
    /// When the store fails or the hashing pool is full.
    pub async fn signup(&self, command: Signup) -> Result<SignupOutcome, InternalError> {
        if self.sign_up.rule == SignUpRule::Closed {
            return Ok(SignupOutcome::NotAvailable);
        }
        // A refused form is no sign-up: it creates nothing, and reveals nothing that
        // `checkPassword` does not.
        let application = match self.parse_application(&command, &self.sign_up) {
            Ok(application) => application,
            Err(refused) => return Ok(SignupOutcome::InvalidInput(refused)),
        };
        let client = command.client.clone();
        let key = client.key();
        let permit = self.hashing.try_acquire(&key)?;
        let keys = [Key::new(RateLimit::SignupByClient, &[&key])];
        if let Some(wait) = self.limiter.check(&keys).await? {
            return Ok(SignupOutcome::TooManyAttempts(wait));
        }
        if self.policy.sign_in.verify_email_first {
            self.accept_signup(application, &client, permit).await
        } else {
            self.create_account(application, &client, &permit).await
        }
    }

    /// Parses every input of a sign-up.
    ///
    /// # Errors
    /// When inputs are refused: all of them.
    pub(super) fn parse_application(
        &self,
        command: &Signup,
        policy: &SignUpPolicy,
    ) -> Result<Application, Vec<InvalidField>> {
        let mut errors = FieldErrors::default();
        let owner = [&*command.email, &command.first_name, &command.last_name];
        let password = command.password.expose_secret();
        let accept = |email: Email| policy.check_email(&email).map(|()| email);
        let email = errors.check("email", Email::parse(&command.email).and_then(accept));
        let password = errors.check("password", self.policy.password.accept(password, &owner));
        let first_name = errors.check("firstName", Name::parse(&command.first_name));
        let last_name = errors.check("lastName", Name::parse_optional(&command.last_name));
        let number = filled(command.mobile_number.as_ref());
        let number = number.map(MobileNumber::parse).transpose();
        let number = errors.check("mobileNumber", number);
        let locale = filled(command.locale.as_ref());
        let locale = errors.check("locale", locale.map(Locale::parse).transpose());
        let accepted = command.accepted_terms.as_deref();
        let terms = policy.check_terms(accepted, self.clock.now());
        let terms = errors.check("acceptedTermsVersion", terms);
        match (
            email,
            password,
            first_name,
            last_name,
            number.zip(locale).zip(terms),
        ) {
            (
                Some(email),
                Some(password),
                Some(first_name),
                Some(last_name),
                Some(((mobile_number, locale), accepted_terms)),
            ) => Ok(Application {
                email,
                password,
                profile: Profile {
                    first_name,
                    last_name,
                    gender: command.gender,
                },
                mobile_number,
                locale,
                accepted_terms,
                attempt: command.attempt.clone(),
            }),
            _ => Err(errors.into_vec()),
        }
    }
}

/// Returns the text of an optional field. A form sends an empty text for a field that was left empty.
fn filled(typed: Option<&String>) -> Option<&str> {
    typed
        .map(String::as_str)
        .filter(|typed| !is_blank_text(typed))
}
