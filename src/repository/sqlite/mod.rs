//! The embedded store: one SQLite file. Every acknowledged write has been fsynced (WAL,
//! `synchronous=FULL`).

mod copies;
mod deletions;
mod document;
mod error;
mod file;
mod probe;
mod readers;
mod row;
mod schema;
mod secrets;
mod statements;
mod versions;
mod writer;

use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, ToSql, params};
use serde_json::json;

use self::readers::Readers;
use self::row::Row;
use self::statements::{
    AFTER, BY_EMAIL, BY_ID, BY_IDENTITY, BY_IDS, COUNT, DECREMENT, INSERT, MAIL_DUE, MAIL_PARKED,
    MAIL_QUEUE, PURGE_ACCOUNTS, PURGE_ATTEMPTS, PURGE_RESERVED, SAVE, SLOWEST_IMPORTED,
};
use self::writer::Writer;
use super::{FoundAccount, QueueLength, Repository, StoreError, WriteOutcome};
use crate::model::{Account, AccountId, Attempts, Email, IdentityKey, Timestamp};

/// The time that a caller waits for an answer: a stalled disk must not stall the requests.
const PATIENCE: Duration = Duration::from_millis(1800);
/// The number of rows that one purging write deletes, so that the writes behind it wait only
/// milliseconds.
const PURGE_STEP: u16 = 1000;

/// Stores accounts in one SQLite file.
pub struct SqliteRepository {
    writer: Writer,
    readers: Readers,
}

impl SqliteRepository {
    /// Opens the file, or creates it (0600) and its folder (0700). Blocks for some milliseconds.
    ///
    /// # Errors
    /// Returns an error if the file cannot be opened or created, is not an SQLite file, or was
    /// written by a newer latchkey.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let connection = file::open_for_writing(path)?;
        Ok(Self {
            writer: Writer::start(connection)?,
            readers: Readers::new(path.to_owned()),
        })
    }

    async fn read_account(
        &self,
        sql: &'static str,
        key: String,
    ) -> Result<Option<Account>, StoreError> {
        self.readers
            .run(move |connection| {
                let mut statement = connection.prepare_cached(sql)?;
                let found = statement.query_row([key], |row| document::column(row, 0));
                found.optional()?.transpose()
            })
            .await
    }
}

#[async_trait]
impl Repository for SqliteRepository {
    async fn insert(&self, account: &Account) -> Result<WriteOutcome, StoreError> {
        let row = Row::of(account)?;
        self.writer
            .run(move |connection| error::written(row.write(connection, INSERT)))
            .await
    }

    async fn by_ids(&self, ids: &[AccountId]) -> Result<Vec<FoundAccount>, StoreError> {
        let (ids, one) = (ids.to_vec(), ids.len() == 1);
        self.readers
            .run(move |connection| {
                let (sql, key) = if one {
                    (BY_ID, ids[0].to_string())
                } else {
                    (BY_IDS, json!(ids).to_string())
                };
                let mut statement = connection.prepare_cached(sql)?;
                let rows = statement
                    .query_map([key], |row| Ok((row.get(0)?, document::column(row, 1)?)))?;
                let found = rows.map(|row: rusqlite::Result<(String, _)>| {
                    let (id, account) = row?;
                    let id = id.parse();
                    Ok((
                        id.map_err(|error| StoreError::Corrupt(Box::new(error)))?,
                        account,
                    ))
                });
                found.collect()
            })
            .await
    }

    async fn versions(&self, ids: &[AccountId]) -> Result<Vec<(AccountId, i64)>, StoreError> {
        self.read_versions(ids).await
    }

    async fn by_email(&self, email: &Email) -> Result<Option<Account>, StoreError> {
        self.read_account(BY_EMAIL, email.as_str().to_owned()).await
    }

    async fn by_identity(&self, key: &IdentityKey) -> Result<Option<Account>, StoreError> {
        self.read_account(BY_IDENTITY, key.indexed()).await
    }

