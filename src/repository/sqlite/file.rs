//! The database file: its modes, settings and schema.

use std::fs::{DirBuilder, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::super::StoreError;

/// The time to wait for another process that holds the write lock: less than a caller waits for its
/// answer.
const BUSY: Duration = Duration::from_millis(1500);

/// The migrations from an empty file to the current schema. `PRAGMA user_version` counts those that
/// were run; a released migration is never edited.
const STEPS: &[&str] = &["
    -- A row is too large for WITHOUT ROWID, which would keep whole documents in the inner nodes of the tree.
    CREATE TABLE accounts (
        id TEXT NOT NULL PRIMARY KEY,
        version INTEGER NOT NULL,
        email TEXT NOT NULL,
        mobile_number TEXT,
        mail_due_at INTEGER,
        expires_at INTEGER,
        document TEXT NOT NULL
    ) STRICT;
    -- SQLite looks at the newest index first: a client whose address and number are both taken learns of the address.
    CREATE UNIQUE INDEX accounts_mobile_number ON accounts (mobile_number) WHERE mobile_number IS NOT NULL;
    CREATE UNIQUE INDEX accounts_email ON accounts (email);
    CREATE INDEX accounts_mail_due ON accounts (mail_due_at, id) WHERE mail_due_at IS NOT NULL;
    CREATE INDEX accounts_expires ON accounts (expires_at) WHERE expires_at IS NOT NULL;

    CREATE TABLE attempts (
        key TEXT NOT NULL PRIMARY KEY,
        count INTEGER NOT NULL,
        resets_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX attempts_resets ON attempts (resets_at);
", "
    -- Wrong passwords are answered no sooner than the slowest imported hash takes.
    ALTER TABLE accounts ADD COLUMN imported_millis INTEGER;
    CREATE INDEX accounts_imported ON accounts (imported_millis) WHERE imported_millis IS NOT NULL;
", "
    -- Addresses that an account had, as pairs of address and end in JSON. They are its own until then.
    ALTER TABLE accounts ADD COLUMN reserved TEXT;
    CREATE TABLE reserved_emails (
        email TEXT NOT NULL PRIMARY KEY,
        account TEXT NOT NULL,
        until INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX reserved_emails_account ON reserved_emails (account);
    CREATE TRIGGER accounts_insert_reserved BEFORE INSERT ON accounts
        WHEN EXISTS (SELECT 1 FROM reserved_emails WHERE email = NEW.email AND account <> NEW.id)
        BEGIN SELECT RAISE(ABORT, 'reserved_email'); END;
    CREATE TRIGGER accounts_update_reserved BEFORE UPDATE ON accounts
        WHEN NEW.email <> OLD.email
            AND EXISTS (SELECT 1 FROM reserved_emails WHERE email = NEW.email AND account <> NEW.id)
        BEGIN SELECT RAISE(ABORT, 'reserved_email'); END;
    CREATE TRIGGER accounts_inserted AFTER INSERT ON accounts WHEN NEW.reserved IS NOT NULL
        BEGIN
            INSERT INTO reserved_emails
                SELECT json_extract(value, '$[0]'), NEW.id, json_extract(value, '$[1]') FROM json_each(NEW.reserved);
        END;
    CREATE TRIGGER accounts_updated AFTER UPDATE ON accounts WHEN NEW.reserved IS NOT OLD.reserved
        BEGIN
            DELETE FROM reserved_emails WHERE account = NEW.id;
            INSERT INTO reserved_emails
                SELECT json_extract(value, '$[0]'), NEW.id, json_extract(value, '$[1]') FROM json_each(NEW.reserved);
        END;
    CREATE TRIGGER accounts_deleted AFTER DELETE ON accounts WHEN OLD.reserved IS NOT NULL
        BEGIN DELETE FROM reserved_emails WHERE account = OLD.id; END;
"];

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
    migrate(&mut connection)?;
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

/// Runs the missing migrations in one transaction: a crash leaves all or none, and a second process
/// waits.
fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version: u16 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let Some(missing) = STEPS.get(usize::from(version)..) else {
        let known = STEPS.len();
        let text = format!(
            "its schema has version {version}, this latchkey knows {known}: run a newer latchkey"
        );
        return Err(StoreError::Corrupt(text.into()));
    };
    if !missing.is_empty() {
        missing
            .iter()
            .try_for_each(|step| transaction.execute_batch(step))?;
        transaction.execute_batch(&format!("PRAGMA user_version = {}", STEPS.len()))?;
    }
    Ok(transaction.commit()?)
}
