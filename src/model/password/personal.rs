//! Recognises passwords that are made of what is publicly known about their owner.

use unicode_normalization::UnicodeNormalization;

use super::super::text;

/// The product's own name, the first word that comes to mind on its pages.
const PRODUCT: &str = "latchkey";
/// The length of the shortest word considered: shorter ones are part of too many good passwords.
const WORD: usize = 3;
/// The number of characters considered of each text; no name or email address is longer.
const OWNER_TEXT: usize = 254;
/// The number of alphabetic characters of its own that make a password more than a variation on the
/// words.
const MIN_OWN_CHARACTERS: usize = 4;

/// Returns whether little is left of a password without the words of its owner's name and email
/// address.
pub(super) fn is_made_of(password: &str, owner: &[&str]) -> bool {
    let mut words: Vec<String> = owner
        .iter()
        .chain([&PRODUCT])
        .flat_map(|text| words_of(text))
        .collect();
    // The longest first, so that a shorter word does not split a longer one.
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let lower: String = password.nfc().collect::<String>().to_lowercase();
    let rest = words
        .iter()
        .fold(lower.clone(), |rest, word| rest.replace(word, " "));
    rest != lower
        && rest
            .chars()
            .filter(|character| character.is_alphabetic())
            .count()
            < MIN_OWN_CHARACTERS
}

fn words_of(text: &str) -> Vec<String> {
    let text: String = text::trim(text)
        .chars()
        .filter(|it| !text::is_ignorable(*it))
        .take(OWNER_TEXT)
        .nfc()
        .collect::<String>()
        .to_lowercase();
    let words = text.split(|character: char| !character.is_alphanumeric());
    words
        .filter(|word| word.chars().count() >= WORD)
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: [&str; 3] = ["Ada", "Lovelace", "ada.lovelace+x@analytical.test"];

    #[test]
    fn variations_on_name_email_and_product_are_found() {
        for password in [
            "Lovelace1815",
            "ada!lovelace!",
            "ANALYTICAL-2026",
            "latchkey123",
            "1815lovelaceAda#",
        ] {
            assert!(is_made_of(password, &ADA), "{password}");
        }
    }

    #[test]
    fn password_with_words_of_its_own_is_accepted() {
        for password in [
            "lovelace likes looms",
            "correct horse battery staple",
            "12345678",
            "adamantium",
        ] {
            assert!(!is_made_of(password, &ADA), "{password}");
        }
    }
}
