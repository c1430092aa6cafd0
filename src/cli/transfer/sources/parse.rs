//! Parse Server's `_User`.

use serde_json::Value;

use super::super::row::{RowError, is_true, split_name, text, user};
use super::super::time;
use super::{Input, Rows, SourceOptions, documents};
use crate::accounts::{ImportPassword, ImportUser};
use crate::cli::Failure;
use crate::hashing::Format;

pub(super) fn rows(input: Input, options: &SourceOptions) -> Result<Rows, Failure> {
    let format = options.format(Format::Bcrypt);
    let rows = documents(input)?.map(move |raw| raw.read(|value| read(value, format)));
    Ok(Box::new(rows))
}

fn read(value: &Value, format: Format) -> Result<ImportUser, RowError> {
    // Many applications use the address as the user's name, and leave the field empty.
    let email = text(value, &["email"])
        .or_else(|| text(value, &["username"]).filter(|name| name.contains('@')))
        .ok_or_else(|| RowError::missing("email"))?;
    let mut imported = user(email);
    (imported.first_name, imported.last_name) =
        split_name(text(value, &["name"]).unwrap_or_default());
    imported.email_verified = is_true(value.get("emailVerified"));
    imported.times.created_at = value.get("_created_at").and_then(time::of);
    imported.password = ImportPassword::Foreign {
        format,
        stored: value.get("_hashed_password").cloned().unwrap_or_default(),
    };
    Ok(imported)
}