    async fn after(
        &self,
        after: Option<AccountId>,
        limit: usize,
    ) -> Result<Vec<Account>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let after = after.map(|id| id.to_string()).unwrap_or_default();
        self.readers
            .run(move |connection| {
                let mut statement = connection.prepare_cached(AFTER)?;
                let found =
                    statement.query_map(params![after, limit], |row| document::column(row, 0))?;
                found
                    .map(|account| account.map_err(StoreError::from)?)
                    .collect()
            })
            .await
    }

    async fn slowest_imported_hash(&self) -> Result<Option<u32>, StoreError> {
        let read = |connection: &Connection| {
            Ok(connection
                .prepare_cached(SLOWEST_IMPORTED)?
                .query_row([], |row| row.get(0))?)
        };
        self.readers.run(read).await
    }

    async fn save(&self, account: &Account) -> Result<WriteOutcome, StoreError> {
        let row = Row::of(&Account {
            version: account.version + 1,
            ..account.clone()
        })?;
        self.writer
            .run(move |connection| error::written(row.write(connection, SAVE)))
            .await
    }

    async fn mail_due(&self, now: Timestamp, limit: usize) -> Result<Vec<AccountId>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.readers
            .run(move |connection| ids(connection, MAIL_DUE, params![now, limit]))
            .await
    }

    async fn mail_parked(
        &self,
        after: Option<AccountId>,
        limit: usize,
    ) -> Result<Vec<AccountId>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let after = after.map(|id| id.to_string()).unwrap_or_default();
        self.readers
            .run(move |connection| ids(connection, MAIL_PARKED, params![after, limit]))
            .await
    }

    async fn mail_queue(&self) -> Result<QueueLength, StoreError> {
        self.readers
            .run(|connection| {
                let mut statement = connection.prepare_cached(MAIL_QUEUE)?;
                Ok(statement.query_row([], |row| {
                    let oldest: Option<i64> = row.get(1)?;
                    Ok(QueueLength {
                        emails: row.get::<_, i64>(0)?.unsigned_abs(),
                        oldest: oldest.map(Timestamp::from_millis),
                    })
                })?)
            })
            .await
    }

    async fn increment(
        &self,
        key: &str,
        window: Duration,
        now: Timestamp,
    ) -> Result<Attempts, StoreError> {
        let key = key.to_owned();
        self.writer
            .run(move |connection| {
                let (count, resets_at) = connection
                    .prepare_cached(COUNT)?
                    .query_row(params![key, now, now.plus(window)], |row| {
                        Ok((row.get(0)?, row.get(1)?))
                    })?;
                Ok(Attempts {
                    count,
                    resets_at: Timestamp::from_millis(resets_at),
                })
            })
            .await
    }

    async fn decrement(&self, key: &str, now: Timestamp) -> Result<(), StoreError> {
        let key = key.to_owned();
        self.writer
            .run(move |connection| {
                connection
                    .prepare_cached(DECREMENT)?
                    .execute(params![key, now])?;
                Ok(())
            })
            .await
    }

    async fn purge(&self, now: Timestamp) -> Result<(), StoreError> {
        for sql in [PURGE_ATTEMPTS, PURGE_ACCOUNTS, PURGE_RESERVED] {
            let step = move |connection: &Connection| {
                Ok(connection
                    .prepare_cached(sql)?
                    .execute(params![now, PURGE_STEP])?)
            };
            while self.writer.run(step).await? == usize::from(PURGE_STEP) {}
        }
        Ok(())
    }

    async fn probe(&self) -> Result<(), StoreError> {
        self.writer.run(probe::run).await
    }
}

/// Returns the ids that a query finds.
fn ids(
    connection: &Connection,
    sql: &str,
    parameters: &[&dyn ToSql],
) -> Result<Vec<AccountId>, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let ids = statement.query_map(parameters, |row| row.get::<_, String>(0))?;
    ids.map(|id| {
        id?.parse()
            .map_err(|error| StoreError::Corrupt(Box::new(error)))
    })
    .collect()
}
