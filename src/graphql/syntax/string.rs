//! Reads strings and block strings (specification, section 2.9.4).

use std::str::Chars;

/// Reads the string that the text starts with. Returns its value and its length in bytes, or `None`
/// if it is malformed.
pub(super) fn read(text: &str) -> Option<(String, usize)> {
    match text.strip_prefix(r#"""""#) {
        Some(rest) => block(rest).map(|(value, length)| (value, length + 3)),
        None => line(text),
    }
}

/// Reads a string within one line.
fn line(text: &str) -> Option<(String, usize)> {
    let mut value = String::new();
    let mut chars = text[1..].chars();
    loop {
        match chars.next()? {
            '"' => return Some((value, text.len() - chars.as_str().len())),
            '\n' | '\r' => return None,
            '\\' => value.push(escape(&mut chars)?),
            other => value.push(other),
        }
    }
}

/// Reads what follows a backslash.
fn escape(chars: &mut Chars<'_>) -> Option<char> {
    Some(match chars.next()? {
        same @ ('"' | '\\' | '/') => same,
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'u' => return unicode(chars),
        _ => return None,
    })
}

/// Reads `XXXX`, `{X…}` or a pair of surrogates `XXXX\uXXXX`, all of hexadecimal digits.
fn unicode(chars: &mut Chars<'_>) -> Option<char> {
    if let Some(rest) = chars.as_str().strip_prefix('{') {
        let (digits, rest) = rest.split_once('}')?;
        let code = hexadecimal(digits)?;
        *chars = rest.chars();
        return char::from_u32(code);
    }
    let first = four(chars)?;
    if !(0xD800..0xDC00).contains(&first) {
        return char::from_u32(first);
    }
    *chars = chars.as_str().strip_prefix("\\u")?.chars();
    let second = four(chars)?;
    let is_pair = (0xDC00..0xE000).contains(&second);
    is_pair.then(|| char::from_u32(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)))?
}

fn four(chars: &mut Chars<'_>) -> Option<u32> {
    let digits = chars.as_str().get(..4)?;
    let code = hexadecimal(digits)?;
    *chars = chars.as_str()[4..].chars();
    Some(code)
}

fn hexadecimal(digits: &str) -> Option<u32> {
    let are_digits = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    // `from_str_radix` would take a sign, too.
    are_digits.then(|| u32::from_str_radix(digits, 16).ok())?
}

/// Reads a block string after its three quotes: the value, and the length up to the end of the
/// closing quotes.
fn block(text: &str) -> Option<(String, usize)> {
    let mut raw = String::new();
    let mut rest = text;
    loop {
        let quotes = rest.find(r#"""""#)?;
        if let Some(before) = rest[..quotes].strip_suffix('\\') {
            raw.push_str(before);
            raw.push_str(r#"""""#);
            rest = &rest[quotes + 3..];
        } else {
            raw.push_str(&rest[..quotes]);
            let end = text.len() - rest.len() + quotes + 3;
            return Some((dedent(&raw), end));
        }
    }
}

/// Takes the common indentation away, and blank lines at either end (`BlockStringValue` in the
/// specification).
fn dedent(raw: &str) -> String {
    let text = raw.replace("\r\n", "\n").replace('\r', "\n");
    let lines: Vec<_> = text.split('\n').collect();
    let indent = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let is_blank = |line: &&str| indent(line) == line.len();
    let common = lines
        .iter()
        .skip(1)
        .filter(|line| !is_blank(line))
        .map(|line| indent(line))
        .min()
        .unwrap_or(0);
    let first = lines.iter().position(|line| !is_blank(line));
    let last = lines.iter().rposition(|line| !is_blank(line));
    let (Some(first), Some(last)) = (first, last) else {
        return String::new();
    };
    let dedented: Vec<_> = (first..=last)
        .map(|number| match number {
            0 => lines[0],
            _ => lines[number].get(common..).unwrap_or_default(),
        })
        .collect();
    dedented.join("\n")
}
