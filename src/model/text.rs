//! Cleans text that people type and paste. Every text field goes through it before its own parser,
//! but not passwords: every character of theirs counts.

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// Removes invisible characters from both ends: white space, direction marks and the other
/// characters that Unicode calls default-ignorable. Text that is copied from messages, PDF files
/// and spreadsheets brings them along.
pub(super) fn trim(text: &str) -> &str {
    let text = text.trim_start_matches(is_blank);
    let trimmed = text.trim_end_matches(is_blank);
    // A variation selector after an ideograph chooses the form of the ideograph: names are
    // registered with it.
    let selector = text[trimmed.len()..].chars().next();
    match (trimmed.chars().next_back(), selector) {
        (Some(last), Some(selector)) if is_ideograph(last) && selects_form(selector) => {
            &text[..trimmed.len() + selector.len_utf8()]
        }
        _ => trimmed,
    }
}

/// Returns whether a text is empty or invisible.
pub(crate) fn is_blank_text(text: &str) -> bool {
    text.chars().all(is_blank)
}

/// Returns the value of a decimal digit of any script.
///
/// The digits of a script follow each other, from zero to nine (The Unicode Standard, section 4.6),
/// so a digit's place among its neighbours is its value.
pub(super) fn digit(character: char) -> Option<char> {
    if character.is_ascii() {
        return character.is_ascii_digit().then_some(character);
    }
    if !is_decimal(u32::from(character)) {
        return None;
    }
    let before = (0..u32::from(character))
        .rev()
        .take_while(|code| is_decimal(*code))
        .count();
    u32::try_from(before % 10)
        .ok()
        .and_then(|value| char::from_digit(value, 10))
}

/// Returns whether a character may stand between the digits of a number as people write it: white
/// space of any kind, what cannot be seen, dashes, brackets, dots and slashes.
pub(super) fn separates_digits(character: char) -> bool {
    is_blank(character)
        || matches!(
            character,
            '.' | '/' | '~' | '\u{2212}' | '\u{30fc}' | '\u{ff0e}' | '\u{ff0f}' | '\u{ff70}'
        )
        || matches!(
            character.general_category(),
            GeneralCategory::DashPunctuation
                | GeneralCategory::OpenPunctuation
                | GeneralCategory::ClosePunctuation
        )
}

/// Returns whether a character is default-ignorable: rendered as nothing where it is not supported
/// (Unicode's `DerivedCoreProperties.txt`).
pub(super) const fn is_ignorable(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
    ) || matches!(
        character,
        '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
    ) || matches!(
        character,
        '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
    ) || matches!(
        character,
        '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
    ) || matches!(character, '\u{e0000}'..='\u{e0fff}')
}

fn is_blank(character: char) -> bool {
    character.is_whitespace() || is_ignorable(character)
}

fn is_decimal(code: u32) -> bool {
    char::from_u32(code)
        .is_some_and(|character| character.general_category() == GeneralCategory::DecimalNumber)
}

const fn is_ideograph(character: char) -> bool {
    matches!(
        character,
        '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}'
    )
}

const fn selects_form(character: char) -> bool {
    matches!(character, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invisible_characters_at_either_end_are_removed() {
        let blanks = [
            "\u{200b}", "\u{feff}", "\u{a0}", "\u{202a}", "\u{2068}", "\u{2060}", "\u{ad}",
        ];
        for blank in blanks {
            assert_eq!(trim(&format!("{blank} a b {blank}{blank}")), "a b");
        }
        assert_eq!(trim("\u{200d}\u{feff}\n"), "");
        assert_eq!(trim("a\u{200d}b"), "a\u{200d}b");
    }

    #[test]
    fn variation_selector_stays_with_its_ideograph() {
        assert_eq!(trim("\u{8fbb}\u{e0100}\u{200b}"), "\u{8fbb}\u{e0100}");
        assert_eq!(trim("a\u{fe0f}"), "a");
    }

    #[test]
    fn digits_of_every_script_have_their_value() {
        for zero in ['0', '٠', '۰', '०', '๐', '０', '𝟎', '𝟘', '𝟶', '𞥐'] {
            for value in 0..10 {
                let character = char::from_u32(u32::from(zero) + value).unwrap();
                assert_eq!(
                    digit(character),
                    char::from_digit(value, 10),
                    "{character:?}"
                );
            }
        }
        assert_eq!(digit('a'), None);
        assert_eq!(digit('²'), None);
        assert_eq!(digit('五'), None);
    }
}
