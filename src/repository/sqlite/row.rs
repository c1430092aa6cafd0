//! An account as a row of the table.

use rusqlite::types::ToSqlOutput;
use rusqlite::{Connection, ToSql, params};
use serde_json::json;

use super::super::StoreError;
use super::document;
use crate::model::{Account, Timestamp};

/// An account as a row: the whole document, and columns for what is searched for.
pub(super) struct Row {
    id: String,
    version: i64,
    email: String,
    mobile_number: Option<String>,
    mail_due_at: Option<Timestamp>,
    expires_at: Option<Timestamp>,
    document: String,
    imported_millis: Option<u32>,
    reserved: Option<String>,
    deletes_at: Option<Timestamp>,
    administrator: Option<bool>,
    identities: Option<String>,
}

impl Row {
    pub(super) fn of(account: &Account) -> Result<Self, StoreError> {
        let number = account.user().and_then(|user| user.mobile_number.as_ref());
        Ok(Self {
            id: account.id.to_string(),
            version: account.version,
            email: account.email.as_str().to_owned(),
            mobile_number: number.map(|number| number.as_str().to_owned()),
            mail_due_at: account.mail_due_at(),
            expires_at: account.expires_at(),
            document: document::write(account)?,
            imported_millis: account.imported_millis(),
            reserved: reserved(account),
            deletes_at: account.user().and_then(|user| user.deletes_at),
            administrator: account.is_administrator().then_some(true),
            identities: identities(account),
        })
    }

    pub(super) fn write(&self, connection: &Connection, sql: &str) -> rusqlite::Result<usize> {
        let Self {
            id,
            version,
            email,
            mobile_number,
            mail_due_at,
            expires_at,
            document,
            imported_millis,
            reserved,
            deletes_at,
            administrator,
            identities,
        } = self;
        let row = params![
            id,
            version,
            email,
            mobile_number,
            mail_due_at,
            expires_at,
            document,
            imported_millis,
            reserved,
            deletes_at,
            administrator,
            identities
        ];
        connection.prepare_cached(sql)?.execute(row)
    }
}

/// Returns the reserved addresses with the ends of their reservations, in JSON.
fn reserved(account: &Account) -> Option<String> {
    let reserved = account.reserved_emails();
    let pairs = reserved
        .iter()
        .map(|(email, until)| json!([email.as_str(), until.millis()]));
    let pairs: Vec<_> = pairs.collect();
    (!pairs.is_empty()).then(|| json!(pairs).to_string())
}

/// Returns the names of the accounts at providers that an account links, in JSON.
fn identities(account: &Account) -> Option<String> {
    let keys = account.indexed_identities();
    (!keys.is_empty()).then(|| json!(keys).to_string())
}

impl ToSql for Timestamp {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.millis().into())
    }
}
