//! latchkey's own form.

use serde_json::Value;

use super::super::json_rows;
use super::super::record::{Header, Record, VERSION};
use super::super::row::{Raw, RowError};
use super::{Input, Rows};
use crate::accounts::ImportUser;
use crate::cli::Failure;

pub(super) fn rows(input: Input) -> Result<Rows, Failure> {
    let mut lines = json_rows::lines(input).peekable();
    let header = lines.next_if(|raw| header(raw).is_some());
    if let Some(version) = header.as_ref().and_then(header_version)
        && version > VERSION
    {
        return Err(Failure::new(format!(
            "the file has version {version} of the form, this latchkey knows {VERSION}: run a newer latchkey"
        )));
    }
    Ok(Box::new(lines.map(|raw| raw.read(read))))
}

fn header(raw: &Raw) -> Option<Header> {
    serde_json::from_value(raw.value.as_ref().ok()?.clone()).ok()
}

fn header_version(raw: &Raw) -> Option<u32> {
    header(raw).map(|header| header.latchkey)
}

fn read(value: &Value) -> Result<ImportUser, RowError> {
    let record: Record = serde_json::from_value(value.clone())
        .map_err(|error| RowError::new("", without_values(&error)))?;
    Ok(record.into())
}

/// Says what is wrong with a line. serde's own text would quote the value, which may be a hash.
fn without_values(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let kept = [
        "unknown field",
        "missing field",
        "a time is",
        "did not match",
    ];
    if kept.iter().any(|start| text.starts_with(start)) {
        text
    } else {
        "a value has another type than the form says".to_owned()
    }
}
