//! Finds the `$` in a line of `.env` that would be replaced: by another variable, or by nothing.

/// Returns whether a line sets a setting of latchkey to a value in which a `$` would be replaced.
/// In single quotes, after a backslash and in a comment it would not.
pub(super) fn is_replaced(line: &str) -> bool {
    let line = line.trim_start();
    let line = line.strip_prefix("export ").unwrap_or(line).trim_start();
    match line.split_once('=') {
        Some((name, value)) => name.trim_end().starts_with("LATCHKEY_") && has_dollar(value),
        None => false,
    }
}

fn has_dollar(value: &str) -> bool {
    let (mut quote, mut escaped, mut before) = (None, false, ' ');
    for character in value.chars() {
        let is_escaped = std::mem::take(&mut escaped);
        match (quote, character) {
            (Some('\''), '\'') => quote = None,
            (Some('\''), _) => {}
            (_, '\\') if !is_escaped => escaped = true,
            (_, '$') if !is_escaped => return true,
            (None, '#') if before.is_whitespace() => return false,
            (None, '\'' | '"') if !is_escaped => quote = Some(character),
            (Some('"'), '"') if !is_escaped => quote = None,
            _ => {}
        }
        before = character;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollar_that_would_be_replaced_is_found() {
        for line in [
            "LATCHKEY_AUDIENCE=pa$word",
            "LATCHKEY_AUDIENCE=pa${word}x",
            "LATCHKEY_AUDIENCE=x$1y",
            "LATCHKEY_AUDIENCE=a$$b",
            "LATCHKEY_AUDIENCE=\"pa$word/x\"",
            "  export LATCHKEY_AUDIENCE = 'a'$b",
            "LATCHKEY_AUDIENCE=a#$b",
        ] {
            assert!(is_replaced(line), "{line}");
        }
    }

    #[test]
    fn dollar_that_stays_is_left_alone() {
        for line in [
            "LATCHKEY_AUDIENCE='pa$word'",
            "LATCHKEY_AUDIENCE=pa\\$word",
            "LATCHKEY_AUDIENCE=a # costs $5",
            "HOME_OF=$HOME",
            "# LATCHKEY_AUDIENCE=$a",
        ] {
            assert!(!is_replaced(line), "{line}");
        }
    }
}
