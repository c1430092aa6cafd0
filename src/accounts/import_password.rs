//! Turns the password of an imported user into what is stored.

use secrecy::SecretString;

use super::{Accounts, ImportPassword};
use crate::hashing::{HashOptions, Hashing, ImportedHash, Parsed};
use crate::model::{FieldCode, FieldError, PasswordHash};

impl Accounts {
    /// Checks the password of an imported user.
    pub(super) fn import_password(
        &self,
        password: &ImportPassword,
        options: &HashOptions,
    ) -> Result<StoredPassword, FieldError> {
        let malformed = |text: String| FieldError::new(FieldCode::Malformed, text);
        match password {
            ImportPassword::None => Ok(StoredPassword::default()),
            ImportPassword::Stored(hash) if Hashing::is_stored(hash) => {
                Ok(StoredPassword::from(hash.clone()))
            }
            ImportPassword::Stored(_) => Err(malformed("It is not a hash of latchkey's.".into())),
            ImportPassword::Foreign { format, stored } => {
                let parsed = format
                    .parse(stored, options)
                    .map_err(|error| malformed(format!("{error}.")))?;
                Ok(match parsed {
                    Parsed::Hash(hash) => self.sealed(hash, format.secret(options)).into(),
                    Parsed::Plain(plain) => StoredPassword {
                        plain: Some(plain),
                        ..StoredPassword::default()
                    },
                    Parsed::NoPassword => StoredPassword::default(),
                    Parsed::Unverifiable(name) => StoredPassword {
                        left_behind: Some(name),
                        ..StoredPassword::default()
                    },
                })
            }
        }
    }

    /// Seals the application's secret into each hash that needs it, so that it goes with the last.
    fn sealed(&self, hash: ImportedHash, secret: Option<&str>) -> PasswordHash {
        match secret.filter(|_| hash.needs_secret()) {
            Some(secret) => {
                let sealed = self.codes.seal(secret);
                hash.with_sealed_secret(sealed.as_str().to_owned())
                    .to_stored()
            }
            None => hash.to_stored(),
        }
    }
}

/// The stored parts of an imported password.
#[derive(Default)]
pub(super) struct StoredPassword {
    pub(super) hash: Option<PasswordHash>,
    pub(super) plain: Option<SecretString>,
    pub(super) left_behind: Option<&'static str>,
}

impl From<PasswordHash> for StoredPassword {
    fn from(hash: PasswordHash) -> Self {
        Self {
            hash: Some(hash),
            ..Self::default()
        }
    }
}
