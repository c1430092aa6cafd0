//! Counts the tokens of a document before the parser reads it. The counter splits text at least as
//! finely as the parser, so it never counts fewer tokens than the parser finds.

use super::DocumentError;
use super::limits::{Limit, NESTING, TOKENS, WORD};

/// The size of a document, in tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct TokenCounts {
    /// Tokens and comments.
    pub(super) tokens: usize,
    /// The deepest nesting of brackets.
    pub(super) nesting: usize,
    /// The length of the longest name or number.
    pub(super) word: usize,
}

/// Checks the number, length and nesting of a document's tokens.
pub(super) fn check(text: &str) -> Result<(), DocumentError> {
    let counted = count(text);
    let within = |limit: &'static Limit, count| {
        if count > limit.most {
            Err(DocumentError::Exceeds(limit))
        } else {
            Ok(())
        }
    };
    within(&TOKENS, counted.tokens)?;
    within(&NESTING, counted.nesting)?;
    within(&WORD, counted.word)
}

/// Counts in one pass, and stops once the limit of tokens is exceeded.
pub(super) fn count(text: &str) -> TokenCounts {
    let bytes = text.as_bytes();
    let (mut counted, mut level) = (TokenCounts::default(), 0_usize);
    // If one block string has no end, no later one has: the search is not repeated, which keeps the
    // count linear.
    let mut blocks_end = true;
    let mut at = 0;
    while at < bytes.len() && counted.tokens <= TOKENS.most {
        let rest = &bytes[at..];
        let length = match rest[0] {
            b' ' | b'\t' | b'\n' | b'\r' | b',' => {
                at += 1;
                continue;
            }
            0xEF if rest.starts_with("\u{feff}".as_bytes()) => {
                at += 3;
                continue;
            }
            b'#' => line(rest),
            b'"' => string(rest, &mut blocks_end),
            b'.' if rest.starts_with(b"...") => 3,
            byte if is_word(byte) => {
                let length = rest.iter().take_while(|byte| is_word(**byte)).count();
                counted.word = counted.word.max(length);
                length
            }
            b'{' | b'[' | b'(' => {
                level += 1;
                counted.nesting = counted.nesting.max(level);
                1
            }
            b'}' | b']' | b')' => {
                level = level.saturating_sub(1);
                1
            }
            _ => 1,
        };
        counted.tokens += 1;
        at += length;
    }
    counted
}

/// Returns true in names and whole numbers. Signs and decimal points count as tokens, because `1-1`
/// is two numbers.
const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Returns the length of the rest of the line.
fn line(rest: &[u8]) -> usize {
    rest.iter()
        .position(|byte| matches!(byte, b'\n' | b'\r'))
        .unwrap_or(rest.len())
}

/// Returns the length of a string. An unterminated string ends with its line, where the parser
/// stops too.
fn string(rest: &[u8], blocks_end: &mut bool) -> usize {
    if *blocks_end && rest.starts_with(b"\"\"\"") {
        match block(rest) {
            Some(length) => return length,
            None => *blocks_end = false,
        }
    }
    let mut at = 1;
    while let Some(byte) = rest.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            b'\n' | b'\r' => return at,
            _ => at += 1,
        }
    }
    rest.len()
}

/// Returns the length of a block string, or `None` if it is unterminated.
fn block(rest: &[u8]) -> Option<usize> {
    let mut at = 3;
    while at < rest.len() {
        if rest[at..].starts_with(b"\"\"\"") {
            return Some(at + 3);
        }
        at += if rest[at..].starts_with(b"\\\"\"\"") {
            4
        } else {
            1
        };
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> usize {
        count(text).tokens
    }

    #[test]
    fn ignored_characters_are_not_counted_but_comments_are() {
        assert_eq!(tokens("\u{feff} ,\t\r\n"), 0);
        assert_eq!(tokens("{ a, b }"), 4);
        assert_eq!(tokens("# one\n# two\r# three"), 3);
        assert_eq!(tokens("{...F ... on A{a}}"), 10);
    }

    #[test]
    fn string_is_one_token_whatever_it_contains() {
        for string in [
            r#""""#,
            r#""a b # {""#,
            r#""\"" "#,
            r#""\\" "#,
            "\"\"\"a \"b\" \\\"\"\" {\n}\"\"\"",
            "\"\"\"\"\"\"",
        ] {
            assert_eq!(tokens(string), 1, "{string}");
            assert_eq!(count(string).nesting, 0, "{string}");
        }
    }

    #[test]
    fn text_that_the_parser_splits_counts_as_several() {
        assert_eq!(tokens("1-1"), 3);
        assert_eq!(tokens("a...F"), 3);
        assert_eq!(tokens(r#"[""""x"]"#), 5);
        // The parser reads an unterminated block string as an empty string and the text after it.
        assert_eq!(tokens("[\"\"\"x\" 1 2 3]"), 7);
        assert_eq!(tokens("\"a\nb c"), 3);
    }

    #[test]
    fn unterminated_block_strings_count_up_to_the_limit() {
        let unterminated = r#""""x \""" "#;
        assert_eq!(tokens(unterminated), 3);
        assert_eq!(tokens(&unterminated.repeat(600)), TOKENS.most + 1);
    }

    #[test]
    fn nesting_and_longest_word_are_measured() {
        let counted = count("{a(b:[{c:1}]){d}}{{long_name}}");
        assert_eq!((counted.nesting, counted.word), (4, 9));
        assert_eq!(count("}}}{").nesting, 1);
    }
}
