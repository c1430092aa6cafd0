//! Passwords: the rules for a new one, and the form in which its hash is stored.

mod common;
mod personal;

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::{FieldCode, FieldError};

/// A password in NFC, so that every keyboard yields the same one. Its `Debug` output shows nothing
/// of it.
#[derive(Clone, Debug)]
pub struct Password {
    nfc: SecretString,
    /// The text as typed, where NFC changed it.
    typed: Option<SecretString>,
}

/// The rules for a new password.
#[derive(Clone, Copy, Debug)]
pub struct PasswordPolicy {
    /// The minimum number of characters.
    pub min: usize,
}

impl PasswordPolicy {
    /// The maximum number of characters; every one of them counts.
    pub const MAX: usize = 256;

    /// Checks a new password: length first, no composition rules (NIST SP 800-63B-4, section
    /// 3.1.1.2). `owner` lists the known texts about the user: names and email address.
    ///
    /// # Errors
    /// Returns an error if the password is too short, too long, one repeated character, among the
    /// most common, or made of the user's name and email address.
    pub fn accept(&self, text: &str, owner: &[&str]) -> Result<Password, FieldError> {
        // A text that is too long in any form is not even normalised.
        if text.len() > Self::MAX * 16 {
            return Err(Self::too_long());
        }
        let password = Password::unchecked(text);
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
                "Many people use this password: it is among the first that attackers try.",
            ));
        }
        if personal::is_made_of(password.expose(), owner) {
            let message = "This password is made of your name, your email address or ours: attackers guess it early.";
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
    /// Wraps a password that is only compared: a text that breaks the rules matches no hash.
    #[must_use]
    pub fn unchecked(text: &str) -> Self {
        let nfc: String = text.nfc().collect();
        Self {
            typed: (nfc != text).then(|| text.into()),
            nfc: nfc.into(),
        }
    }

    /// Returns the text as typed, where it differs from the password's: other systems hashed it.
    #[must_use]
    pub fn as_typed(&self) -> Option<&str> {
        self.typed.as_ref().map(ExposeSecret::expose_secret)
    }

    /// Returns the password's text, for hashing.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.nfc.expose_secret()
    }
}

fn is_one_character(password: &str) -> bool {
    let mut characters = password.chars();
    let first = characters.next();
    characters.all(|character| Some(character) == first)
}

/// A password's hash as stored: the scheme, then bcrypt's output. Its `Debug` output shows nothing
/// of it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// The prefix of a hash of another system. The estimated milliseconds of its verification
    /// follow.
    pub const IMPORTED: &str = "imported:";

    /// Returns the estimated milliseconds of a verification, if the hash was imported and not
    /// replaced yet.
    #[must_use]
    pub fn imported_millis(&self) -> Option<u32> {
        let (millis, _) = self.0.strip_prefix(Self::IMPORTED)?.split_once(':')?;
        millis.parse().ok()
    }

    /// Wraps a stored or newly computed hash.
    #[must_use]
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// Returns the text as stored.
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
    fn password_length_counts_characters_and_not_bytes() {
        assert_eq!(code(""), Some(FieldCode::Required));
        assert_eq!(code("äöüßäöü"), Some(FieldCode::TooShort));
        assert_eq!(code("äöüßäöüx"), None);
        assert_eq!(code(&"äx".repeat(128)), None);
        assert_eq!(code(&("äx".repeat(128) + "x")), Some(FieldCode::TooLong));
    }

    #[test]
    fn common_and_repetitive_passwords_are_refused() {
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
    fn composed_and_decomposed_texts_are_one_password() {
        assert_eq!(
            Password::unchecked("Zoe\u{308}").expose(),
            Password::unchecked("Zo\u{eb}").expose()
        );
    }

    #[test]
    fn debug_output_shows_neither_password_nor_hash() {
        let shown = format!(
            "{:?} {:?}",
            Password::unchecked("s3cret"),
            PasswordHash::new("$2b$12$x".to_owned())
        );
        assert!(
            !shown.contains("s3cret") && !shown.contains("2b"),
            "{shown}"
        );
    }
}
