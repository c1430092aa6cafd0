//! Check a password, for forms that show the result while it is typed.

use secrecy::{ExposeSecret, SecretString};

use super::Accounts;
use crate::model::{FieldErrors, InvalidField};

/// A password, and what is known of its owner.
#[derive(Debug)]
pub struct CheckPassword {
    /// The password, as typed.
    pub password: SecretString,
    /// The owner's names and email address, as far as they are known.
    pub owner: Vec<String>,
}

impl Accounts {
    /// Checks a password by the rules that apply when it is set, and returns its length in
    /// characters. Costs no hash and does not touch the store.
    ///
    /// # Errors
    /// When the password would be refused: the reasons.
    pub fn check_password(&self, command: &CheckPassword) -> Result<usize, Vec<InvalidField>> {
        let owner: Vec<&str> = command.owner.iter().map(String::as_str).collect();
        let password = command.password.expose_secret();
        let accepted = self.policy.password.accept(password, &owner);
        let mut errors = FieldErrors::default();
        match errors.check("password", accepted) {
            Some(password) => Ok(password.expose().chars().count()),
            None => Err(errors.into_vec()),
        }
    }
}
