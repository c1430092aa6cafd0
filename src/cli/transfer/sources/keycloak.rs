//! Keycloak: a realm, or a file of its users.

use serde_json::Value;

use super::super::json_rows;
use super::super::row::{RowError, is_true, owned, text, user};
use super::super::time;
use super::{Input, Rows, SourceOptions};
use crate::accounts::{ImportPassword, ImportUser};
use crate::hashing::Format;

pub(super) fn rows(input: Input, options: &SourceOptions) -> Rows {
    let options = options.clone();
    let users = json_rows::elements(input, &["users"]);
    Box::new(users.map(move |raw| raw.read(|value| read(value, &options))))
}

fn read(value: &Value, options: &SourceOptions) -> Result<ImportUser, RowError> {
    let email = text(value, &["email"]).ok_or_else(|| RowError::missing("email"))?;
    let mut imported = user(email);
    imported.first_name = owned(value, "firstName");
    imported.last_name = owned(value, "lastName");
    imported.email_verified = is_true(value.get("emailVerified"));
    let is_disabled = value.get("enabled").is_some_and(|it| !is_true(Some(it)));
    imported.suspended_at = options.suspended(is_disabled);
    imported.times.created_at = value.get("createdTimestamp").and_then(time::of);
    let credentials = value.get("credentials").and_then(Value::as_array);
    let password = credentials
        .into_iter()
        .flatten()
        .find(|credential| text(credential, &["type"]) == Some("password"));
    imported.password = match password {
        Some(stored) => ImportPassword::Foreign {
            format: options.format(Format::Keycloak),
            stored: stored.clone(),
        },
        None => ImportPassword::None,
    };
    Ok(imported)
}
