//! Languages, as BCP 47 tags.

use icu_locale_core::LanguageIdentifier;
use serde::{Deserialize, Serialize};

use super::{FieldCode, FieldError, text};

/// A language that a user reads, such as `de` or `pt-BR`: a BCP 47 tag in canonical case, without
/// extensions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Locale(String);

impl Locale {
    /// The maximum number of characters in a tag (RFC 5646, section 4.4.1).
    const MAX: usize = 35;

    /// Parses a tag as sent. Extensions, such as that of a calendar, are dropped.
    ///
    /// # Errors
    /// Returns an error if the text is no tag, or names no language.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        let malformed = || {
            let message = "A locale is a BCP 47 tag, such as de or pt-BR.";
            FieldError::new(FieldCode::Malformed, message)
        };
        // Operating systems write de_DE.
        let text = text::trim(text).replace('_', "-");
        if text.len() > Self::MAX {
            return Err(malformed());
        }
        let parsed = LanguageIdentifier::try_from_locale_bytes(text.as_bytes());
        match parsed {
            Ok(tag) if !tag.language.is_unknown() => Ok(Self(tag.to_string())),
            _ => Err(malformed()),
        }
    }

    /// Returns the tag.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the tag and the tags that are less specific, in the order in which a text is looked
    /// up (RFC 4647, section 3.4): `zh-Hant-TW`, `zh-Hant`, `zh`.
    pub fn lookup(&self) -> impl Iterator<Item = &str> {
        std::iter::successors(Some(self.as_str()), |tag| {
            tag.rsplit_once('-').map(|(less_specific, _)| less_specific)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tag_is_kept_in_canonical_case_without_extensions() {
        for (typed, tag) in [
            ("de", "de"),
            ("PT-br", "pt-BR"),
            ("zh-hant-tw", "zh-Hant-TW"),
            ("de_DE", "de-DE"),
            ("de-DE-u-co-phonebk", "de-DE"),
            (" es-419\u{200b}", "es-419"),
        ] {
            assert_eq!(Locale::parse(typed).unwrap().as_str(), tag, "{typed}");
        }
    }

    #[test]
    fn text_that_names_no_language_is_malformed() {
        let long = "de-".repeat(20);
        for typed in [
            "",
            "und",
            "english",
            "d",
            "*",
            "de;q=1",
            "de\r\nX: y",
            "../de",
            &long,
        ] {
            let code = Locale::parse(typed).err().map(|error| error.code);
            assert_eq!(code, Some(FieldCode::Malformed), "{typed}");
        }
    }

    #[test]
    fn lookup_goes_from_the_specific_to_the_general() {
        let tag = Locale::parse("zh-Hant-TW").unwrap();
        let lookup: Vec<_> = tag.lookup().collect();
        assert_eq!(lookup, ["zh-Hant-TW", "zh-Hant", "zh"]);
    }
}
