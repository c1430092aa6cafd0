//! Mobile numbers.

use phonenumber::Mode;
use serde::{Deserialize, Serialize};

use super::{FieldCode, FieldError};

/// A telephone number in E.164, such as `+4915112345678`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MobileNumber(String);

impl MobileNumber {
    /// Parses a number as typed, with its country code; spaces, dashes and brackets are dropped.
    ///
    /// # Errors
    /// Returns an error if the text is empty, has no country code, or is not in that country's
    /// numbering plan.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(FieldError::new(
                FieldCode::Required,
                "A mobile number is needed.",
            ));
        }
        let malformed = || {
            FieldError::new(
                FieldCode::Malformed,
                "This is not a mobile number with its country code, such as +4915112345678.",
            )
        };
        // A longer text cannot be a number, and the parser's work grows with it. The parser would
        // also accept alphabetic characters and extensions.
        let plain = |text: &str| {
            text.bytes()
                .all(|byte| byte.is_ascii_digit() || b" -()./".contains(&byte))
        };
        if text.len() > 40 || !text.strip_prefix('+').is_some_and(plain) {
            return Err(malformed());
        }
        let number = phonenumber::parse(None, text).map_err(|_| malformed())?;
        if !phonenumber::is_valid(&number) {
            return Err(malformed());
        }
        Ok(Self(number.format().mode(Mode::E164).to_string()))
    }

    /// Returns the number in E.164.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_is_kept_in_e164_however_typed() {
        for typed in ["+4915112345678", " +49 151 12345678", "+49 (151) 1234-5678"] {
            assert_eq!(
                MobileNumber::parse(typed).unwrap().as_str(),
                "+4915112345678",
                "{typed}"
            );
        }
    }

    #[test]
    fn text_that_is_not_a_number_is_refused() {
        for typed in [
            "015112345678",
            "+49",
            "+4915112345678901234",
            "hello",
            "+1 555",
            "+٤٩١٥١١٢٣٤٥٦٧٨٩٠١٢٣٤٥",
        ] {
            assert_eq!(
                MobileNumber::parse(typed).unwrap_err().code,
                FieldCode::Malformed,
                "{typed}"
            );
        }
        assert_eq!(
            MobileNumber::parse(" ").unwrap_err().code,
            FieldCode::Required
        );
    }
}
