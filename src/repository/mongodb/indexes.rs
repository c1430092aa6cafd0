//! The indexes. Every query is served by one.

use mongodb::IndexModel;
use mongodb::bson::{Document, doc};
use mongodb::error::Result as Driver;
use mongodb::options::IndexOptions;

use super::super::StoreError;
use super::connection::Collections;
use super::error::{is_namespace_missing, is_unauthorized};

/// The index that refuses an address of another account; a duplicate-key error gives this name and
/// nothing else.
pub(super) const EMAIL_UNIQUE: &str = "email_unique";
/// The index that refuses an address that another account has, or had and keeps reserved.
pub(super) const ADDRESSES_UNIQUE: &str = "addresses_unique";
/// The index that refuses a mobile number of another account.
pub(super) const MOBILE_NUMBER_UNIQUE: &str = "mobile_number_unique";
/// The index that refuses an account at a provider that another account links.
pub(super) const IDENTITIES_UNIQUE: &str = "identities_unique";

/// The role of the user in a document of `accounts`.
pub(super) const ROLE: &str = "account.state.active.role";

/// Creates those that are missing.
pub(super) async fn create(collections: &Collections) -> Driver<()> {
    collections.accounts.create_indexes(of_accounts()).await?;
    collections.attempts.create_indexes(of_attempts()).await?;
    Ok(())
}

/// Checks that they are all there, for a user that may not create them. The error names the first
/// that is missing, or the privilege without which they cannot be listed.
pub(super) async fn check(collections: &Collections) -> Driver<Result<(), StoreError>> {
    for (name, indexes) in [("accounts", of_accounts()), ("attempts", of_attempts())] {
        let collection = collections.database.collection::<Document>(name);
        let found = match collection.list_index_names().await {
            Err(error) if is_unauthorized(&error) => {
                let text = format!(
                    "the user has neither the privilege createIndex nor listIndexes on {name}"
                );
                return Ok(Err(StoreError::Unusable(text)));
            }
            // A collection that does not exist has no index.
            Err(error) if is_namespace_missing(&error) => Vec::new(),
            other => other?,
        };
        let mut names = indexes.into_iter().filter_map(|index| index.options?.name);
        if let Some(missing) = names.find(|index| !found.contains(index)) {
            let text = format!(
                "the index {missing} of {name} is missing, and the user lacks the privilege createIndex there"
            );
            return Ok(Err(StoreError::Unusable(text)));
        }
    }
    Ok(Ok(()))
}

fn of_accounts() -> Vec<IndexModel> {
    [of_contents(), of_endings()].concat()
}

/// Returns the indexes by which accounts are found.
fn of_contents() -> Vec<IndexModel> {
    let (unique, plain) = (
        IndexOptions::builder().unique(true).build(),
        IndexOptions::default(),
    );
    // The order matters: a client whose address and number are both taken learns of the address.
    vec![
        index(EMAIL_UNIQUE, doc! { "email": 1 }, unique.clone()),
        index(
            ADDRESSES_UNIQUE,
            doc! { "addresses": 1 },
            present("addresses", unique.clone()),
        ),
        index(
            "reserved",
            doc! { "reservedUntil": 1 },
            present("reservedUntil", plain.clone()),
        ),
        index(
            MOBILE_NUMBER_UNIQUE,
            doc! { "mobileNumber": 1 },
            present("mobileNumber", unique.clone()),
        ),
        index(
            IDENTITIES_UNIQUE,
            doc! { "identities": 1 },
            present("identities", unique),
        ),
        index(
            "mail_due",
            doc! { "mailDueAt": 1, "_id": 1 },
            present("mailDueAt", plain.clone()),
        ),
        index(
            "mail_parked",
            doc! { "mailParked": 1, "_id": 1 },
            present("mailParked", plain.clone()),
        ),
        index(
            "expires",
            doc! { "expiresAt": 1 },
            present("expiresAt", plain.clone()),
        ),
        index(
            "imported",
            doc! { "importedMillis": 1 },
            present("importedMillis", plain),
        ),
    ]
}

/// Returns the indexes by which accounts end.
fn of_endings() -> Vec<IndexModel> {
    let plain = IndexOptions::default();
    vec![
        index(
            "deletes",
            doc! { "deletesAt": 1, "_id": 1 },
            present("deletesAt", plain.clone()),
        ),
        index(
            "administrators",
            doc! { ROLE: 1, "_id": 1 },
            only(ROLE, "admin", plain),
        ),
    ]
}

fn of_attempts() -> Vec<IndexModel> {
    let resets = index("resets", doc! { "resetsAt": 1 }, IndexOptions::default());
    vec![resets]
}

fn index(name: &str, keys: Document, mut options: IndexOptions) -> IndexModel {
    options.name = Some(name.to_owned());
    IndexModel::builder().keys(keys).options(options).build()
}

fn present(field: &str, mut options: IndexOptions) -> IndexOptions {
    options.partial_filter_expression = Some(doc! { field: { "$exists": true } });
    options
}

fn only(field: &str, value: &str, mut options: IndexOptions) -> IndexOptions {
    options.partial_filter_expression = Some(doc! { field: value });
    options
}
