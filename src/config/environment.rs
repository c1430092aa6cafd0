//! The variables of the environment, and those of `.env` that the environment leaves unset.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;

use super::{ConfigError, dollar};

/// Returns all variables, and the errors of those that could not be read.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the environment"
)]
pub(super) fn vars() -> (BTreeMap<String, String>, Vec<ConfigError>) {
    let (mut vars, mut errors) = file(Path::new(".env"));
    for (name, value) in std::env::vars_os() {
        let Ok(name) = name.into_string() else {
            continue;
        };
        match value.into_string() {
            // Counts as not set, but its name may be misspelt.
            Ok(value) if value.trim().is_empty() => _ = vars.entry(name).or_insert(value),
            Ok(value) => _ = vars.insert(name, value),
            Err(_) if name.starts_with("LATCHKEY_") => errors.push(not_text(name)),
            Err(_) => {}
        }
    }
    (vars, errors)
}

fn not_text(name: String) -> ConfigError {
    let example = format!("{name}=text");
    ConfigError {
        place: name,
        wrong: "its value is not UTF-8".to_owned(),
        example,
    }
}

fn file(path: &Path) -> (BTreeMap<String, String>, Vec<ConfigError>) {
    match std::fs::read_to_string(path) {
        Ok(content) => parse(&content),
        Err(error) if error.kind() == ErrorKind::NotFound => (BTreeMap::new(), Vec::new()),
        Err(error) => (
            BTreeMap::new(),
            vec![wrong_line(
                ".env".to_owned(),
                format!("cannot be read: {error}"),
            )],
        ),
    }
}

/// Parses a file. If a name occurs twice, the last value counts. Errors never show values: the line
/// may hold a password.
pub(super) fn parse(content: &str) -> (BTreeMap<String, String>, Vec<ConfigError>) {
    let content = content.trim_start_matches('\u{feff}');
    let (mut vars, mut errors) = (BTreeMap::new(), replaced_dollars(content));
    let mut lines = content
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim_start().starts_with('#'));
    for entry in dotenvy::from_read_iter(content.as_bytes()) {
        match entry {
            Ok((name, value)) => _ = vars.insert(name, value),
            Err(dotenvy::Error::LineParse(text, _)) => errors.push(malformed(&mut lines, &text)),
            Err(_) => errors.push(wrong_line(".env".to_owned(), "cannot be read".to_owned())),
        }
    }
    (vars, errors)
}

/// Refuses each line in which a `$` would be replaced by an unset variable, and so by nothing.
fn replaced_dollars(content: &str) -> Vec<ConfigError> {
    let lines = content.lines().enumerate();
    let replaced = lines.filter(|(_, line)| dollar::is_replaced(line));
    let refused = replaced.map(|(index, _)| {
        wrong_line(
            format!(".env line {}", index + 1),
            "holds a $, which would be replaced by a variable: put the value in single quotes"
                .to_owned(),
        )
    });
    refused.collect()
}

/// Describes a malformed line. The text is the line or its value, or everything from an unclosed
/// quote on: its first line is part of the line.
fn malformed<'a>(lines: &mut impl Iterator<Item = (usize, &'a str)>, text: &str) -> ConfigError {
    let first = text.lines().next().unwrap_or_default();
    let place = match lines.find(|(_, line)| line.contains(first)) {
        Some((index, _)) => format!(".env line {}", index + 1),
        None => ".env".to_owned(),
    };
    wrong_line(
        place,
        "is not NAME=value; a value with spaces, quotes, # or $ needs single quotes around it"
            .to_owned(),
    )
}

fn wrong_line(place: String, wrong: String) -> ConfigError {
    ConfigError {
        place,
        wrong,
        example: "LATCHKEY_MAIL_FROM='Example <no-reply@example.org>'".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_keep_a_value_as_it_is_written() {
        let (vars, errors) =
            parse("\u{feff}# comment\nA=1\nexport B='p$w # \"x\"'\r\nC=a b\nD=\nA=2\n");
        assert_eq!(vars.get("A").map(String::as_str), Some("2"));
        assert_eq!(vars.get("B").map(String::as_str), Some("p$w # \"x\""));
        assert_eq!(vars.get("D").map(String::as_str), Some(""));
        assert_eq!(errors.len(), 1, "{errors:?}");
    }

    #[test]
    fn malformed_lines_are_numbered_but_not_shown() {
        let (vars, errors) =
            parse("A=1\n#\nhunter2\n# B=2 hunter2\nB=2 hunter2 #\nC=3\nD='hunter2\nE=5\n");
        let places: Vec<&str> = errors.iter().map(|error| error.place.as_str()).collect();
        assert_eq!(places, [".env line 3", ".env line 5", ".env line 7"]);
        assert!(!format!("{errors:?}").contains("hunter2"));
        assert_eq!(vars.keys().collect::<Vec<_>>(), ["A", "C"]);
    }

    #[test]
    fn missing_file_is_not_an_error() {
        let (vars, errors) = file(Path::new("no/such/file"));
        assert!(vars.is_empty() && errors.is_empty());
    }
}
