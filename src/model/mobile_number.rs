//! Mobile numbers.

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, PhoneNumberType, Region};
use serde::{Deserialize, Serialize};

use super::text;
use super::{FieldCode, FieldError};

/// The longest text that is read as a number, in bytes. It leaves room for a number in four-byte
/// digits with separators; the parser's work grows with the text.
const MAX_TEXT: usize = 160;
/// The most digits of a number with its country code and a trunk prefix (ITU-T E.164, section 6).
const MAX_DIGITS: usize = 17;

/// A mobile number in E.164, such as `+4915112345678`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MobileNumber(String);

impl MobileNumber {
    /// Parses a number as typed or pasted, with its country code. White space, dashes, brackets,
    /// dots and slashes are dropped, digits of any script are read, and a `tel:` in front is
    /// ignored.
    ///
    /// # Errors
    /// Returns an error if the text is empty, has no country code, or cannot be a mobile number in
    /// its country.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        if text::is_blank_text(text) {
            return Err(FieldError::new(
                FieldCode::Required,
                "A mobile number is needed.",
            ));
        }
        parse(text).ok_or_else(|| {
            FieldError::new(
                FieldCode::Malformed,
                "This is not a mobile number with its country code, such as +4915112345678.",
            )
        })
    }

    /// Returns the number in E.164.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn parse(text: &str) -> Option<MobileNumber> {
    let number = PHONE_NUMBER_UTIL.parse(&plain(text)?, None).ok()?;
    // Satellite networks and other services without a country have plans of their own, which belong
    // to no region.
    let region = number.get_region_code();
    let in_a_country = number.is_valid() && region.is_some_and(|region| region != Region::World);
    let can_be_mobile = matches!(
        number.get_type(),
        PhoneNumberType::Mobile | PhoneNumberType::FixedLineOrMobile
    );
    (in_a_country && can_be_mobile)
        .then(|| MobileNumber(number.format_as(PhoneNumberFormat::E164).into_owned()))
}

/// Returns the digits of a number in ASCII, after the plus sign of its country code.
fn plain(text: &str) -> Option<String> {
    if text.len() > MAX_TEXT {
        return None;
    }
    let text = text::trim(text);
    let text = match text.get(..4) {
        Some(scheme) if scheme.eq_ignore_ascii_case("tel:") => &text[4..],
        _ => text,
    };
    let mut characters = text.chars().filter(|it| !text::separates_digits(*it));
    if !matches!(characters.next(), Some('+' | '\u{ff0b}' | '\u{fe62}')) {
        return None;
    }
    let digits: String = characters.map(text::digit).collect::<Option<_>>()?;
    (digits.len() <= MAX_DIGITS).then(|| format!("+{digits}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_is_kept_in_e164_however_typed() {
        for typed in [
            "+4915112345678",
            " +49 151 12345678",
            "+49 (151) 1234-5678",
            "+49\u{202f}151\u{202f}12345678\u{200b}",
            "\u{202a}+49 (0)151/1234.5678\u{202c}",
            "TEL:+49-151-12345678",
            "\u{ff0b}\u{664}\u{669} \u{661}\u{665}\u{661} \u{661}\u{662}\u{663}\u{664}\u{665}\u{666}\u{667}\u{668}",
        ] {
            assert_eq!(
                MobileNumber::parse(typed).unwrap().as_str(),
                "+4915112345678",
                "{typed}"
            );
        }
    }

    #[test]
    fn number_that_cannot_be_a_mobile_is_refused() {
        for typed in [
            "+49 30 12345678",   // a fixed line
            "+49 900 1 123456",  // premium rate
            "+1 800 555 0123",   // toll-free
            "+1 900 555 0123",   // premium rate
            "+800 1234 5678",    // universal toll-free
            "+881 6 1234 5678",  // a satellite network
            "+883 5100 1234567", // no country
        ] {
            assert_eq!(
                MobileNumber::parse(typed).unwrap_err().code,
                FieldCode::Malformed,
                "{typed}"
            );
        }
        assert!(MobileNumber::parse("+1 1 (415) 555-0132").is_ok());
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
