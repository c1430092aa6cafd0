//! Where keys come from.

use std::fs;
use std::path::{Path, PathBuf};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use secrecy::{ExposeSecret, SecretString};

use super::pem::{EXPECTED, KeyAlgorithm, keys_in};
use crate::token::KeyError;

/// The fewest bytes of a secret: as many as an HMAC-SHA-256 has.
const SECRET_BYTES: usize = 32;
const EXPECTED_SECRET: &str = "32 or more random bytes in base64 (openssl rand -base64 32)";

/// Where the keys that sign access tokens come from. One family at a time: what one has signed, another never verifies.
#[derive(Clone, Debug)]
pub enum KeySource {
    /// Files below a folder, which latchkey makes and rotates.
    Folder {
        /// The data folder; the keys are in its folder `keys`.
        data: PathBuf,
        /// The algorithm of the next key that is made.
        algorithm: KeyAlgorithm,
    },
    /// The operator's, in PEM: the first signs, all verify.
    Pem(SecretSource),
    /// A secret that is shared with whoever verifies (HS256).
    Shared(SecretSource),
}

impl KeySource {
    /// Where files would be.
    pub(super) fn data(&self) -> &Path {
        match self {
            Self::Folder { data, .. } => data,
            Self::Pem(_) | Self::Shared(_) => Path::new(""),
        }
    }
}

/// Something secret that the operator gives.
#[derive(Clone, Debug)]
pub enum SecretSource {
    /// Itself.
    Inline(SecretString),
    /// A file that holds it, such as one that a container platform mounts. Who may read it is the operator's to say.
    File(PathBuf),
    /// What was in a file.
    Loaded(PathBuf, SecretString),
}

impl SecretSource {
    /// Takes `file:` and a path for a file, anything else for the secret itself.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        text.strip_prefix("file:")
            .map_or_else(|| Self::Inline(text.into()), |path| Self::File(path.into()))
    }

    /// Whether another secret has the same bytes, wherever the two are kept.
    ///
    /// # Errors
    /// When a file cannot be read, or holds no secret.
    pub fn is_same(&self, other: &Self) -> Result<bool, KeyError> {
        Ok(verify_slices_are_equal(&self.bytes()?, &other.bytes()?).is_ok())
    }

    /// Private keys that sign, one or more.
    ///
    /// # Errors
    /// When the file cannot be read, or the text is something else.
    pub(super) fn keys(&self) -> Result<Vec<super::key::SigningKey>, KeyError> {
        keys_in(self.read()?.expose_secret()).ok_or_else(|| self.malformed(EXPECTED))
    }

    /// Holds the text to be private keys that sign; a file is read only when it is needed.
    ///
    /// # Errors
    /// When it is not: what it should be.
    pub fn check_keys(&self) -> Result<(), &'static str> {
        match self {
            Self::Inline(text) if keys_in(text.expose_secret()).is_none() => Err(EXPECTED),
            _ => Ok(()),
        }
    }

    /// A secret's bytes.
    ///
    /// # Errors
    /// When the file cannot be read, or the text is no base64 of 32 or more bytes.
    pub fn bytes(&self) -> Result<Vec<u8>, KeyError> {
        bytes_in(self.read()?.expose_secret()).ok_or_else(|| self.malformed(EXPECTED_SECRET))
    }

    /// Holds the text to be a secret's bytes; a file is read only when it is needed.
    ///
    /// # Errors
    /// When it is not: what it should be.
    pub fn check_bytes(&self) -> Result<(), &'static str> {
        match self {
            Self::Inline(text) if bytes_in(text.expose_secret()).is_none() => Err(EXPECTED_SECRET),
            _ => Ok(()),
        }
    }

    /// The same without a file to read again: one may be a pipe.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn read_once(&self) -> Result<Self, KeyError> {
        match self {
            Self::File(path) => Ok(Self::Loaded(path.clone(), self.read()?)),
            other => Ok(other.clone()),
        }
    }

    fn read(&self) -> Result<SecretString, KeyError> {
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

    fn malformed(&self, expected: &'static str) -> KeyError {
        let path = match self {
            Self::Inline(_) => PathBuf::from("the value that is set"),
            Self::File(path) | Self::Loaded(path, _) => path.clone(),
        };
        KeyError::Malformed { path, expected }
    }
}

/// Both alphabets, with and without padding: tools differ, and the bytes are the same.
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
    fn a_secret_is_taken_in_either_alphabet_and_from_a_file() {
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
    fn fewer_than_32_bytes_and_no_base64_are_refused_without_being_shown() {
        for text in [
            "aHVudGVyMg",
            &"A".repeat(42),
            "correct horse battery staple correct horse",
        ] {
            let given = SecretSource::parse(text);
            assert_eq!(given.check_bytes(), Err(EXPECTED_SECRET), "{text}");
            let told = format!("{:?} {}", given, given.bytes().unwrap_err());
            assert!(!told.contains(text), "{told}");
        }
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let error = SecretSource::parse("file:no/such/file")
            .keys()
            .unwrap_err()
            .to_string();
        assert!(error.contains("no/such/file"), "{error}");
    }
}
