//! The account document of a row: JSON.

use serde_json::Value;

use super::super::StoreError;
use super::super::newer_fields::{Noticed, Tree, carry};
use super::error::unreadable;
use crate::model::{Account, StoredForm};

/// Returns the account in a column, or the reason why its document cannot be read.
pub(super) fn column(
    row: &rusqlite::Row,
    column: usize,
) -> rusqlite::Result<Result<Account, StoreError>> {
    Ok(read(row.get_ref(column)?.as_str()?))
}

fn read(text: &str) -> Result<Account, StoreError> {
    let read: Noticed<Account> = serde_json::from_str(text).map_err(|error| unreadable(&error))?;
    let mut account = read.value;
    account.stored = read
        .has_unknown_fields
        .then(|| StoredForm::new(text.as_bytes()));
    Ok(account)
}

/// Returns the document of an account, with the fields of a newer version that it was read with.
pub(super) fn write(account: &Account) -> Result<String, StoreError> {
    let Some(stored) = &account.stored else {
        return serde_json::to_string(account).map_err(|error| unreadable(&error));
    };
    let carried = || {
        let known: Account = serde_json::from_slice(stored.bytes())?;
        let stored: Value = serde_json::from_slice(stored.bytes())?;
        let known = serde_json::to_value(known)?;
        Ok((stored, known, serde_json::to_value(account)?))
    };
    let (stored, known, mut saved) = carried().map_err(|error| unreadable(&error))?;
    carry(&stored, &known, &mut saved)?;
    Ok(saved.to_string())
}

impl Tree for Value {
    fn keys(&self) -> Option<Vec<String>> {
        Some(self.as_object()?.keys().cloned().collect())
    }

    fn field(&self, key: &str) -> Option<&Self> {
        self.get(key)
    }

    fn field_mut(&mut self, key: &str) -> Option<&mut Self> {
        self.get_mut(key)
    }

    fn set(&mut self, key: &str, value: Self) {
        if let Some(fields) = self.as_object_mut() {
            fields.insert(key.to_owned(), value);
        }
    }

    fn items(&self) -> Option<&[Self]> {
        self.as_array().map(Vec::as_slice)
    }

    fn items_mut(&mut self) -> Option<&mut [Self]> {
        self.as_array_mut().map(Vec::as_mut_slice)
    }
}
