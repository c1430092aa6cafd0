//! Counts tokens before the parser sees the document. It splits text no coarser than the parser does: what the parser
//! could take for two tokens is never counted as one.

use super::DocumentError;
use super::limits::{Limit, NESTING, TOKENS, WORD};

/// What a document is made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct TokenCounts {
    pub(super) tokens: usize,
    /// How deep brackets are nested.
    pub(super) nesting: usize,
    /// The length of the longest name or number.
    pub(super) word: usize,
}

/// Refuses a document of too many, too long or too deeply nested tokens.
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

/// Counts in one pass; gives up counting where the limit of tokens is crossed.
pub(super) fn count(text: &str) -> TokenCounts {
    let bytes = text.as_bytes();
    let (mut counted, mut level) = (TokenCounts::default(), 0_usize);
    // Once one block string turns out to have no end, none has: each is then read as the parser reads it, as quotes.
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

/// Names and whole numbers. A number's sign, point and exponent's sign count by themselves: `1-1` is two numbers.
const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The length of what is left of the line.
fn line(rest: &[u8]) -> usize {
    rest.iter()
        .position(|byte| matches!(byte, b'\n' | b'\r'))
        .unwrap_or(rest.len())
}

/// The length of a string. One that does not end on its line is no string: the parser stops there too.
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

/// The length of a block string, if it ends.
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
    fn what_graphql_ignores_is_not_counted_but_comments_are() {
        assert_eq!(tokens("\u{feff} ,\t\r\n"), 0);
        assert_eq!(tokens("{ a, b }"), 4);
        assert_eq!(tokens("# one\n# two\r# three"), 3);
        assert_eq!(tokens("{...F ... on A{a}}"), 10);
    }

    #[test]
    fn a_string_is_one_token_whatever_is_in_it() {
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
    fn what_the_parser_could_take_for_more_than_one_token_is_more_than_one() {
        assert_eq!(tokens("1-1"), 3);
        assert_eq!(tokens("a...F"), 3);
        assert_eq!(tokens(r#"[""""x"]"#), 5);
        // A block string without an end is read as an empty string and what follows it.
        assert_eq!(tokens("[\"\"\"x\" 1 2 3]"), 7);
        assert_eq!(tokens("\"a\nb c"), 3);
    }

    #[test]
    fn a_block_string_without_an_end_is_looked_for_once() {
        let text = r#""""x \""" "#.repeat(8000);
        // With a search for the end from each start, this would not come back soon.
        assert_eq!(tokens(&text), TOKENS.most + 1);
    }

    #[test]
    fn nesting_and_words_are_measured() {
        let counted = count("{a(b:[{c:1}]){d}}{{long_name}}");
        assert_eq!((counted.nesting, counted.word), (4, 9));
        assert_eq!(count("}}}{").nesting, 1);
    }
}
