//! Password hashes of other systems. An import turns each into one form of ours, which says every
//! step of its verification; the next login with the right password replaces it by bcrypt.

mod cost;
mod crypt;
mod digest;
mod encoding;
mod formats;
mod function;
mod preparation;

use std::fmt;

use aws_lc_rs::cipher::{AES_256, DecryptingKey, DecryptionContext, UnboundCipherKey};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::iv::FixedLength;
use serde::{Deserialize, Serialize};

use self::digest::Sha;
use self::encoding::Bytes;
use self::function::Function;
use self::preparation::Step;
use super::BCRYPT_BYTES;
use crate::model::PasswordHash;

pub use self::cost::{MAX_VERIFICATION_MIB, MAX_VERIFICATION_MILLIS, bcrypt_millis};
pub use self::formats::{FirebaseConfig, Format, HashError, HashOptions, Parsed};

/// The prefix of the stored text, before the estimated milliseconds of a verification.
const PREFIX: &str = PasswordHash::IMPORTED;

/// A hash of another system. Its `Debug` output shows nothing of it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImportedHash {
    method: Method,
    /// The secret of the application that made the hash, sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sealed_secret: Option<String>,
}

/// The method by which a password is verified.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Method {
    /// A text of `crypt(3)`.
    Crypt(String),
    /// Prepares the password, derives a key, finishes it, and compares.
    Derive {
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        steps: Vec<Step>,
        function: Function,
        #[serde(default, skip_serializing_if = "Finish::is_plain")]
        finish: Finish,
        expected: Bytes,
    },
}

/// The last step before the derived key is compared.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Finish {
    /// Nothing.
    #[default]
    Plain,
    /// The stored key of SCRAM (RFC 5802, section 3).
    StoredKey(Sha),
    /// AES-256-CTR of the secret of the application, under the derived key.
    EncryptsSecret,
    /// The text of `crypt`'s base64, cut to the length of the stored one.
    CutText,
}

impl Finish {
    const fn is_plain(&self) -> bool {
        matches!(self, Self::Plain)
    }
}

impl ImportedHash {
    fn derive(function: Function, expected: Vec<u8>) -> Self {
        Self {
            method: Method::Derive {
                steps: Vec::new(),
                function,
                finish: Finish::Plain,
                expected: Bytes(expected),
            },
            sealed_secret: None,
        }
    }

    fn crypt(text: &str) -> Self {
        Self {
            method: Method::Crypt(text.to_owned()),
            sealed_secret: None,
        }
    }

    /// Adds steps in front of the hash's own.
    fn after(mut self, before: impl IntoIterator<Item = Step>) -> Self {
        if let Method::Derive { steps, .. } = &mut self.method {
            steps.splice(0..0, before);
        }
        self
    }

    fn finished_by(mut self, finished: Finish) -> Self {
        if let Method::Derive { finish, .. } = &mut self.method {
            *finish = finished;
        }
        self
    }

    /// Reads a stored hash. Returns `None` for one of ours.
    #[must_use]
    pub fn read(stored: &PasswordHash) -> Option<Self> {
        let (_, text) = stored.as_str().strip_prefix(PREFIX)?.split_once(':')?;
        serde_json::from_str(text).ok()
    }

    /// Returns the text to store.
    ///
    /// # Panics
    /// Never panics: the hash is plain data.
    #[must_use]
    pub fn to_stored(&self) -> PasswordHash {
        let text = serde_json::to_string(self).expect("a hash is plain data");
        let millis = self.checked_millis().unwrap_or(MAX_VERIFICATION_MILLIS);
        PasswordHash::new(format!("{PREFIX}{millis}:{text}"))
    }

    /// Returns whether the hash can be verified with the secret of its application only.
    #[must_use]
    pub fn needs_secret(&self) -> bool {
        match &self.method {
            Method::Crypt(_) => false,
            Method::Derive {
                steps,
                function,
                finish,
                ..
            } => {
                steps.iter().any(Step::needs_secret)
                    || *finish == Finish::EncryptsSecret
                    || matches!(
                        function,
                        Function::Pbkdf2 {
                            secret_follows: true,
                            ..
                        }
                    )
            }
        }
    }

    /// Returns the sealed secret of the application.
    #[must_use]
    pub fn sealed_secret(&self) -> Option<&str> {
        self.sealed_secret.as_deref()
    }

    /// Keeps the sealed secret of the application with the hash: it goes when the hash goes.
    #[must_use]
    pub fn with_sealed_secret(mut self, sealed: String) -> Self {
        self.sealed_secret = Some(sealed);
        self
    }

    fn expected_len(&self) -> usize {
        match &self.method {
            Method::Crypt(_) => 0,
            Method::Derive {
                finish, expected, ..
            } => finish.key_len(expected.0.len()),
        }
    }

    /// Returns whether the hash is of this password, given the secret of its application.
    #[must_use]
    pub fn verify(&self, password: &str, secret: &str) -> bool {
        match &self.method {
            Method::Crypt(text) => crypt::verify(password.as_bytes(), text),
            Method::Derive {
                steps,
                function,
                finish,
                expected,
            } => {
                let bytes = steps
                    .iter()
                    .fold(password.as_bytes().to_vec(), |bytes, step| {
                        step.run(bytes, secret)
                    });
                let length = finish.key_len(expected.0.len());
                function
                    .derive(&bytes, secret, length)
                    .ok()
                    .and_then(|key| finish.run(key, secret, expected.0.len()))
                    .is_some_and(|computed| is_equal(&computed, &expected.0))
            }
        }
    }
}

impl Finish {
    /// Returns the length of the key to derive for a stored value of this length.
    const fn key_len(&self, stored: usize) -> usize {
        match self {
            Self::EncryptsSecret => 32,
            Self::Plain | Self::StoredKey(_) | Self::CutText => stored,
        }
    }

    fn run(&self, key: Vec<u8>, secret: &str, length: usize) -> Option<Vec<u8>> {
        match self {
            Self::Plain => Some(key),
            Self::StoredKey(sha) => Some(sha.digest(&sha.hmac(&key, b"Client Key"))),
            Self::EncryptsSecret => encrypt(&key, encoding::base64(secret)?),
            Self::CutText => {
                let mut text = encoding::encode_crypt_base64(&key);
                text.truncate(length);
                Some(text.into_bytes())
            }
        }
    }
}

/// Encrypts with AES-256-CTR, from a counter of zero. Encryption and decryption are the same.
fn encrypt(key: &[u8], mut bytes: Vec<u8>) -> Option<Vec<u8>> {
    let key = UnboundCipherKey::new(&AES_256, key).ok()?;
    let counter = DecryptionContext::Iv128(FixedLength::from([0; 16]));
    DecryptingKey::ctr(key)
        .ok()?
        .decrypt(&mut bytes, counter)
        .ok()
        .map(|bytes| bytes.to_vec())
}

/// Compares in constant time.
fn is_equal(one: &[u8], other: &[u8]) -> bool {
    verify_slices_are_equal(one, other).is_ok()
}

impl fmt::Debug for ImportedHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ImportedHash(…)")
    }
}

#[cfg(test)]
mod tests;
