//! Create a user from the command line, such as the first administrator.

use std::net::{IpAddr, Ipv4Addr};

use secrecy::SecretString;

use super::signup::Application;
use super::{Accounts, Client, InternalError, Signup};
use crate::model::{
    Account, AccountId, AccountState, Gender, InvalidField, Role, SignUpPolicy, User,
};
use crate::repository::WriteOutcome;

/// The client for whom the command line hashes passwords.
const COMMAND_LINE: &str = "the command line";

/// The user to create.
#[derive(Debug)]
pub struct CreateUser {
    /// The email address, as typed.
    pub email: String,
    /// The password, as typed.
    pub password: SecretString,
    /// The first name, as typed.
    pub first_name: String,
    /// The last name, as typed.
    pub last_name: String,
    /// The role.
    pub role: Role,
}

/// The outcome of creating a user.
#[derive(Debug)]
pub enum CreateUserOutcome {
    /// The user exists, under this id.
    Created(AccountId),
    /// Some inputs were refused. Nothing was changed.
    InvalidInput(Vec<InvalidField>),
    /// The email address has an account, or a sign-up that waits for its code.
    EmailTaken,
}

impl Accounts {
    /// Creates a user whose email address counts as verified: the operator vouches for it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn create_user(
        &self,
        command: CreateUser,
    ) -> Result<CreateUserOutcome, InternalError> {
        let role = command.role;
        let application = match self.parse_application(&as_signup(command), &SignUpPolicy::OPEN) {
            Ok(application) => application,
            Err(refused) => return Ok(CreateUserOutcome::InvalidInput(refused)),
        };
        let Application {
            email,
            password,
            profile,
            mobile_number,
            ..
        } = application;
        let permit = self.hashing.try_acquire(COMMAND_LINE)?;
        let hash = self.hashing.hash(&permit, &password).await?;
        let now = self.clock.now();
        let mut user = User::new(hash, profile, mobile_number, now);
        user.email_verified = true;
        user.role = role;
        let state = AccountState::Active(Box::new(user));
        let account = Account::new(AccountId::new(now, &self.rng), email, state);
        Ok(match self.store.insert(&account).await? {
            WriteOutcome::Done => CreateUserOutcome::Created(account.id),
            WriteOutcome::EmailTaken
            | WriteOutcome::EmailReserved
            | WriteOutcome::IdentityTaken
            | WriteOutcome::MobileNumberTaken
            | WriteOutcome::VersionConflict => CreateUserOutcome::EmailTaken,
        })
    }
}

/// The operator's inputs are parsed like those of a sign-up.
fn as_signup(command: CreateUser) -> Signup {
    Signup {
        email: command.email,
        password: command.password,
        first_name: command.first_name,
        last_name: command.last_name,
        gender: Gender::Undisclosed,
        mobile_number: None,
        locale: None,
        accepted_terms: None,
        attempt: None,
        client: Client {
            ip: IpAddr::V4(Ipv4Addr::LOCALHOST),
            user_agent: None,
            languages: Vec::new(),
        },
    }
}
