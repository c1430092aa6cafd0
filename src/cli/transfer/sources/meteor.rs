//! Meteor and accounts-js, whose users have the same shape and other hashes.

use serde_json::Value;

use super::super::row::{RowError, at, is_true, split_name, text, user};
use super::super::time;
use super::{Input, Rows, SourceOptions, documents};
use crate::accounts::{ImportPassword, ImportUser};
use crate::cli::Failure;
use crate::hashing::Format;

pub(super) fn rows(input: Input, options: &SourceOptions, usual: Format) -> Result<Rows, Failure> {
    let format = options.format(usual);
    let rows = documents(input)?.map(move |raw| raw.read(|value| read(value, format)));
    Ok(Box::new(rows))
}

fn read(value: &Value, format: Format) -> Result<ImportUser, RowError> {
    let emails = at(value, &["emails"]).and_then(Value::as_array);
    let email = emails
        .into_iter()
        .flatten()
        .max_by_key(|email| is_true(email.get("verified")))
        .ok_or_else(|| RowError::missing("emails"))?;
    let address = text(email, &["address"]).ok_or_else(|| RowError::missing("emails.address"))?;
    let mut imported = user(address);
    imported.email_verified = is_true(email.get("verified"));
    let full = split_name(text(value, &["profile", "name"]).unwrap_or_default());
    let named = |field| text(value, &["profile", field]).map(str::to_owned);
    imported.first_name = named("firstName").unwrap_or(full.0);
    imported.last_name = named("lastName").unwrap_or(full.1);
    imported.times.created_at = value.get("createdAt").and_then(time::of);
    let password = at(value, &["services", "password"]);
    let hash = password.and_then(|it| it.get("argon2").or_else(|| it.get("bcrypt")));
    imported.password = ImportPassword::Foreign {
        format,
        stored: hash.cloned().unwrap_or_default(),
    };
    Ok(imported)
}
