//! The fingerprints of the secrets that the file's data needs.

use async_trait::async_trait;
use rusqlite::params;

use super::SqliteRepository;
use crate::repository::{SecretRecords, StoreError};

const ALL: &str = "SELECT fingerprint FROM _secrets ORDER BY fingerprint";
const RECORD: &str = "INSERT OR IGNORE INTO _secrets (fingerprint, recorded_at)
    VALUES (?1, CAST(unixepoch('subsec') * 1000 AS INTEGER))";
const FORGET: &str = "DELETE FROM _secrets WHERE fingerprint = ?1";

#[async_trait]
impl SecretRecords for SqliteRepository {
    async fn secrets(&self) -> Result<Vec<String>, StoreError> {
        self.readers
            .run(|connection| {
                let mut statement = connection.prepare_cached(ALL)?;
                let found = statement.query_map([], |row| row.get(0))?;
                Ok(found.collect::<Result<_, _>>()?)
            })
            .await
    }

    async fn record_secret(&self, fingerprint: &str) -> Result<(), StoreError> {
        self.change_secrets(RECORD, fingerprint).await
    }

    async fn forget_secret(&self, fingerprint: &str) -> Result<(), StoreError> {
        self.change_secrets(FORGET, fingerprint).await
    }
}

impl SqliteRepository {
    async fn change_secrets(&self, sql: &'static str, fingerprint: &str) -> Result<(), StoreError> {
        let fingerprint = fingerprint.to_owned();
        self.writer
            .run(move |connection| {
                connection
                    .prepare_cached(sql)?
                    .execute(params![fingerprint])?;
                Ok(())
            })
            .await
    }
}
