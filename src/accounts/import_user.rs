//! Import a user of another system, with the password hash as it is.

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::{Accounts, InternalError};
use crate::hashing::{Format, HashOptions};
use crate::model::{
    Account, AccountId, AccountState, Email, FieldCode, FieldError, FieldErrors, Gender,
    InvalidField, MobileNumber, Name, Password, PasswordHash, Profile, Role, Timestamp, User,
    is_blank_text,
};
use crate::repository::WriteOutcome;

/// The client for whom an import hashes passwords.
const IMPORT: &str = "an import";

/// A user as an export of another system has it.
#[derive(Clone, Debug)]
pub struct ImportUser {
    /// The id, if the export is one of latchkey's.
    pub id: Option<String>,
    /// The email address, as the other system keeps it.
    pub email: String,
    /// A flag: the other system has seen that the user controls the address.
    pub email_verified: bool,
    /// The first name; it may be empty.
    pub first_name: String,
    /// The last name; it may be empty.
    pub last_name: String,
    /// The gender.
    pub gender: Gender,
    /// The mobile number.
    pub mobile_number: Option<String>,
    /// The role.
    pub role: Role,
    /// The time at which the user was suspended.
    pub suspended_at: Option<Timestamp>,
    /// The times of the account, as far as they are known.
    pub times: ImportTimes,
    /// The password.
    pub password: ImportPassword,
}

/// The times of an imported account.
#[derive(Clone, Copy, Debug, Default)]
pub struct ImportTimes {
    /// The time of the sign-up.
    pub created_at: Option<Timestamp>,
    /// The time of the last change.
    pub updated_at: Option<Timestamp>,
    /// The time at which the password was set.
    pub password_changed_at: Option<Timestamp>,
    /// The time of the last login.
    pub last_login_at: Option<Timestamp>,
}

/// The password of an imported user.
#[derive(Clone, Debug)]
pub enum ImportPassword {
    /// None: the user sets one by a reset.
    None,
    /// A hash that latchkey wrote, its own or one that it imported before.
    Stored(PasswordHash),
    /// A hash of another system.
    Foreign {
        /// The format that the operator has named.
        format: Format,
        /// The hash: a text, or several fields.
        stored: Value,
    },
}

/// An imported user that is ready to be written.
#[derive(Debug)]
pub struct PreparedUser {
    account: Account,
    /// The password itself, which is hashed when the user is written.
    plain: Option<SecretString>,
    left_behind: Option<&'static str>,
    has_given_id: bool,
}

/// The outcome of writing an imported user.
#[derive(Debug)]
pub enum ImportOutcome {
    /// The user exists, under this id.
    Created(AccountId),
    /// The address has an account already, which stays as it is.
    Exists,
    /// The user was refused.
    Refused(InvalidField),
}

impl PreparedUser {
    /// Returns whether the user has a password.
    #[must_use]
    pub fn has_password(&self) -> bool {
        let user = self.account.user();
        self.plain.is_some() || user.is_some_and(|user| user.password.is_some())
    }

    /// Returns the name of a hash that nothing verifies, and that was left behind.
    #[must_use]
    pub const fn left_behind(&self) -> Option<&'static str> {
        self.left_behind
    }

    /// Returns the user's email address, in canonical form.
    #[must_use]
    pub const fn email(&self) -> &Email {
        &self.account.email
    }
}

