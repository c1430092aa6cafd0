//! A row of an export: where it stands, and the user or what is wrong with it.

use std::fmt::Display;

use serde_json::Value;

use crate::accounts::{ImportPassword, ImportTimes, ImportUser};
use crate::model::{Gender, Role};

/// A row as the file has it.
#[derive(Debug)]
pub(super) struct Raw {
    /// The line, or the position in an array, from 1.
    pub(super) line: u64,
    pub(super) value: Result<Value, RowError>,
}

/// A row as a user.
#[derive(Debug)]
pub(super) struct Row {
    /// The line, or the position in an array, from 1.
    pub(super) line: u64,
    pub(super) user: Result<ImportUser, RowError>,
}

/// A row cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{field}{}{reason}", if .field.is_empty() { "" } else { ": " })]
pub(super) struct RowError {
    /// The field, as the file names it, or an empty text.
    pub(super) field: String,
    pub(super) reason: String,
}

impl RowError {
    pub(super) fn new(field: &str, reason: impl Display) -> Self {
        Self {
            field: field.to_owned(),
            reason: reason.to_string(),
        }
    }

    pub(super) fn missing(field: &str) -> Self {
        Self::new(field, "it is missing")
    }
}

impl Raw {
    /// Reads the user.
    pub(super) fn read(self, read: impl FnOnce(&Value) -> Result<ImportUser, RowError>) -> Row {
        Row {
            line: self.line,
            user: self.value.and_then(|value| read(&value)),
        }
    }
}

/// Describes a user of whom only the address is known.
pub(super) fn user(email: &str) -> ImportUser {
    ImportUser {
        id: None,
        email: email.to_owned(),
        email_verified: false,
        first_name: String::new(),
        last_name: String::new(),
        gender: Gender::Undisclosed,
        mobile_number: None,
        role: Role::User,
        suspended_at: None,
        times: ImportTimes::default(),
        password: ImportPassword::None,
    }
}

/// Splits a full name at its first space: the rest is the last name.
pub(super) fn split_name(full: &str) -> (String, String) {
    let full = full.trim();
    let (first, last) = full.split_once(' ').unwrap_or((full, ""));
    (first.to_owned(), last.trim().to_owned())
}

/// Returns the text at a path of keys, if it is not empty.
pub(super) fn text<'a>(value: &'a Value, path: &[&str]) -> Option<&'a str> {
    at(value, path)?.as_str().filter(|text| !text.is_empty())
}

/// Returns a copy of the text under a key, or an empty one.
pub(super) fn owned(value: &Value, key: &str) -> String {
    text(value, &[key]).unwrap_or_default().to_owned()
}

/// Returns the value at a path of keys.
pub(super) fn at<'a>(value: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter().try_fold(value, |value, key| value.get(key))
}

/// Returns whether a value says yes: a boolean, or a text or number for one.
pub(super) fn is_true(value: Option<&Value>) -> bool {
    match value {
        Some(Value::Bool(flag)) => *flag,
        Some(Value::Number(number)) => number.as_i64() == Some(1),
        Some(Value::String(text)) => {
            matches!(
                text.trim().to_ascii_lowercase().as_str(),
                "true" | "t" | "1" | "yes" | "y"
            )
        }
        _ => false,
    }
}

/// Returns the name of a hash's format.
pub(super) fn format_of(password: &ImportPassword) -> String {
    match password {
        ImportPassword::Foreign { format, .. } => format.name(),
        ImportPassword::Stored(_) | ImportPassword::None => "latchkey".to_owned(),
    }
}
