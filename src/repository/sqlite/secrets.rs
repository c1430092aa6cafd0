//! The fingerprints of the secrets that the file's data needs.

use rusqlite::params;

use super::SqliteRepository;
use crate::repository::StoreError;

const ALL: &str = "SELECT fingerprint FROM _secrets ORDER BY fingerprint";
const RECORD: &str = "INSERT OR IGNORE INTO _secrets (fingerprint, recorded_at)
    VALUES (?1, CAST(unixepoch('subsec') * 1000 AS INTEGER))";
const FORGET: &str = "DELETE FROM _secrets WHERE fingerprint = ?1";

impl SqliteRepository {
    pub(super) async fn read_secrets(&self) -> Result<Vec<String>, StoreError> {
        self.readers
            .run(|connection| {
                let mut statement = connection.prepare_cached(ALL)?;
                let found = statement.query_map([], |row| row.get(0))?;
                Ok(found.collect::<Result<_, _>>()?)
            })
            .await
    }

    pub(super) async fn write_secret(&self, fingerprint: &str) -> Result<(), StoreError> {
        self.change_secrets(RECORD, fingerprint).await
    }

    pub(super) async fn delete_secret(&self, fingerprint: &str) -> Result<(), StoreError> {
        self.change_secrets(FORGET, fingerprint).await
    }

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
