//! The store for deployments of one node to many. An account is one document, so a standalone
//! server, a replica set and a sharded cluster behave alike.

mod change_stream;
mod connection;
mod deletions;
mod error;
mod heartbeats;
mod indexes;
mod probe;
mod reads;
mod record;
mod schema;
mod secrets;
mod tls;
mod url;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use mongodb::bson::{Document, doc};
use mongodb::options::ReturnDocument;

use self::change_stream::StreamedChanges;
use self::connection::{Connection, QUERY};
use self::record::date;
use super::WriteOutcome;
use super::{Changes, FoundAccount, PolledChanges, QueueLength, Repository, StoreError};
use crate::model::{Account, AccountId, Attempts, Email, IdentityKey, Timestamp};

/// Stores accounts in a MongoDB database.
pub struct MongoRepository {
    connection: Arc<Connection>,
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
            connection: Arc::new(Connection::new(url)?),
        })
    }

    /// Checks that [`MongoRepository::connect`] accepts a URL. The error continues "the URL …".
    ///
    /// # Errors
    /// Returns the reason, without quoting the URL.
    pub fn check(url: &str) -> Result<(), String> {
        url::parse(url).map(drop)
    }

    async fn find(&self, filter: Document) -> Result<Option<Account>, StoreError> {
        let find = |db: connection::Collections| async move {
            db.accounts.find_one(filter).max_time(QUERY).await
        };
        let found = self.connection.run(find).await?;
        found.map(|document| record::read(&document)).transpose()
    }
}

#[async_trait]
impl Repository for MongoRepository {
    async fn insert(&self, account: &Account) -> Result<WriteOutcome, StoreError> {
        let record = record::write(account.clone())?;
        self.connection
            .run(|db| async move {
                let inserted = db.accounts.insert_one(record).await;
                error::unless_taken(inserted.map(|_| WriteOutcome::Done))
            })
            .await
    }

    async fn by_ids(&self, ids: &[AccountId]) -> Result<Vec<FoundAccount>, StoreError> {
        let number = ids.len();
        let filter = match ids {
            [id] => doc! { "_id": id.to_string() },
            ids => {
                let ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
                doc! { "_id": { "$in": ids } }
            }
        };
        let limit = i64::try_from(number).unwrap_or(i64::MAX);
        // One more than the limit: the server then closes the cursor with its first batch.
        let batch = u32::try_from(number + 1).unwrap_or(u32::MAX);
        let found = self.connection.run(move |db| async move {
            let find = db.accounts.find(filter).limit(limit).batch_size(batch);
            let mut cursor = find.max_time(QUERY).await?;
            let mut found = Vec::with_capacity(number);
            while cursor.advance().await? {
                found.push(record::read_with_id(cursor.current()));
            }
            Ok(found)
        });
        found.await?.into_iter().collect()
    }

    async fn versions(&self, ids: &[AccountId]) -> Result<Vec<(AccountId, i64)>, StoreError> {
        self.read_versions(ids).await
    }

    fn changes(&self, polled: PolledChanges) -> Option<Arc<dyn Changes>> {
        Some(Arc::new(StreamedChanges::new(
            self.connection.clone(),
            polled,
        )))
    }

    async fn by_email(&self, email: &Email) -> Result<Option<Account>, StoreError> {
        self.find(doc! { "email": email.as_str() }).await
    }

    async fn by_identity(&self, key: &IdentityKey) -> Result<Option<Account>, StoreError> {
        self.find(doc! { "identities": key.indexed() }).await
    }

    async fn after(
        &self,
        after: Option<AccountId>,
        limit: usize,
    ) -> Result<Vec<Account>, StoreError> {
        // To MongoDB, a limit of zero means no limit.
        if limit == 0 {
            return Ok(Vec::new());
        }
        let after = after.map(|id| id.to_string()).unwrap_or_default();
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let found = self.connection.run(move |db| async move {
            let find = db.accounts.find(doc! { "_id": { "$gt": after } });
            let find = find.sort(doc! { "_id": 1 }).limit(limit);
            let mut found = find.max_time(QUERY).await?;
            let mut accounts = Vec::new();
            while found.advance().await? {
                accounts.push(record::read(found.current()));
            }
            Ok(accounts)
        });
        found.await?.into_iter().collect()
    }

    async fn slowest_imported_hash(&self) -> Result<Option<u32>, StoreError> {
        self.read_slowest_imported_hash().await
    }

    /// Never returns `VersionConflict` for a save that succeeded: if an answer is lost, the driver
    /// sends the write again. A replica set recognises the retry
    /// by its number and repeats the answer; to a standalone server the driver does not send twice.
    async fn save(&self, account: &Account) -> Result<WriteOutcome, StoreError> {
        let filter = doc! { "_id": account.id.to_string(), "version": account.version };
        let record = record::write(Account {
            version: account.version + 1,
            ..account.clone()
        })?;
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
        let filter = doc! { "mailDueAt": { "$lte": date(now) } };
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

    async fn mail_queue(&self) -> Result<QueueLength, StoreError> {
        let any = date(Timestamp::from_millis(0));
        let pipeline = [
            doc! { "$match": { "mailDueAt": { "$gte": any } } },
            doc! { "$unwind": "$account.outbox" },
            doc! { "$match": { "account.outbox.dueAt": { "$ne": null } } },
            doc! { "$group": {
                "_id": null,
                "emails": { "$sum": 1_i64 },
                "oldest": { "$min": "$account.outbox.writtenAt" },
            } },
        ];
        self.connection
            .run(|db| async move {
                let aggregate = db.accounts.aggregate(pipeline).max_time(QUERY);
                let mut found = aggregate.with_type::<record::Queue>().await?;
                if found.advance().await? {
                    Ok(found.deserialize_current()?.into())
                } else {
                    Ok(QueueLength::default())
                }
            })
            .await
    }

    async fn increment(
        &self,
        key: &str,
        window: Duration,
        now: Timestamp,
    ) -> Result<Attempts, StoreError> {
        let filter = doc! { "_id": key };
        // A missing `resetsAt` is less than any date: the first attempt opens a window as one
        // after a window's end does.
        let open = doc! { "$gt": ["$resetsAt", date(now)] };
        let update = vec![doc! { "$set": {
            "count": { "$cond": [&open, { "$add": ["$count", 1] }, 1] },
            "resetsAt": { "$cond": [&open, "$resetsAt", date(now.plus(window))] },
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
        let filter = doc! { "_id": key, "resetsAt": { "$gt": date(now) }, "count": { "$gt": 0 } };
        let update = doc! { "$inc": { "count": -1 } };
        self.connection
            .run(|db| async move { db.attempts.update_one(filter, update).await.map(drop) })
            .await
    }

    async fn purge(&self, now: Timestamp) -> Result<(), StoreError> {
        self.connection
            .run(|db| async move {
                db.attempts
                    .delete_many(doc! { "resetsAt": { "$lte": date(now) } })
                    .await?;
                let over = doc! { "reservedUntil": { "$lte": date(now) } };
                let free = vec![
                    doc! { "$set": { "addresses": ["$email"] } },
                    doc! { "$unset": "reservedUntil" },
                ];
                db.accounts.update_many(over, free).await?;
                db.accounts
                    .delete_many(doc! { "expiresAt": { "$lte": date(now) } })
                    .await
                    .map(drop)
            })
            .await
    }

    async fn probe(&self) -> Result<(), StoreError> {
        self.connection.run(probe::run).await?
    }
}
