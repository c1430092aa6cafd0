//! The database file: its modes and settings.

use std::fs::{DirBuilder, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::super::StoreError;
use super::schema;

/// The time to wait for another process that holds the write lock: less than a caller waits for its
/// answer.
const BUSY: Duration = Duration::from_millis(1500);

/// Opens the connection that writes, and ensures that the file exists, is private, and has the
/// current schema.
pub(super) fn open_for_writing(path: &Path) -> Result<Connection, StoreError> {
    create(path).map_err(|error| StoreError::Unavailable(Box::new(error)))?;
    let mut connection = open(path)?;
    let mode: String =
        connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
    if mode != "wal" {
        return Err(StoreError::Unavailable(
            "the file system of the store cannot hold a write-ahead log".into(),
        ));
    }
    // A commit is an fsync: NORMAL would lose acknowledged writes in a power failure.
    connection.pragma_update(None, "synchronous", "full")?;
    schema::migrate(&mut connection)?;
    Ok(connection)
}

/// Opens a connection that only reads.
pub(super) fn open_for_reading(path: &Path) -> rusqlite::Result<Connection> {
    let connection = open(path)?;
    // Not SQLITE_OPEN_READ_ONLY: a reader of a write-ahead log takes part in its locks, which are
    // kept in a file.
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

/// Opens a connection. Without `SQLITE_OPEN_URI` a path stays a path, however it begins. One thread
/// at a time uses a connection.
fn open(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    Ok(connection)
}

/// Creates the file before SQLite does, which would let the umask choose its mode. The log beside
/// it inherits the mode.
fn create(path: &Path) -> io::Result<()> {
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
    }
    OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)?;
    Ok(())
}
