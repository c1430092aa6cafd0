//! The collections of a database: whose they are, their version and their indexes.

use mongodb::bson::{Document, doc};
use mongodb::error::{Error, Result as Driver};
use mongodb::{Collection, Database};
use serde::Deserialize;

use super::super::StoreError;
use super::connection::{Collections, QUERY};
use super::error::{is_duplicate, is_unauthorized};
use super::indexes;

/// The version of the documents and indexes that this program writes.
const VERSION: i32 = 3;
/// The oldest version whose programs may use such a database: they leave fields that they do not
/// know as they are.
const OLDEST: i32 = 1;

/// A document of `_schema`, whose `_id` is the version: a version that the database has had. The
/// first one marks the database as latchkey's.
#[derive(Deserialize)]
struct Version {
    #[serde(rename = "_id")]
    version: i32,
    oldest: i32,
}

/// Ensures that the database is latchkey's and of a version that this program may use, and that its
/// indexes are there.
pub(super) async fn prepare(collections: Collections) -> Driver<Result<(), StoreError>> {
    let versions = collections.database.collection::<Version>("_schema");
    let newest = versions
        .find_one(doc! {})
        .sort(doc! { "_id": -1 })
        .max_time(QUERY)
        .await?;
    let refused = match &newest {
        Some(newest) => newer(newest),
        None => foreign(&collections.database).await?,
    };
    if let Some(reason) = refused {
        return Ok(Err(StoreError::Unusable(reason)));
    }
    if newest.is_none_or(|newest| newest.version < VERSION) {
        record(&versions).await?;
    }
    match indexes::create(&collections).await {
        Err(error) if is_unauthorized(&error) => indexes::check(&collections).await,
        other => other.map(Ok),
    }
}

/// Returns the reason why a database of this version cannot be used by this program.
fn newer(newest: &Version) -> Option<String> {
    let Version { version, oldest } = newest;
    (*oldest > VERSION).then(|| {
        format!(
            "its schema has version {version}, this latchkey knows {VERSION}: run a newer latchkey"
        )
    })
}

/// Returns the reason why a database without a version is not one to begin in: its collections hold
/// documents of another product.
async fn foreign(database: &Database) -> Driver<Option<String>> {
    for (name, field) in [("accounts", "account.state"), ("attempts", "resetsAt")] {
        let found = database
            .collection::<Document>(name)
            .find_one(doc! { field: { "$exists": false } })
            .projection(doc! { "_id": 1 })
            .max_time(QUERY)
            .await?;
        if found.is_some() {
            let database = database.name();
            return Ok(Some(format!(
                "the collection {name} of the database {database} belongs to another program: name another database in \
                 the URL"
            )));
        }
    }
    Ok(None)
}

/// Records the version. Several servers may do so at once.
async fn record(versions: &Collection<Version>) -> Driver<()> {
    let latchkey = env!("CARGO_PKG_VERSION");
    let update = vec![doc! { "$set": {
        "oldest": OLDEST, "latchkey": latchkey, "recordedAt": "$$NOW",
    } }];
    let version = doc! { "_id": VERSION };
    let recorded: Result<_, Error> = versions.update_one(version, update).upsert(true).await;
    match recorded {
        Err(error) if is_duplicate(&error) => Ok(()),
        other => other.map(drop),
    }
}
