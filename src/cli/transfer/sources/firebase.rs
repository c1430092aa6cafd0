//! Firebase's auth:export, as JSON or as CSV without a header line.

use csv::{ReaderBuilder, StringRecord};
use serde_json::{Value, json};

use super::super::json_rows;
use super::super::row::{Raw, RowError, is_true, split_name, text, user};
use super::super::time;
use super::{Beginning, Input, Rows, SourceOptions, beginning};
use crate::accounts::{ImportPassword, ImportUser};
use crate::cli::Failure;
use crate::hashing::Format;

/// The columns of the CSV file that are read.
const COLUMNS: [(&str, usize); 9] = [
    ("email", 1),
    ("emailVerified", 2),
    ("passwordHash", 3),
    ("salt", 4),
    ("displayName", 5),
    ("createdAt", 23),
    ("lastSignedInAt", 24),
    ("phoneNumber", 25),
    ("disabled", 26),
];

pub(super) fn rows(mut input: Input, options: &SourceOptions) -> Result<Rows, Failure> {
    let options = options.clone();
    let read = move |raw: Raw| raw.read(|value| read(value, &options));
    Ok(match beginning(&mut input)? {
        Beginning::Other => Box::new(records(input).map(read)),
        Beginning::Array | Beginning::Object => {
            Box::new(json_rows::elements(input, &["users"]).map(read))
        }
    })
}

fn records(input: Input) -> impl Iterator<Item = Raw> {
    let reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(input);
    (1..).zip(reader.into_records()).map(|(line, record)| Raw {
        line,
        value: record
            .map(|record| object(&record))
            .map_err(|_| RowError::new("", "it is not CSV in UTF-8")),
    })
}

fn object(record: &StringRecord) -> Value {
    let cell =
        |(name, at): (&str, usize)| (name.to_owned(), Value::from(record.get(at).unwrap_or("")));
    Value::Object(COLUMNS.into_iter().map(cell).collect())
}

fn read(value: &Value, options: &SourceOptions) -> Result<ImportUser, RowError> {
    let email = text(value, &["email"]).ok_or_else(|| RowError::missing("email"))?;
    let mut imported = user(email);
    (imported.first_name, imported.last_name) =
        split_name(text(value, &["displayName"]).unwrap_or_default());
    imported.email_verified = is_true(value.get("emailVerified"));
    imported.mobile_number = text(value, &["phoneNumber"]).map(str::to_owned);
    imported.suspended_at = options.suspended(is_true(value.get("disabled")));
    imported.times.created_at = value.get("createdAt").and_then(time::of);
    imported.times.last_login_at = value.get("lastSignedInAt").and_then(time::of);
    imported.password = match text(value, &["passwordHash"]) {
        Some(hash) => ImportPassword::Foreign {
            format: options.format(Format::Firebase),
            stored: json!({ "passwordHash": hash, "salt": value.get("salt") }),
        },
        None => ImportPassword::None,
    };
    Ok(imported)
}
