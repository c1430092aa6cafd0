//! A CSV file with a header line, whose columns the operator names.

use std::collections::BTreeMap;
use std::str::FromStr;

use csv::{ReaderBuilder, StringRecord};
use serde_json::{Map, Value};

use super::super::row::{Raw, RowError, is_true, split_name, text, user};
use super::super::time;
use super::{Input, Rows, SourceOptions};
use crate::accounts::{ImportPassword, ImportUser};
use crate::cli::Failure;

/// The fields that a column can be read into.
const FIELDS: [&str; 9] = [
    "email",
    "emailVerified",
    "firstName",
    "lastName",
    "name",
    "mobileNumber",
    "createdAt",
    "suspended",
    "password",
];

/// The column of each field.
#[derive(Clone, Debug)]
pub(in crate::cli::transfer) struct Columns(BTreeMap<String, String>);

impl FromStr for Columns {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut columns = BTreeMap::new();
        for pair in text.split(',') {
            let (field, column) = pair
                .split_once('=')
                .ok_or_else(|| format!("\"{pair}\" is not FIELD=COLUMN"))?;
            let field = field.trim();
            if !FIELDS.contains(&field) {
                return Err(format!("\"{field}\" is not one of {}", FIELDS.join(", ")));
            }
            columns.insert(field.to_owned(), column.trim().to_owned());
        }
        if columns.contains_key("email") {
            Ok(Self(columns))
        } else {
            Err("a column of the email address is needed: email=COLUMN".to_owned())
        }
    }
}

pub(super) fn rows(input: Input, options: &SourceOptions) -> Result<Rows, Failure> {
    let Some(columns) = options.columns.clone() else {
        return Err(Failure::settings(
            "--format csv needs --columns, such as email=Email,firstName=First,password=Hash",
        ));
    };
    if columns.0.contains_key("password") && options.hash.is_none() {
        return Err(Failure::settings(
            "--columns names a column of hashes: say their format by --hash",
        ));
    }
    let options = options.clone();
    let rows = objects(input).map(move |raw| raw.read(|value| read(value, &columns, &options)));
    Ok(Box::new(rows))
}

/// Reads each row as an object of its columns.
pub(super) fn objects(input: Input) -> impl Iterator<Item = Raw> {
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(input);
    let headers = reader.headers().cloned();
    reader.into_records().map(move |record| {
        let position = |record: &StringRecord| record.position().map_or(0, csv::Position::line);
        match (record, &headers) {
            (Ok(record), Ok(headers)) => Raw {
                line: position(&record),
                value: object(headers, &record),
            },
            (Err(error), _) => Raw {
                line: error.position().map_or(0, csv::Position::line),
                value: Err(RowError::new("", "it is not CSV in UTF-8")),
            },
            (Ok(record), Err(_)) => Raw {
                line: position(&record),
                value: Err(RowError::new("", "the header line is not CSV in UTF-8")),
            },
        }
    })
}

fn object(headers: &StringRecord, record: &StringRecord) -> Result<Value, RowError> {
    if headers.len() != record.len() {
        let (named, found) = (headers.len(), record.len());
        let reason = format!("it has {found} values for {named} columns");
        return Err(RowError::new("", reason));
    }
    let name = |header: &str| header.trim_start_matches('\u{feff}').trim().to_owned();
    let pairs = headers.iter().map(name).zip(record.iter().map(Value::from));
    Ok(pairs.collect::<Map<_, _>>().into())
}

fn read(value: &Value, columns: &Columns, options: &SourceOptions) -> Result<ImportUser, RowError> {
    let column = |field: &str| columns.0.get(field).map(String::as_str);
    let cell = |field: &str| text(value, &[column(field)?]);
    let missing = || RowError::missing(column("email").unwrap_or("email"));
    let mut imported = user(cell("email").ok_or_else(missing)?);
    let full = split_name(cell("name").unwrap_or_default());
    imported.first_name = cell("firstName").map_or(full.0, str::to_owned);
    imported.last_name = cell("lastName").map_or(full.1, str::to_owned);
    imported.mobile_number = cell("mobileNumber").map(str::to_owned);
    let flag = |field: &str| column(field).is_some_and(|column| is_true(value.get(column)));
    imported.email_verified = flag("emailVerified");
    imported.suspended_at = options.suspended(flag("suspended"));
    imported.times.created_at = cell("createdAt").and_then(time::of_text);
    if let (Some(hash), Some(format)) = (cell("password"), options.hash) {
        imported.password = ImportPassword::Foreign {
            format,
            stored: as_written(hash),
        };
    }
    Ok(imported)
}

/// Reads a hash of several fields, which stands in its cell as a JSON object.
pub(super) fn as_written(hash: &str) -> Value {
    match serde_json::from_str(hash) {
        Ok(object @ Value::Object(_)) => object,
        _ => Value::from(hash),
    }
}
