//! The probe of the store: one row that is written and deleted.

use rusqlite::Connection;

use super::super::StoreError;

// A row that is left from a probe that failed half-way is replaced.
const INSERT: &str = "INSERT OR REPLACE INTO _probe (id, version, count) VALUES (1, 0, 0)";
const SWAP: &str = "UPDATE _probe SET version = 1 WHERE id = 1 AND version = 0";
const COUNT: &str = "UPDATE _probe SET count = count + 1 WHERE id = 1 AND version = 1";
const DELETE: &str = "DELETE FROM _probe WHERE id = 1 AND count = 1";

/// Writes, changes, counts and deletes the row.
pub(super) fn run(connection: &Connection) -> Result<(), StoreError> {
    for step in [INSERT, SWAP, COUNT, DELETE] {
        if connection.prepare_cached(step)?.execute([])? != 1 {
            return Err(StoreError::Unavailable("a write changed nothing".into()));
        }
    }
    Ok(())
}
