//! `WordPress`: a dump or a CSV file of `wp_users`.

use serde_json::Value;

use super::super::row::{Raw, RowError, split_name, text, user};
use super::super::sql_rows::{SqlRows, Table};
use super::super::time;
use super::{Input, Rows, SourceOptions, csv_file};
use crate::accounts::{ImportPassword, ImportUser};
use crate::cli::Failure;
use crate::hashing::Format;
use std::io::BufRead;

/// mysqldump does not name the columns.
const USERS: Table = Table {
    suffix: "_users",
    columns: &[
        "ID",
        "user_login",
        "user_pass",
        "user_nicename",
        "user_email",
        "user_url",
        "user_registered",
        "user_activation_key",
        "user_status",
        "display_name",
    ],
};

pub(super) fn rows(mut input: Input, options: &SourceOptions) -> Result<Rows, Failure> {
    let format = options.format(Format::Wordpress);
    let read = move |raw: Raw| raw.read(|value| read(value, format));
    // A CSV file begins with its header line.
    let start = input.fill_buf().map_err(Failure::new)?;
    let line: Vec<u8> = start
        .iter()
        .copied()
        .take_while(|byte| *byte != b'\n')
        .collect();
    let is_csv =
        String::from_utf8_lossy(&line).contains("user_pass") && !line.starts_with(b"INSERT");
    Ok(if is_csv {
        Box::new(csv_file::objects(input).map(read))
    } else {
        Box::new(SqlRows::new(input, USERS).map(read))
    })
}

fn read(value: &Value, format: Format) -> Result<ImportUser, RowError> {
    let email = text(value, &["user_email"]).ok_or_else(|| RowError::missing("user_email"))?;
    let mut imported = user(email);
    let login = text(value, &["user_login"]);
    // Where the user has set no name, the display name is the login.
    let name = text(value, &["display_name"]).filter(|name| Some(*name) != login);
    (imported.first_name, imported.last_name) = split_name(name.unwrap_or_default());
    imported.times.created_at = value.get("user_registered").and_then(time::of);
    imported.password = ImportPassword::Foreign {
        format,
        stored: value.get("user_pass").cloned().unwrap_or_default(),
    };
    Ok(imported)
}
