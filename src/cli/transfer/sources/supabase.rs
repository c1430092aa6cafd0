//! Supabase: a dump of `auth.users`.

use serde_json::Value;

use super::super::row::{RowError, split_name, text, user};
use super::super::sql_rows::{SqlRows, Table};
use super::super::time;
use super::{Input, Rows, SourceOptions};
use crate::accounts::{ImportPassword, ImportUser};
use crate::hashing::Format;

/// `pg_dump` names the columns always.
const USERS: Table = Table {
    suffix: "auth.users",
    columns: &[],
};

pub(super) fn rows(input: Input, options: &SourceOptions) -> Rows {
    let options = options.clone();
    let rows = SqlRows::new(input, USERS);
    Box::new(rows.map(move |raw| raw.read(|value| read(value, &options))))
}

fn read(value: &Value, options: &SourceOptions) -> Result<ImportUser, RowError> {
    if text(value, &["deleted_at"]).is_some() {
        return Err(RowError::new("deleted_at", "the user is deleted"));
    }
    let email = text(value, &["email"]).ok_or_else(|| RowError::missing("email"))?;
    let mut imported = user(email);
    let profile: Value = text(value, &["raw_user_meta_data"])
        .and_then(|json| serde_json::from_str(json).ok())
        .unwrap_or_default();
    let whole = text(&profile, &["full_name"]).or_else(|| text(&profile, &["name"]));
    let full = split_name(whole.unwrap_or_default());
    imported.first_name = text(&profile, &["first_name"]).map_or(full.0, str::to_owned);
    imported.last_name = text(&profile, &["last_name"]).map_or(full.1, str::to_owned);
    imported.email_verified = text(value, &["email_confirmed_at"]).is_some();
    // The column has no plus sign.
    imported.mobile_number =
        text(value, &["phone"]).map(|number| format!("+{}", number.trim_start_matches('+')));
    let banned = value.get("banned_until").and_then(time::of);
    imported.suspended_at = options.suspended(banned.is_some_and(|until| until > options.now));
    imported.times.created_at = value.get("created_at").and_then(time::of);
    imported.times.last_login_at = value.get("last_sign_in_at").and_then(time::of);
    imported.password = ImportPassword::Foreign {
        format: options.format(Format::Bcrypt),
        stored: value.get("encrypted_password").cloned().unwrap_or_default(),
    };
    Ok(imported)
}
