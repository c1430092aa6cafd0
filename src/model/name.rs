//! First and last names.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::{FieldCode, FieldError, text};

/// A person's first or last name: trimmed, NFC, up to 100 characters without control characters. A
/// first name has at least one; a last name may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Name(String);

impl Name {
    /// The maximum number of characters in a name.
    pub const MAX: usize = 100;

    /// Parses a name as typed.
    ///
    /// # Errors
    /// Returns an error if the text is empty, too long, or contains a control character.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        let name: String = text::trim(text)
            .chars()
            .filter(|it| !has_no_effect(*it))
            .nfc()
            .collect();
        if !name.chars().any(is_seen) {
            return Err(FieldError::new(FieldCode::Required, "A name is needed."));
        }
        if name.chars().any(is_control) {
            return Err(FieldError::new(
                FieldCode::Malformed,
                "A name cannot hold control characters.",
            ));
        }
        if name.chars().count() > Self::MAX {
            return Err(FieldError::new(
                FieldCode::TooLong,
                format!("A name has {} characters at most.", Self::MAX),
            ));
        }
        Ok(Self(name))
    }

    /// Parses a last name as typed. It may be empty: some people have one name only.
    ///
    /// # Errors
    /// Returns an error if the text is too long or contains a control character.
    pub fn parse_optional(text: &str) -> Result<Self, FieldError> {
        if text::is_blank_text(text) {
            return Ok(Self(String::new()));
        }
        Self::parse(text)
    }

    /// Returns the name's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Returns whether a character is a control character, a line separator, or a mark that turns the
/// direction of the surrounding text. Joiners are allowed, because some scripts need them in names.
fn is_control(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Returns whether a character changes nothing visible in a name: soft hyphens, spaces without
/// width, word joiners. Keyboards and spreadsheets insert them; kept, they would make equal names
/// unequal.
const fn has_no_effect(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{feff}'
    )
}

/// Returns whether a character is visible, given that control characters are refused already.
fn is_seen(character: char) -> bool {
    let blank = matches!(
        character,
        '\u{ad}' | '\u{34f}' | '\u{200c}'..='\u{200f}' | '\u{115f}' | '\u{1160}'
    ) || matches!(
        character,
        '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}'
    ) || matches!(character, '\u{fe00}'..='\u{fe0f}' | '\u{e0000}'..='\u{e0fff}');
    !blank && !character.is_whitespace()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> Option<FieldCode> {
        Name::parse(text).err().map(|refusal| refusal.code)
    }

    #[test]
    fn names_from_many_languages_are_accepted_unchanged() {
        for name in [
            "Ada",
            "Ó Súilleabháin",
            "李",
            "Jean-Luc",
            "d'Arc",
            "नरेन्द्र",
            "می\u{200c}نا",
            "♥\u{fe0f}",
        ] {
            assert!(Name::parse(name).is_ok(), "{name}");
        }
        assert_eq!(Name::parse("  Zoe\u{308} ").unwrap().as_str(), "Zoë");
    }

    #[test]
    fn invalid_name_is_refused_with_the_reason() {
        for nothing in ["   ", "\u{3164}", "\u{200d}\u{2800} \u{fe0f}", "\u{ad}"] {
            assert_eq!(code(nothing), Some(FieldCode::Required), "{nothing:?}");
        }
        assert_eq!(code("a\r\nBcc: x@y.test"), Some(FieldCode::Malformed));
        assert_eq!(code("a\0"), Some(FieldCode::Malformed));
        assert_eq!(code("a\u{2028}b"), Some(FieldCode::Malformed));
        assert_eq!(code("a\u{202e}b"), Some(FieldCode::Malformed));
        assert_eq!(Name::parse_optional(" \u{200b}").unwrap().as_str(), "");
        assert_eq!(
            Name::parse("A\u{ad}d\u{200b}a\u{200e}").unwrap().as_str(),
            "Ada"
        );
        assert_eq!(code(&"ä".repeat(100)), None);
        assert_eq!(code(&"ä".repeat(101)), Some(FieldCode::TooLong));
    }
}
