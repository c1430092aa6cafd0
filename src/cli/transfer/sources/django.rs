//! Django's users: dumpdata, or a CSV file of the table.

use serde_json::Value;

use super::super::json_rows;
use super::super::row::{Raw, RowError, is_true, owned, text, user};
use super::super::time;
use super::{Beginning, Input, Rows, SourceOptions, beginning, csv_file};
use crate::accounts::{ImportPassword, ImportUser};
use crate::cli::Failure;
use crate::hashing::Format;

pub(super) fn rows(mut input: Input, options: &SourceOptions) -> Result<Rows, Failure> {
    let options = options.clone();
    let read = move |raw: Raw| raw.read(|value| read(value, &options));
    Ok(match beginning(&mut input)? {
        Beginning::Array => Box::new(
            json_rows::elements(input, &[])
                .filter(is_user)
                .map(fields)
                .map(read),
        ),
        Beginning::Object => Box::new(
            json_rows::lines(input)
                .filter(is_user)
                .map(fields)
                .map(read),
        ),
        Beginning::Other => Box::new(csv_file::objects(input).map(read)),
    })
}

/// Other models are passed over. A model of the application's own ends with `.user` too.
fn is_user(raw: &Raw) -> bool {
    let model = |value: &Value| text(value, &["model"]).map(str::to_ascii_lowercase);
    raw.value
        .as_ref()
        .is_ok_and(|value| model(value).is_none_or(|model| model.ends_with("user")))
        || raw.value.is_err()
}

fn fields(raw: Raw) -> Raw {
    Raw {
        line: raw.line,
        value: raw.value.and_then(|value| {
            value
                .get("fields")
                .cloned()
                .ok_or_else(|| RowError::missing("fields"))
        }),
    }
}

fn read(value: &Value, options: &SourceOptions) -> Result<ImportUser, RowError> {
    let email = text(value, &["email"]).ok_or_else(|| RowError::missing("email"))?;
    let mut imported = user(email);
    imported.first_name = owned(value, "first_name");
    imported.last_name = owned(value, "last_name");
    let is_inactive = value.get("is_active").is_some_and(|it| !is_true(Some(it)));
    imported.suspended_at = options.suspended(is_inactive);
    imported.times.created_at = value.get("date_joined").and_then(time::of);
    imported.times.last_login_at = value.get("last_login").and_then(time::of);
    imported.password = ImportPassword::Foreign {
        format: options.format(Format::Django),
        stored: value.get("password").cloned().unwrap_or_default(),
    };
    Ok(imported)
}
