//! Reads the versions of accounts.

use serde_json::json;

use super::SqliteRepository;
use crate::model::AccountId;
use crate::repository::StoreError;

const VERSIONS: &str =
    "SELECT id, version FROM accounts WHERE id IN (SELECT value FROM json_each(?1))";

impl SqliteRepository {
    pub(super) async fn read_versions(
        &self,
        ids: &[AccountId],
    ) -> Result<Vec<(AccountId, i64)>, StoreError> {
        let ids = json!(ids).to_string();
        self.readers
            .run(move |connection| {
                let mut statement = connection.prepare_cached(VERSIONS)?;
                let rows = statement.query_map([ids], |row| Ok((row.get(0)?, row.get(1)?)))?;
                let found = rows.map(|row: rusqlite::Result<(String, i64)>| {
                    let (id, version) = row?;
                    let id = id.parse();
                    let id = id.map_err(|error| StoreError::Corrupt(Box::new(error)))?;
                    Ok((id, version))
                });
                found.collect()
            })
            .await
    }
}
