//! Splits a document into tokens (specification, section 2.1).

use async_graphql::Pos;

use super::SyntaxError;
use super::string;

/// One token, with its value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token<'a> {
    /// One of `! $ & ( ) : = @ [ ] { | }`.
    Punctuator(u8),
    Spread,
    Name(&'a str),
    Int(&'a str),
    Float(&'a str),
    String(String),
    End,
}

/// Reads tokens one after the other, and keeps count of lines and columns.
pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
    /// The place up to which `pos` has counted.
    counted: usize,
    pos: Pos,
}

impl<'a> Lexer<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            counted: 0,
            pos: Pos { line: 1, column: 1 },
        }
    }

    /// Returns the next token and its place.
    pub(super) fn read(&mut self) -> Result<(Token<'a>, Pos), SyntaxError> {
        self.skip_ignored();
        self.count();
        let rest = &self.text[self.at..];
        let malformed = SyntaxError::Malformed(self.pos);
        let Some(first) = rest.bytes().next() else {
            return Ok((Token::End, self.pos));
        };
        let (token, length) = match first {
            b'!' | b'$' | b'&' | b'(' | b')' | b':' | b'=' | b'@' | b'[' | b']' | b'{' | b'|'
            | b'}' => (Token::Punctuator(first), 1),
            b'.' if rest.starts_with("...") => (Token::Spread, 3),
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => {
                let length = count_while(rest, is_name);
                (Token::Name(&rest[..length]), length)
            }
            b'-' | b'0'..=b'9' => number(rest).ok_or(malformed)?,
            b'"' => {
                let (value, length) = string::read(rest).ok_or(malformed)?;
                (Token::String(value), length)
            }
            _ => return Err(malformed),
        };
        self.at += length;
        Ok((token, self.pos))
    }

    /// Passes over white space, commas, byte order marks and comments.
    fn skip_ignored(&mut self) {
        let bytes = self.text.as_bytes();
        loop {
            match bytes.get(self.at) {
                Some(b' ' | b'\t' | b'\n' | b'\r' | b',') => self.at += 1,
                Some(b'#') => {
                    self.at +=
                        count_while(&self.text[self.at..], |byte| !matches!(byte, b'\n' | b'\r'));
                }
                Some(0xEF) if self.text[self.at..].starts_with('\u{feff}') => self.at += 3,
                _ => return,
            }
        }
    }

    /// Moves the position to the reader's place. A `\r\n` ends one line.
    fn count(&mut self) {
        let bytes = self.text.as_bytes();
        for at in self.counted..self.at {
            match bytes[at] {
                b'\n' if at > 0 && bytes[at - 1] == b'\r' => {}
                b'\n' | b'\r' => {
                    self.pos.line += 1;
                    self.pos.column = 1;
                }
                // The bytes of a character after its first.
                0x80..=0xBF => {}
                _ => self.pos.column += 1,
            }
        }
        self.counted = self.at;
    }
}

const fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn count_while(text: &str, is_part: impl Fn(u8) -> bool) -> usize {
    text.bytes().take_while(|byte| is_part(*byte)).count()
}

/// Reads a number. Returns `None` if it is malformed, or if a name or a point follows without a
/// space.
fn number(text: &str) -> Option<(Token<'_>, usize)> {
    let digits = |at: usize| match count_while(&text[at..], |byte| byte.is_ascii_digit()) {
        0 => None,
        count => Some(at + count),
    };
    let byte = |at: usize| text.as_bytes().get(at).copied();
    let start = usize::from(byte(0) == Some(b'-'));
    let mut end = digits(start)?;
    if byte(start) == Some(b'0') && end > start + 1 {
        return None;
    }
    let whole = end;
    if byte(end) == Some(b'.') {
        end = digits(end + 1)?;
    }
    if matches!(byte(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(byte(end + 1), Some(b'+' | b'-')));
        end = digits(end + 1 + sign)?;
    }
    if byte(end).is_some_and(|next| is_name(next) || next == b'.') {
        return None;
    }
    let number = &text[..end];
    let token = if end == whole {
        Token::Int(number)
    } else {
        Token::Float(number)
    };
    Some((token, end))
}
