//! Passwords: what may be one, and how a hash of one is kept.

mod common;
mod personal;

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::{FieldCode, FieldError};

/// A password in NFC, so that it is the same from every keyboard. Its `Debug` prints nothing of it.
#[derive(Clone, Debug)]
pub struct Password(SecretString);

/// What a new password must be.
#[derive(Clone, Copy, Debug)]
pub struct PasswordPolicy {
    /// The fewest characters.
    pub min: usize,
}

impl PasswordPolicy {
    /// The most characters; every one of them counts.
    pub const MAX: usize = 256;

    /// Takes a password that is to be set: length first, no rules of composition (NIST SP 800-63B-4, section 3.1.1.2).
    /// `owner` is what is known of whose it is to be: names, address.
    ///
    /// # Errors
    /// When it is too short, too long, one character over and over, among the most common, or made of its owner's name
    /// and address.
    pub fn accept(&self, text: &str, owner: &[&str]) -> Result<Password, FieldError> {
        // What is longer in any form is not even normalised.
        if text.len() > Self::MAX * 16 {
            return Err(Self::too_long());
        }
        let password = Password::given(text);
        let characters = password.expose().chars().count();
        if characters == 0 {
            return Err(FieldError::new(
                FieldCode::Required,
                "A password is needed.",
            ));
        }
        if characters < self.min {
            return Err(FieldError::new(
                FieldCode::TooShort,
                format!("A password has {} characters at least.", self.min),
            ));
        }
        if characters > Self::MAX {
            return Err(Self::too_long());
        }
        if is_one_character(password.expose()) || common::contains(password.expose()) {
            return Err(FieldError::new(
                FieldCode::TooCommon,
                "Many people use this password: it is guessed first.",
            ));
        }
        if personal::is_made_of(password.expose(), owner) {
            let message =
                "This password is made of your name, your address or ours: it is guessed early.";
            return Err(FieldError::new(FieldCode::TooCommon, message));
        }
        Ok(password)
    }
}

impl PasswordPolicy {
    fn too_long() -> FieldError {
        FieldError::new(
            FieldCode::TooLong,
            format!("A password has {} characters at most.", Self::MAX),
        )
    }
}

impl Password {
    /// Takes a password that is only to be compared: what is none matches no hash.
    #[must_use]
    pub fn given(text: &str) -> Self {
        Self(text.nfc().collect::<String>().into())
    }

    /// The password itself, for hashing.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

fn is_one_character(password: &str) -> bool {
    let mut characters = password.chars();
    let first = characters.next();
    characters.all(|character| Some(character) == first)
}

/// A hash of a password, as stored: the scheme, then what bcrypt writes. Its `Debug` prints nothing of it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// A hash read back or freshly made.
    #[must_use]
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The text as stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> Option<FieldCode> {
        PasswordPolicy { min: 8 }
            .accept(text, &["Ada"])
            .err()
            .map(|refusal| refusal.code)
    }

    #[test]
    fn length_counts_characters_not_bytes() {
        assert_eq!(code(""), Some(FieldCode::Required));
        assert_eq!(code("äöüßäöü"), Some(FieldCode::TooShort));
        assert_eq!(code("äöüßäöüx"), None);
        assert_eq!(code(&"äx".repeat(128)), None);
        assert_eq!(code(&("äx".repeat(128) + "x")), Some(FieldCode::TooLong));
    }

    #[test]
    fn what_everybody_guesses_first_is_refused() {
        for common in [
            "password",
            "PassWord",
            "12345678",
            "qwertyuiop",
            "aaaaaaaaaaaaaaaa",
            "ääääääääää",
            "ada-2026!",
        ] {
            assert_eq!(code(common), Some(FieldCode::TooCommon), "{common}");
        }
        assert_eq!(code("correct horse battery staple"), None);
    }

    #[test]
    fn composed_and_decomposed_emails_are_one_password() {
        assert_eq!(
            Password::given("Zoe\u{308}").expose(),
            Password::given("Zo\u{eb}").expose()
        );
    }

    #[test]
    fn debug_prints_neither_password_nor_hash() {
        let shown = format!(
            "{:?} {:?}",
            Password::given("s3cret"),
            PasswordHash::new("$2b$12$x".to_owned())
        );
        assert!(
            !shown.contains("s3cret") && !shown.contains("2b"),
            "{shown}"
        );
    }
}