impl Accounts {
    /// Checks a user of another system. Reads and writes nothing.
    ///
    /// # Errors
    /// Returns the fields that are refused.
    pub fn prepare_import(
        &self,
        user: &ImportUser,
        options: &HashOptions,
    ) -> Result<PreparedUser, Vec<InvalidField>> {
        let mut errors = FieldErrors::default();
        let email = errors.check("email", Email::parse(&user.email));
        let first_name = errors.check("firstName", Name::parse_optional(&user.first_name));
        let last_name = errors.check("lastName", Name::parse_optional(&user.last_name));
        let number = user.mobile_number.as_deref();
        let number = number.filter(|number| !is_blank_text(number));
        let number = errors.check("mobileNumber", number.map(MobileNumber::parse).transpose());
        let id = user.id.as_deref().map(parse_id).transpose();
        let id = errors.check("id", id);
        let password = errors.check("password", self.import_password(&user.password, options));
        let (
            Some(email),
            Some(first_name),
            Some(last_name),
            Some(mobile_number),
            Some(id),
            Some(password),
        ) = (email, first_name, last_name, number, id, password)
        else {
            return Err(errors.into_vec());
        };
        let profile = Profile {
            first_name,
            last_name,
            gender: user.gender,
        };
        let active = self.imported_user(user, password.hash, profile, mobile_number);
        let new_id = || AccountId::new(self.clock.now(), &self.rng);
        let state = AccountState::Active(Box::new(active));
        Ok(PreparedUser {
            account: Account::new(id.unwrap_or_else(new_id), email, state),
            plain: password.plain,
            left_behind: password.left_behind,
            has_given_id: id.is_some(),
        })
    }

    fn imported_user(
        &self,
        user: &ImportUser,
        hash: Option<PasswordHash>,
        profile: Profile,
        mobile_number: Option<MobileNumber>,
    ) -> User {
        let (now, times) = (self.clock.now(), user.times);
        let created_at = times.created_at.unwrap_or(now);
        let mut active = User::new(hash, profile, mobile_number, created_at);
        active.updated_at = times.updated_at.unwrap_or(now);
        active.password_changed_at = times.password_changed_at.unwrap_or(created_at);
        active.last_login_at = times.last_login_at;
        active.email_verified = user.email_verified;
        active.role = user.role;
        active.suspended_at = user.suspended_at;
        active
    }

    /// Writes an imported user.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn import_user(&self, user: &PreparedUser) -> Result<ImportOutcome, InternalError> {
        if let Some(present) = self.present(user).await? {
            return Ok(present);
        }
        let mut account = user.account.clone();
        if let Some(plain) = &user.plain {
            let password = Password::unchecked(plain.expose_secret());
            let permit = self.hashing.try_acquire(IMPORT)?;
            let hash = self.hashing.hash(&permit, &password).await?;
            if let Some(user) = account.user_mut() {
                user.password = Some(hash);
            }
        }
        Ok(match self.store.insert(&account).await? {
            WriteOutcome::Done => ImportOutcome::Created(account.id),
            WriteOutcome::EmailTaken
            | WriteOutcome::EmailReserved
            | WriteOutcome::IdentityTaken
            | WriteOutcome::VersionConflict => ImportOutcome::Exists,
            WriteOutcome::MobileNumberTaken => refused(
                "mobileNumber",
                FieldCode::Malformed,
                "Another account has this number.",
            ),
        })
    }

    /// Returns what would become of an imported user, and writes nothing. A mobile number that
    /// another account has is found only when the user is written.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn try_import(&self, user: &PreparedUser) -> Result<ImportOutcome, InternalError> {
        if let Some(present) = self.present(user).await? {
            return Ok(present);
        }
        Ok(match self.store.by_email(&user.account.email).await? {
            Some(_) => ImportOutcome::Exists,
            None => ImportOutcome::Created(user.account.id),
        })
    }

    /// Looks up an account with the id that the export gives.
    async fn present(&self, user: &PreparedUser) -> Result<Option<ImportOutcome>, InternalError> {
        if !user.has_given_id {
            return Ok(None);
        }
        let present = self.store.by_id(user.account.id).await?;
        Ok(present.map(|present| {
            if present.email == user.account.email {
                ImportOutcome::Exists
            } else {
                refused("id", FieldCode::Malformed, "Another account has this id.")
            }
        }))
    }
}

fn parse_id(text: &str) -> Result<AccountId, FieldError> {
    text.parse()
        .map_err(|_| FieldError::new(FieldCode::Malformed, "It is not an id of latchkey's."))
}

fn refused(field: &'static str, code: FieldCode, message: &str) -> ImportOutcome {
    let error = FieldError::new(code, message);
    ImportOutcome::Refused(InvalidField { field, error })
}
