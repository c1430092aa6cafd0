//! Deletes accounts, and what counts belong to them.

use async_trait::async_trait;
use rusqlite::params;
use serde_json::json;

use super::statements::{DELETE, DELETIONS_DUE, FORGET, OTHER_ADMINISTRATOR};
use super::{SqliteRepository, ids};
use crate::model::{Account, AccountId, Timestamp};
use crate::repository::{Deletions, StoreError, WriteOutcome};

#[async_trait]
impl Deletions for SqliteRepository {
    async fn deletions_due(
        &self,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<AccountId>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.readers
            .run(move |connection| ids(connection, DELETIONS_DUE, params![now, limit]))
            .await
    }

    async fn delete(&self, account: &Account) -> Result<WriteOutcome, StoreError> {
        let (id, version) = (account.id.to_string(), account.version);
        let delete = move |connection: &rusqlite::Connection| {
            let mut statement = connection.prepare_cached(DELETE)?;
            Ok(match statement.execute(params![id, version])? {
                0 => WriteOutcome::VersionConflict,
                _ => WriteOutcome::Done,
            })
        };
        self.writer.run(delete).await
    }

    async fn forget_attempts(&self, keys: &[String]) -> Result<(), StoreError> {
        let keys = json!(keys).to_string();
        let delete = move |connection: &rusqlite::Connection| {
            connection.prepare_cached(FORGET)?.execute([keys])?;
            Ok(())
        };
        self.writer.run(delete).await
    }

    async fn has_administrator_besides(
        &self,
        id: AccountId,
        marked_since: Timestamp,
    ) -> Result<bool, StoreError> {
        let id = id.to_string();
        self.readers
            .run(move |connection| {
                let mut statement = connection.prepare_cached(OTHER_ADMINISTRATOR)?;
                Ok(statement.query_row(params![id, marked_since], |row| row.get(0))?)
            })
            .await
    }
}
