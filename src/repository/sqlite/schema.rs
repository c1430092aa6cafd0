//! The schema of the database file, and its versions.

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use super::super::StoreError;

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
    -- A row for each version that the file has had. A program that knows version `oldest` may use a file of `version`.
    CREATE TABLE _schema (
        version INTEGER NOT NULL PRIMARY KEY,
        oldest INTEGER NOT NULL,
        latchkey TEXT NOT NULL,
        recorded_at INTEGER NOT NULL
    ) STRICT;
    -- The one row that a probe writes and deletes.
    CREATE TABLE _probe (
        id INTEGER NOT NULL PRIMARY KEY,
        version INTEGER NOT NULL,
        count INTEGER NOT NULL
    ) STRICT;
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
", "
    -- The time at which the worker deletes the account.
    ALTER TABLE accounts ADD COLUMN deletes_at INTEGER;
    CREATE INDEX accounts_deletes ON accounts (deletes_at, id) WHERE deletes_at IS NOT NULL;
    -- 1 for an administrator. An older program leaves it as it is: the document says if it is still right.
    ALTER TABLE accounts ADD COLUMN administrator INTEGER;
    UPDATE accounts SET administrator = 1 WHERE json_extract(document, '$.state.active.role') = 'admin';
    CREATE INDEX accounts_administrators ON accounts (id) WHERE administrator IS NOT NULL;
", "
    -- The fingerprints of the secrets that the data needs.
    CREATE TABLE _secrets (
        fingerprint TEXT NOT NULL PRIMARY KEY,
        recorded_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
", "
    -- The accounts at providers that an account links, as a list in JSON.
    ALTER TABLE accounts ADD COLUMN identities TEXT;
    CREATE TABLE identities (
        key TEXT NOT NULL PRIMARY KEY,
        account TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX identities_account ON identities (account);
    CREATE TRIGGER accounts_inserted_identities AFTER INSERT ON accounts WHEN NEW.identities IS NOT NULL
        BEGIN INSERT INTO identities SELECT value, NEW.id FROM json_each(NEW.identities); END;
    CREATE TRIGGER accounts_updated_identities AFTER UPDATE ON accounts WHEN NEW.identities IS NOT OLD.identities
        BEGIN
            DELETE FROM identities WHERE account = NEW.id;
            INSERT INTO identities SELECT value, NEW.id FROM json_each(NEW.identities);
        END;
    CREATE TRIGGER accounts_deleted_identities AFTER DELETE ON accounts WHEN OLD.identities IS NOT NULL
        BEGIN DELETE FROM identities WHERE account = OLD.id; END;
"];

/// The oldest version of the schema whose programs may use a file of the current one: they leave
/// columns and fields that they do not know as they are.
const OLDEST: u16 = 3;

const RECORD: &str = "INSERT INTO _schema (version, oldest, latchkey, recorded_at)
    SELECT user_version, ?1, ?2, CAST(unixepoch('subsec') * 1000 AS INTEGER) FROM pragma_user_version";

/// Runs the missing migrations in one transaction: a crash leaves all or none, and a second process
/// waits.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version: u16 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    match STEPS.get(usize::from(version)..) {
        Some([]) => {}
        Some(missing) => {
            missing
                .iter()
                .try_for_each(|step| transaction.execute_batch(step))?;
            transaction.execute_batch(&format!("PRAGMA user_version = {}", STEPS.len()))?;
            let latchkey = env!("CARGO_PKG_VERSION");
            transaction.execute(RECORD, params![OLDEST, latchkey])?;
        }
        None => check_newer(&transaction, version)?,
    }
    Ok(transaction.commit()?)
}

/// Refuses a file of a newer version, unless that has recorded that this version may use it.
fn check_newer(transaction: &Transaction<'_>, version: u16) -> Result<(), StoreError> {
    let recorded = "SELECT oldest FROM _schema WHERE version = ?1";
    let oldest: Option<u16> = transaction
        .query_row(recorded, [version], |row| row.get(0))
        .optional()?;
    let known = STEPS.len();
    if oldest.is_some_and(|oldest| usize::from(oldest) <= known) {
        return Ok(());
    }
    let text = format!(
        "its schema has version {version}, this latchkey knows {known}: run a newer latchkey"
    );
    Err(StoreError::Unusable(text))
}
