//! The sources of keys and secrets.

use std::fs;
use std::path::{Path, PathBuf};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use secrecy::{ExposeSecret, SecretString};

use super::pem::{EXPECTED, KeyAlgorithm, keys_in};
use crate::token::KeyError;

/// The minimum number of bytes in a secret: the output length of HMAC-SHA-256.
const SECRET_BYTES: usize = 32;
const EXPECTED_SECRET: &str = "32 or more random bytes in base64 (openssl rand -base64 32)";

/// The source of the keys that sign access tokens. Only one family is in use: a key of one source
/// never verifies tokens of another.
#[derive(Clone, Debug)]
pub enum KeySource {
    /// Files in a folder, which latchkey creates and rotates.
    Folder {
        /// The data folder, which contains the folder `keys`.
        data: PathBuf,
        /// The algorithm of the next key that is created.
        algorithm: KeyAlgorithm,
    },
    /// The operator's keys in PEM: the first signs, all verify.
    Pem(SecretSource),
    /// A secret shared with every resource server (HS256).
    Shared(SecretSource),
}

impl KeySource {
    /// Returns the data folder, if the keys are files.
    pub(super) fn data(&self) -> &Path {
        match self {
            Self::Folder { data, .. } => data,
            Self::Pem(_) | Self::Shared(_) => Path::new(""),
        }
    }
}

/// The source of a secret that the operator sets.
#[derive(Clone, Debug)]
pub enum SecretSource {
    /// The secret itself.
    Inline(SecretString),
    /// A file that holds the secret, such as one mounted by a container platform. Its permissions
    /// are the operator's decision.
    File(PathBuf),
    /// The content of a file that was read.
    Loaded(PathBuf, SecretString),
}

impl SecretSource {
    /// Parses a setting: `file:` and a path means a file, anything else the secret itself.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        text.strip_prefix("file:")
            .map_or_else(|| Self::Inline(text.into()), |path| Self::File(path.into()))
    }

    /// Returns whether this secret is one of another source's.
    ///
    /// # Errors
    /// Returns an error if a file cannot be read or holds no secret.
    pub fn is_one_of(&self, other: &Self) -> Result<bool, KeyError> {
        let bytes = self.bytes()?;
        let (first, others) = other.secrets()?;
        let mut secrets = [first].into_iter().chain(others);
        Ok(secrets.any(|secret| verify_slices_are_equal(&bytes, &secret).is_ok()))
    }

    /// Returns the private keys, one or more.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read or holds anything but signing keys.
    pub(super) fn keys(&self) -> Result<Vec<super::key::SigningKey>, KeyError> {
        keys_in(self.text()?.expose_secret()).ok_or_else(|| self.malformed(EXPECTED))
    }

    /// Checks that an inline text consists of private signing keys; a file is only read later.
    ///
    /// # Errors
    /// Returns a description of the expected text.
    pub fn check_keys(&self) -> Result<(), &'static str> {
        match self {
            Self::Inline(text) if keys_in(text.expose_secret()).is_none() => Err(EXPECTED),
            _ => Ok(()),
        }
    }

    /// Returns the secret's bytes.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read or is not the base64 of 32 or more bytes.
    pub fn bytes(&self) -> Result<Vec<u8>, KeyError> {
        bytes_in(self.text()?.expose_secret()).ok_or_else(|| self.malformed(EXPECTED_SECRET))
    }

    /// Returns the bytes of the first secret, and of those that it replaces: several are separated by
    /// commas or white space.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read, or if one of them is not the base64 of 32 or more
    /// bytes.
    pub fn secrets(&self) -> Result<(Vec<u8>, Vec<Vec<u8>>), KeyError> {
        secrets_in(self.text()?.expose_secret()).ok_or_else(|| self.malformed(EXPECTED_SECRET))
    }

    /// Checks that an inline text consists of secrets; a file is only read later.
    ///
    /// # Errors
    /// Returns a description of the expected text.
    pub fn check_secrets(&self) -> Result<(), &'static str> {
        match self {
            Self::Inline(text) if secrets_in(text.expose_secret()).is_none() => {
                Err(EXPECTED_SECRET)
            }
            _ => Ok(()),
        }
    }

    /// Checks that an inline text is a secret; a file is only read later.
    ///
    /// # Errors
    /// Returns a description of the expected text.
    pub fn check_bytes(&self) -> Result<(), &'static str> {
        match self {
            Self::Inline(text) if bytes_in(text.expose_secret()).is_none() => Err(EXPECTED_SECRET),
            _ => Ok(()),
        }
    }

    /// Reads the file once and keeps its content, since a pipe cannot be read twice.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read.
    pub fn read_once(&self) -> Result<Self, KeyError> {
        match self {
            Self::File(path) => Ok(Self::Loaded(path.clone(), self.text()?)),
            other => Ok(other.clone()),
        }
    }

    /// Returns the text, read from its file if necessary.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read.
    pub fn text(&self) -> Result<SecretString, KeyError> {
        match self {
            Self::Inline(text) | Self::Loaded(_, text) => Ok(text.clone()),
            Self::File(path) => match fs::read_to_string(path) {
                Ok(text) => Ok(text.into()),
                Err(source) => Err(KeyError::Io {
                    path: path.clone(),
                    source,
                }),
            },
        }
    }

    pub(in crate::token) fn malformed(&self, expected: &'static str) -> KeyError {
        let path = match self {
            Self::Inline(_) => PathBuf::from("the value that is set"),
            Self::File(path) | Self::Loaded(path, _) => path.clone(),
        };
        KeyError::Malformed { path, expected }
    }
}

/// Decodes secrets that are separated by commas or white space.
fn secrets_in(text: &str) -> Option<(Vec<u8>, Vec<Vec<u8>>)> {
    let separator = |character: char| character == ',' || character.is_whitespace();
    let mut secrets = text.split(separator).filter(|part| !part.is_empty());
    let first = bytes_in(secrets.next()?)?;
    Some((first, secrets.map(bytes_in).collect::<Option<_>>()?))
}

/// Decodes base64 in both alphabets, with and without padding: tools differ, and the bytes are the
/// same.
fn bytes_in(text: &str) -> Option<Vec<u8>> {
    let text = text
        .trim()
        .trim_end_matches('=')
        .replace('-', "+")
        .replace('_', "/");
    STANDARD_NO_PAD
        .decode(text)
        .ok()
        .filter(|bytes| bytes.len() >= SECRET_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_is_read_in_either_alphabet_and_from_files() {
        let bytes = SecretSource::parse("-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_8")
            .bytes()
            .unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        fs::write(&path, "+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/8=\n").unwrap();
        assert_eq!(bytes.len(), 32);
        assert_eq!(
            SecretSource::parse(&format!("file:{}", path.display()))
                .bytes()
                .unwrap(),
            bytes
        );
    }

    #[test]
    fn short_or_malformed_secret_is_refused_and_not_shown() {
        for text in [
            "aHVudGVyMg",
            &"A".repeat(42),
            "correct horse battery staple correct horse",
        ] {
            let source = SecretSource::parse(text);
            assert_eq!(source.check_bytes(), Err(EXPECTED_SECRET), "{text}");
            let text_shown = format!("{:?} {}", source, source.bytes().unwrap_err());
            assert!(!text_shown.contains(text), "{text_shown}");
        }
    }

    #[test]
    fn missing_secret_file_is_named_in_the_error() {
        let error = SecretSource::parse("file:no/such/file")
            .keys()
            .unwrap_err()
            .to_string();
        assert!(error.contains("no/such/file"), "{error}");
    }
}
