//! Would this password be taken? For forms that say so while it is typed.

use secrecy::{ExposeSecret, SecretString};

use super::Accounts;
use crate::model::{Form, InvalidField};

/// A password, and what is known of whose it is to be.
#[derive(Debug)]
pub struct CheckPassword {
    /// The password, as typed.
    pub password: SecretString,
    /// Names and address, as far as they are known.
    pub owner: Vec<String>,
}

impl Accounts {
    /// Says whether a password would be taken, by the same rules as when it is set, and how many characters it has. Costs no
    /// hash and touches no store.
    ///
    /// # Errors
    /// When it would not: the reasons.
    pub fn check_password(&self, command: &CheckPassword) -> Result<usize, Vec<InvalidField>> {
        let owner: Vec<&str> = command.owner.iter().map(String::as_str).collect();
        let mut form = Form::default();
        let password = form.take("password", self.policy.password.accept(command.password.expose_secret(), &owner));
        password.map(|password| password.expose().chars().count()).ok_or_else(|| form.into_refused())
    }
}
