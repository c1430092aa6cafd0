//! The stored documents: the account as a whole, and beside it the fields that are searched for.

use mongodb::bson::serde_helpers::HumanReadable;
use serde::{Deserialize, Serialize};

use crate::model::{Account, AccountId, Attempts, Email, MobileNumber, OutboxEmail, Timestamp};

/// A document of `accounts`. A field that is `None` is left out: the partial indexes skip it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Record {
    #[serde(rename = "_id")]
    id: AccountId,
    version: i64,
    email: Email,
    #[serde(skip_serializing_if = "Option::is_none")]
    mobile_number: Option<MobileNumber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mail_due_at: Option<Timestamp>,
    /// Set where an email is parked.
    #[serde(skip_serializing_if = "Option::is_none")]
    mail_parked: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
    /// The whole account, including the fields above, in the same form as the embedded store's
    /// JSON.
    account: HumanReadable<Account>,
}

impl From<Account> for Record {
    fn from(account: Account) -> Self {
        Self {
            id: account.id,
            version: account.version,
            email: account.email.clone(),
            mobile_number: account.user().and_then(|user| user.mobile_number.clone()),
            mail_due_at: account.mail_due_at(),
            mail_parked: account
                .outbox
                .iter()
                .any(OutboxEmail::is_parked)
                .then_some(true),
            expires_at: account.expires_at(),
            account: HumanReadable(account),
        }
    }
}

impl From<Record> for Account {
    fn from(record: Record) -> Self {
        record.account.0
    }
}

/// The id alone of a document of `accounts`.
#[derive(Deserialize)]
pub(super) struct Id {
    #[serde(rename = "_id")]
    pub(super) id: AccountId,
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
