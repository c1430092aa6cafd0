//! The stored documents: the account as a whole, and beside it the fields that are searched for.

use mongodb::bson::{
    Bson, DateTime, Document, RawDocument, RawDocumentBuf, deserialize_from_slice,
    serialize_to_raw_document_buf,
};
use mongodb::error::Error;
use serde::{Deserialize, Serialize};

use super::super::newer_fields::{Noticed, Tree, carry};
use super::super::{FoundAccount, StoreError};
use crate::model::{
    Account, AccountId, Attempts, Email, MobileNumber, OutboxEmail, StoredForm, Timestamp,
};
use crate::repository::QueueLength;

/// A document of `accounts`. A field that is `None` is left out: the partial indexes skip it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Record {
    #[serde(rename = "_id")]
    id: AccountId,
    version: i64,
    email: Email,
    /// The address, and those that are reserved. Documents of earlier versions have none.
    #[serde(default)]
    addresses: Vec<Email>,
    /// The time at which the last reservation ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    reserved_until: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mobile_number: Option<MobileNumber>,
    /// The names of the accounts at providers that the account links.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    identities: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mail_due_at: Option<Timestamp>,
    /// Set where an email is parked.
    #[serde(skip_serializing_if = "Option::is_none")]
    mail_parked: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
    /// The time at which the worker deletes the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    deletes_at: Option<Timestamp>,
    /// Set while the password's hash is an imported one.
    #[serde(skip_serializing_if = "Option::is_none")]
    imported_millis: Option<u32>,
    /// The whole account, including the fields above, under the names of the embedded store's JSON.
    account: Account,
}

impl From<Account> for Record {
    fn from(account: Account) -> Self {
        Self {
            id: account.id,
            version: account.version,
            email: account.email.clone(),
            addresses: addresses(&account),
            reserved_until: account.reserved_emails().iter().map(|it| it.1).max(),
            mobile_number: account.user().and_then(|user| user.mobile_number.clone()),
            identities: account.indexed_identities(),
            mail_due_at: account.mail_due_at(),
            mail_parked: account
                .outbox
                .iter()
                .any(OutboxEmail::is_parked)
                .then_some(true),
            expires_at: account.expires_at(),
            deletes_at: account.user().and_then(|user| user.deletes_at),
            imported_millis: account.imported_millis(),
            account,
        }
    }
}

fn addresses(account: &Account) -> Vec<Email> {
    let reserved = account.reserved_emails();
    let all = reserved.into_iter().map(|(email, _)| email);
    [&account.email].into_iter().chain(all).cloned().collect()
}

/// Returns a time as a query compares it: times are BSON dates in every document.
pub(super) fn date(time: Timestamp) -> DateTime {
    DateTime::from_millis(time.millis())
}

/// Returns the id of a document, and the account or the reason why the rest cannot be read.
///
/// # Errors
/// Returns an error if not even the id can be read.
pub(super) fn read_with_id(document: &RawDocument) -> Result<FoundAccount, StoreError> {
    let id: Id = deserialize_from_slice(document.as_bytes()).map_err(Error::from)?;
    Ok((id.id, read(document)))
}

/// Returns the account in a document.
pub(super) fn read(document: &RawDocument) -> Result<Account, StoreError> {
    let bytes = document.as_bytes();
    let read: Noticed<Record> = deserialize_from_slice(bytes).map_err(Error::from)?;
    let mut account = read.value.account;
    account.stored = read.has_unknown_fields.then(|| StoredForm::new(bytes));
    Ok(account)
}

/// Returns the document of an account, with the fields of a newer version that it was read with.
pub(super) fn write(account: Account) -> Result<RawDocumentBuf, StoreError> {
    let stored = account.stored.clone();
    let saved = serialize(&Record::from(account))?;
    let Some(stored) = stored else {
        return Ok(saved);
    };
    let known: Record = deserialize_from_slice(stored.bytes()).map_err(Error::from)?;
    let known = tree(serialize(&known)?.as_bytes())?;
    let mut saved = tree(saved.as_bytes())?;
    carry(&tree(stored.bytes())?, &known, &mut saved)?;
    serialize(&saved)
}

/// Serializes as the driver does: with dates for times.
fn serialize(value: &impl Serialize) -> Result<RawDocumentBuf, StoreError> {
    Ok(serialize_to_raw_document_buf(value).map_err(Error::from)?)
}

fn tree(document: &[u8]) -> Result<Bson, StoreError> {
    let document: Document = deserialize_from_slice(document).map_err(Error::from)?;
    Ok(document.into())
}

impl Tree for Bson {
    fn keys(&self) -> Option<Vec<String>> {
        Some(self.as_document()?.keys().cloned().collect())
    }

    fn field(&self, key: &str) -> Option<&Self> {
        self.as_document()?.get(key)
    }

    fn field_mut(&mut self, key: &str) -> Option<&mut Self> {
        self.as_document_mut()?.get_mut(key)
    }

    fn set(&mut self, key: &str, value: Self) {
        if let Some(fields) = self.as_document_mut() {
            fields.insert(key, value);
        }
    }

    fn items(&self) -> Option<&[Self]> {
        self.as_array().map(Vec::as_slice)
    }

    fn items_mut(&mut self) -> Option<&mut [Self]> {
        self.as_array_mut().map(Vec::as_mut_slice)
    }
}

/// The id alone of a document of `accounts`.
#[derive(Deserialize)]
pub(super) struct Id {
    #[serde(rename = "_id")]
    pub(super) id: AccountId,
}

/// The estimate of an imported hash alone of a document of `accounts`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Imported {
    pub(super) imported_millis: u32,
}

/// The emails that wait, as an aggregation counts them.
#[derive(Deserialize)]
pub(super) struct Queue {
    emails: i64,
    oldest: Option<Timestamp>,
}

impl From<Queue> for QueueLength {
    fn from(queue: Queue) -> Self {
        Self {
            emails: u64::try_from(queue.emails).unwrap_or(0),
            oldest: queue.oldest,
        }
    }
}

/// A document of `attempts`, whose `_id` is the key.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Counted {
    count: u32,
    resets_at: Timestamp,
}

impl From<Counted> for Attempts {
    fn from(counted: Counted) -> Self {
        Self {
            count: counted.count,
            resets_at: counted.resets_at,
        }
    }
}
