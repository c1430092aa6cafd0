//! Better Auth: the users in one export, their passwords in another.

use std::collections::HashMap;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use serde_json::Value;

use super::super::row::{RowError, is_true, split_name, text, user};
use super::super::time;
use super::{Input, Rows, SourceOptions, documents};
use crate::accounts::{ImportPassword, ImportUser};
use crate::cli::Failure;
use crate::hashing::Format;

/// The passwords, by the id of the user.
type Passwords = HashMap<String, Value>;

pub(super) fn rows(input: Input, options: &SourceOptions) -> Result<Rows, Failure> {
    let options = options.clone();
    let Some(path) = &options.accounts else {
        return Err(Failure::settings(
            "--format better-auth needs --accounts: the export of the table or collection \"account\"",
        ));
    };
    let passwords = passwords(path)?;
    let rows =
        documents(input)?.map(move |raw| raw.read(|value| read(value, &passwords, &options)));
    Ok(Box::new(rows))
}

fn passwords(path: &Path) -> Result<Passwords, Failure> {
    let file =
        File::open(path).map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
    let documents = documents(BufReader::new(Box::new(file)))?;
    documents
        .map(|raw| {
            raw.value
                .map_err(|error| Failure::new(format!("{}: {error}", path.display())))
        })
        .filter_map(|value| value.map(|value| credential(&value)).transpose())
        .collect()
}

fn credential(value: &Value) -> Option<(String, Value)> {
    let is_password = text(value, &["providerId"]) == Some("credential");
    let user = id(value.get("userId")?).filter(|_| is_password)?;
    Some((user, value.get("password")?.clone()))
}

/// Returns an id, which is an object in an export of `MongoDB`.
fn id(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Object(object) => object.get("$oid")?.as_str().map(str::to_owned),
        _ => None,
    }
}

fn read(
    value: &Value,
    passwords: &Passwords,
    options: &SourceOptions,
) -> Result<ImportUser, RowError> {
    let email = text(value, &["email"]).ok_or_else(|| RowError::missing("email"))?;
    let mut imported = user(email);
    (imported.first_name, imported.last_name) =
        split_name(text(value, &["name"]).unwrap_or_default());
    imported.email_verified = is_true(value.get("emailVerified"));
    imported.suspended_at = options.suspended(is_true(value.get("banned")));
    imported.times.created_at = value.get("createdAt").and_then(time::of);
    let own = value.get("_id").or_else(|| value.get("id")).and_then(id);
    imported.password = ImportPassword::Foreign {
        format: options.format(Format::BetterAuth),
        stored: own
            .and_then(|id| passwords.get(&id).cloned())
            .unwrap_or_default(),
    };
    Ok(imported)
}
