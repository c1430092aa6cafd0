//! The store for deployments of one node to many. An account is one document, so a standalone
//! server, a replica set and a sharded cluster behave alike.

mod connection;
mod error;
mod heartbeats;
mod record;

use std::time::Duration;

use async_trait::async_trait;
use mongodb::bson::{Document, doc};
use mongodb::options::ReturnDocument;

use self::connection::{Connection, QUERY};
use self::record::Record;
use super::{Repository, StoreError, WriteOutcome};
use crate::model::{Account, AccountId, Attempts, Email, Timestamp};

/// Stores accounts in a MongoDB database.
pub struct MongoRepository {
    connection: Connection,
}

impl MongoRepository {
    /// Creates a repository in the database that the URL's path names. Nothing is sent yet: the
    /// server may start later, and the first operation that reaches it creates the indexes.
    ///
    /// # Errors
    /// Returns an error if the URL is malformed or names no database. The error does not quote it:
    /// it may hold a password.
    pub fn connect(url: &str) -> Result<Self, StoreError> {
        Ok(Self {
            connection: Connection::new(url)?,
        })
    }

    /// Checks that [`MongoRepository::connect`] accepts a URL. The error continues "the URL …".
    ///
    /// # Errors
    /// Returns the reason, without quoting the URL.
    pub fn check(url: &str) -> Result<(), &'static str> {
        connection::parse(url).map(drop)
    }

    async fn ids(
        &self,
        filter: Document,
        order: Document,
        limit: usize,
    ) -> Result<Vec<AccountId>, StoreError> {
        // To MongoDB, a limit of zero means no limit.
        if limit == 0 {
            return Ok(Vec::new());
        }
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.connection
            .run(move |db| async move {
                let accounts = db.accounts.clone_with_type::<record::Id>();
                let find = accounts.find(filter).sort(order).limit(limit);
                let mut found = find.projection(doc! { "_id": 1 }).max_time(QUERY).await?;
                let mut ids = Vec::new();
                while found.advance().await? {
                    ids.push(found.deserialize_current()?.id);
                }
                Ok(ids)
            })
            .await
    }

    async fn find(&self, filter: Document) -> Result<Option<Account>, StoreError> {
        let find = |db: connection::Collections| async move {
            db.accounts.find_one(filter).max_time(QUERY).await
        };
        Ok(self.connection.run(find).await?.map(Account::from))
    }
}

#[async_trait]
impl Repository for MongoRepository {
    async fn insert(&self, account: &Account) -> Result<WriteOutcome, StoreError> {
        let record = Record::from(account.clone());
        self.connection
            .run(|db| async move {
                error::unless_taken(
                    db.accounts
                        .insert_one(record)
                        .await
                        .map(|_| WriteOutcome::Done),
                )
            })
            .await
    }

    async fn by_id(&self, id: AccountId) -> Result<Option<Account>, StoreError> {
        self.find(doc! { "_id": id.to_string() }).await
    }

    async fn by_email(&self, email: &Email) -> Result<Option<Account>, StoreError> {
        self.find(doc! { "email": email.as_str() }).await
    }

    /// Never returns `VersionConflict` for a save that succeeded: if an answer is lost, the driver
    /// sends the write again. A replica set recognises the retry
    /// by its number and repeats the answer; to a standalone server the driver does not send twice.
    async fn save(&self, account: &Account) -> Result<WriteOutcome, StoreError> {
        let filter = doc! { "_id": account.id.to_string(), "version": account.version };
        let record = Record::from(Account {
            version: account.version + 1,
            ..account.clone()
        });
        self.connection
            .run(|db| async move {
                let replaced = db.accounts.replace_one(filter, record).await;
                error::unless_taken(replaced.map(|it| {
                    if it.matched_count == 0 {
                        WriteOutcome::VersionConflict
                    } else {
                        WriteOutcome::Done
                    }
                }))
            })
            .await
    }

    async fn mail_due(&self, now: Timestamp, limit: usize) -> Result<Vec<AccountId>, StoreError> {
        let filter = doc! { "mailDueAt": { "$lte": now.millis() } };
        let order = doc! { "mailDueAt": 1, "_id": 1 };
        self.ids(filter, order, limit).await
    }

    async fn mail_parked(
        &self,
        after: Option<AccountId>,
        limit: usize,
    ) -> Result<Vec<AccountId>, StoreError> {
        let after = after.map(|id| id.to_string()).unwrap_or_default();
        let filter = doc! { "mailParked": true, "_id": { "$gt": after } };
        self.ids(filter, doc! { "mailParked": 1, "_id": 1 }, limit)
            .await
    }

    async fn increment(
        &self,
        key: &str,
        window: Duration,
        now: Timestamp,
    ) -> Result<Attempts, StoreError> {
        let filter = doc! { "_id": key };
        // A missing `resetsAt` is less than any number: the first attempt opens a window as one
        // after a window's end does.
        let open = doc! { "$gt": ["$resetsAt", now.millis()] };
        let update = vec![doc! { "$set": {
            "count": { "$cond": [&open, { "$add": ["$count", 1] }, 1] },
            "resetsAt": { "$cond": [&open, "$resetsAt", now.plus(window).millis()] },
        } }];
        self.connection
            .run(|db| async move {
                let count = || {
                    let update = db
                        .attempts
                        .find_one_and_update(filter.clone(), update.clone());
                    update.upsert(true).return_document(ReturnDocument::After)
                };
                match count().await {
                    // Two first attempts both found nothing and both inserted: the loser now finds
                    // the other's document.
                    Err(error) if error::is_duplicate(&error) => count().await,
                    other => other,
                }
            })
            .await?
            .map(Attempts::from)
            .ok_or_else(|| StoreError::Corrupt("a count that was written is not there".into()))
    }

    async fn decrement(&self, key: &str, now: Timestamp) -> Result<(), StoreError> {
        let filter =
            doc! { "_id": key, "resetsAt": { "$gt": now.millis() }, "count": { "$gt": 0 } };
        let update = doc! { "$inc": { "count": -1 } };
        self.connection
            .run(|db| async move { db.attempts.update_one(filter, update).await.map(drop) })
            .await
    }

    async fn purge(&self, now: Timestamp) -> Result<(), StoreError> {
        self.connection
            .run(|db| async move {
                db.attempts
                    .delete_many(doc! { "resetsAt": { "$lte": now.millis() } })
                    .await?;
                db.accounts
                    .delete_many(doc! { "expiresAt": { "$lte": now.millis() } })
                    .await
                    .map(drop)
            })
            .await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.connection
            .run(|db| async move { db.database.run_command(doc! { "ping": 1 }).await.map(drop) })
            .await
    }
}
