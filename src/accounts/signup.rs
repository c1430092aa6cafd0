//! Sign up: an account at once, or, under the verify-first policy, once the address is proven.

mod pending;

use secrecy::{ExposeSecret, SecretString};

use super::{Accounts, Client, Fault, SignedIn, tell_whose};
use crate::hashing::Place;
use crate::model::{
    Account, AccountId, Email, Form, Gender, InvalidField, MobileNumber, Name, Password, Profile, Standing, User, Wait,
};
use crate::repository::Written;
use crate::throttle::Budget;

/// A sign-up.
#[derive(Debug)]
pub struct Signup {
    /// The address, as typed.
    pub email: String,
    /// The password, as typed.
    pub password: SecretString,
    /// First name, as typed.
    pub first_name: String,
    /// Last name, as typed.
    pub last_name: String,
    /// Gender.
    pub gender: Gender,
    /// Mobile number, as typed.
    pub mobile_number: Option<String>,
    /// Where from.
    pub client: Client,
}

/// What became of it.
#[derive(Debug)]
pub enum SignupOutcome {
    /// The account is there, and its user signed in.
    Authenticated(Box<SignedIn>),
    /// A letter is on its way, whether or not the address had an account.
    Accepted {
        /// The address, in canonical form.
        email: Email,
        /// What completes the sign-up, together with the mailed code.
        ticket: SecretString,
    },
    /// Inputs were refused. Nothing was changed.
    InvalidInput(Vec<InvalidField>),
    /// The address has an account.
    EmailTaken,
    /// Another account has the number.
    MobileNumberTaken,
    /// Too many sign-ups or letters.
    TooManyAttempts(Wait),
}

/// What a sign-up asks for, once it was read.
pub(super) struct Application {
    pub(super) email: Email,
    pub(super) password: Password,
    pub(super) profile: Profile,
    pub(super) mobile_number: Option<MobileNumber>,
}

impl Accounts {
    /// Signs a user up. The role is always USER: no input can carry one.
    ///
    /// # Errors
    /// When the store fails or the hashing pool is full.
    pub async fn signup(&self, command: Signup) -> Result<SignupOutcome, Fault> {
        let place = self.hashing.enter()?;
        if let Some(wait) = self.spend(&[(Budget::SignupByClient, vec![&command.client.key()])]).await? {
            return Ok(SignupOutcome::TooManyAttempts(wait));
        }
        let client = command.client.clone();
        let application = match self.read_application(&command) {
            Ok(application) => application,
            Err(refused) => return Ok(SignupOutcome::InvalidInput(refused)),
        };
        if self.policy.verify_email_first {
            self.accept_sign_up(application, &client, place).await
        } else {
            self.open_account(application, &client, &place).await
        }
    }

    pub(super) fn read_application(&self, command: &Signup) -> Result<Application, Vec<InvalidField>> {
        let mut form = Form::default();
        let owner = [&*command.email, &command.first_name, &command.last_name];
        let email = form.take("email", Email::parse(&command.email));
        let password = form.take("password", self.policy.password.accept(command.password.expose_secret(), &owner));
        let first_name = form.take("firstName", Name::parse(&command.first_name));
        let last_name = form.take("lastName", Name::parse(&command.last_name));
        // A form sends an empty text where nothing was typed.
        let number = command.mobile_number.as_deref().filter(|typed| !typed.trim().is_empty());
        let number = number.map(MobileNumber::parse).transpose();
        let number = form.take("mobileNumber", number);
        match (email, password, first_name, last_name, number) {
            (Some(email), Some(password), Some(first_name), Some(last_name), Some(mobile_number)) => {
                let profile = Profile { first_name, last_name, gender: command.gender };
                Ok(Application { email, password, profile, mobile_number })
            }
            _ => Err(form.into_refused()),
        }
    }

    async fn open_account(
        &self,
        application: Application,
        client: &Client,
        place: &Place,
    ) -> Result<SignupOutcome, Fault> {
        let found = self.by_email(&application.email).await?;
        if found.as_ref().is_some_and(|account| account.user().is_some()) {
            return Ok(SignupOutcome::EmailTaken);
        }
        let hash = self.hashing.hash(place, &application.password).await?;
        let now = self.clock.now();
        let mut user = User::new(hash, application.profile, application.mobile_number, now);
        let session = self.new_session(client);
        let id = session.id;
        user.sign_in(session, now);
        let mut account =
            Account::new(AccountId::new(now, &self.rng), application.email, Standing::Active(Box::new(user)));
        let written = match found {
            None => self.repository.insert(&account).await?,
            // Sign-ups from a time when the policy was another wait for this address: the first account ends the wait.
            Some(pending) => {
                account.id = pending.id;
                account.version = pending.version;
                self.repository.save(&account).await?
            }
        };
        Ok(match written {
            Written::Done => match self.signed_in(account, id).inspect(|it| tell_whose(&it.account)) {
                Some(signed_in) => SignupOutcome::Authenticated(Box::new(signed_in)),
                None => return Err(Fault::SignedOut),
            },
            Written::EmailTaken => SignupOutcome::EmailTaken,
            // Somebody else's account, or sign-ups that came or went just now: the next try sees which.
            Written::Moved => return Err(Fault::Overloaded),
            Written::MobileNumberTaken => SignupOutcome::MobileNumberTaken,
        })
    }
}
