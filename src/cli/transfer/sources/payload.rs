//! Payload's collection of users.

use serde_json::{Value, json};

use super::super::row::{RowError, is_true, split_name, text, user};
use super::super::time;
use super::{Input, Rows, SourceOptions, documents};
use crate::accounts::{ImportPassword, ImportUser};
use crate::cli::Failure;
use crate::hashing::Format;

pub(super) fn rows(input: Input, options: &SourceOptions) -> Result<Rows, Failure> {
    let format = options.format(Format::Payload);
    let rows = documents(input)?.map(move |raw| raw.read(|value| read(value, format)));
    Ok(Box::new(rows))
}

fn read(value: &Value, format: Format) -> Result<ImportUser, RowError> {
    let email = text(value, &["email"]).ok_or_else(|| RowError::missing("email"))?;
    let mut imported = user(email);
    (imported.first_name, imported.last_name) =
        split_name(text(value, &["name"]).unwrap_or_default());
    // The field exists only where the collection asks for verification.
    imported.email_verified = is_true(value.get("_verified"));
    imported.times.created_at = value.get("createdAt").and_then(time::of);
    imported.password = match text(value, &["hash"]) {
        Some(hash) => ImportPassword::Foreign {
            format,
            stored: json!({ "hash": hash, "salt": value.get("salt") }),
        },
        None => ImportPassword::None,
    };
    Ok(imported)
}
