//! Create a user from the command line: the first administrator, say.

use std::net::{IpAddr, Ipv4Addr};

use secrecy::SecretString;

use super::signup::Application;
use super::{Accounts, Client, Fault, Signup};
use crate::model::{Account, AccountId, Gender, InvalidField, Role, Standing, User};
use crate::repository::Written;

/// Who is to be.
#[derive(Debug)]
pub struct CreateUser {
    /// The address, as typed.
    pub email: String,
    /// The password, as typed.
    pub password: SecretString,
    /// First name, as typed.
    pub first_name: String,
    /// Last name, as typed.
    pub last_name: String,
    /// The role.
    pub role: Role,
}

/// What became of it.
#[derive(Debug)]
pub enum CreateUserOutcome {
    /// The user is there, under this id.
    Created(AccountId),
    /// Inputs were refused. Nothing was changed.
    InvalidInput(Vec<InvalidField>),
    /// The address has an account, or a sign-up that waits.
    EmailTaken,
}

impl Accounts {
    /// Creates a user whose address counts as proven: the operator vouches for it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn create_user(&self, command: CreateUser) -> Result<CreateUserOutcome, Fault> {
        let role = command.role;
        let application = match self.read_application(&as_signup(command)) {
            Ok(application) => application,
            Err(refused) => return Ok(CreateUserOutcome::InvalidInput(refused)),
        };
        let Application { email, password, profile, mobile_number } = application;
        let hash = self.hashing.hash(&self.hashing.enter()?, &password).await?;
        let now = self.clock.now();
        let mut user = User::new(hash, profile, mobile_number, now);
        user.email_verified = true;
        user.role = role;
        let account = Account::new(AccountId::new(now, &self.rng), email, Standing::Active(Box::new(user)));
        Ok(match self.repository.insert(&account).await? {
            Written::Done => CreateUserOutcome::Created(account.id),
            Written::EmailTaken | Written::MobileNumberTaken | Written::Moved => CreateUserOutcome::EmailTaken,
        })
    }
}

/// The same form is read the same way, whoever fills it in.
fn as_signup(command: CreateUser) -> Signup {
    Signup {
        email: command.email,
        password: command.password,
        first_name: command.first_name,
        last_name: command.last_name,
        gender: Gender::Undisclosed,
        mobile_number: None,
        client: Client { address: IpAddr::V4(Ipv4Addr::LOCALHOST), user_agent: None },
    }
}
