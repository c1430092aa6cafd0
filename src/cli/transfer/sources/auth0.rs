//! Auth0's export with password hashes.

use serde_json::Value;

use super::super::row::{RowError, at, is_true, split_name, text, user};
use super::super::time;
use super::{Input, Rows, SourceOptions, documents};
use crate::accounts::{ImportPassword, ImportUser};
use crate::cli::Failure;
use crate::hashing::Format;

pub(super) fn rows(input: Input, options: &SourceOptions) -> Result<Rows, Failure> {
    let options = options.clone();
    let rows = documents(input)?.map(move |raw| raw.read(|value| read(value, &options)));
    Ok(Box::new(rows))
}

fn read(value: &Value, options: &SourceOptions) -> Result<ImportUser, RowError> {
    let identifier = email_identifier(value);
    let email = text(value, &["email"])
        .or_else(|| text(identifier?, &["value"]))
        .ok_or_else(|| RowError::missing("email"))?;
    let mut imported = user(email);
    imported.email_verified = is_true(value.get("email_verified"))
        || identifier.is_some_and(|identifier| is_true(identifier.get("verified")));
    let full = split_name(
        text(value, &["name"])
            .filter(|name| *name != email)
            .unwrap_or(""),
    );
    imported.first_name = text(value, &["given_name"]).map_or(full.0, str::to_owned);
    imported.last_name = text(value, &["family_name"]).map_or(full.1, str::to_owned);
    imported.suspended_at = options.suspended(is_true(value.get("blocked")));
    imported.times.created_at = value.get("created_at").and_then(time::of);
    imported.times.password_changed_at = value.get("password_set_date").and_then(time::of);
    imported.password = ImportPassword::Foreign {
        format: options.format(Format::Bcrypt),
        stored: value.get("passwordHash").cloned().unwrap_or_default(),
    };
    Ok(imported)
}

/// Returns the identifier of the type email: newer rows may lack the address at the root.
fn email_identifier(value: &Value) -> Option<&Value> {
    let identifiers = at(value, &["identifiers"])?.as_array()?;
    identifiers
        .iter()
        .find(|identifier| text(identifier, &["type"]) == Some("email"))
}
