//! Amazon Cognito's CSV, which has no hashes.

use serde_json::Value;

use super::super::row::{RowError, is_true, split_name, text, user};
use super::super::time;
use super::{Input, Rows, csv_file};
use crate::accounts::ImportUser;

pub(super) fn rows(input: Input) -> Rows {
    Box::new(csv_file::objects(input).map(|raw| raw.read(read)))
}

fn read(value: &Value) -> Result<ImportUser, RowError> {
    let email = text(value, &["email"]).ok_or_else(|| RowError::missing("email"))?;
    let mut imported = user(email);
    let full = split_name(text(value, &["name"]).unwrap_or_default());
    imported.first_name = text(value, &["given_name"]).map_or(full.0, str::to_owned);
    imported.last_name = text(value, &["family_name"]).map_or(full.1, str::to_owned);
    imported.email_verified = is_true(value.get("email_verified"));
    imported.mobile_number = text(value, &["phone_number"]).map(str::to_owned);
    imported.times.updated_at = value.get("updated_at").and_then(time::of);
    Ok(imported)
}
