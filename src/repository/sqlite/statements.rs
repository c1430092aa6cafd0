//! The statements.
//!
//! Each write is one statement: when it fails, SQLite undoes only that one, so the writes of one
//! group need no savepoints.

pub(super) const BY_ID: &str = "SELECT id, document FROM accounts WHERE id = ?1";

pub(super) const BY_IDS: &str =
    "SELECT id, document FROM accounts WHERE id IN (SELECT value FROM json_each(?1))";

pub(super) const BY_EMAIL: &str = "SELECT document FROM accounts WHERE email = ?1";

pub(super) const BY_IDENTITY: &str = "SELECT document FROM accounts
    WHERE id = (SELECT account FROM identities WHERE key = ?1)";

pub(super) const INSERT: &str = "INSERT INTO accounts
    (id, version, email, mobile_number, mail_due_at, expires_at, document, imported_millis, reserved,
        deletes_at, administrator, identities)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";

pub(super) const SAVE: &str = "UPDATE accounts
    SET version = ?2, email = ?3, mobile_number = ?4, mail_due_at = ?5, expires_at = ?6, document = ?7,
        imported_millis = ?8, reserved = ?9, deletes_at = ?10, administrator = ?11,
        identities = ?12
    WHERE id = ?1 AND version = ?2 - 1";

pub(super) const AFTER: &str = "SELECT document FROM accounts WHERE id > ?1 ORDER BY id LIMIT ?2";

pub(super) const SLOWEST_IMPORTED: &str =
    "SELECT max(imported_millis) FROM accounts WHERE imported_millis IS NOT NULL";

pub(super) const MAIL_DUE: &str =
    "SELECT id FROM accounts WHERE mail_due_at <= ?1 ORDER BY mail_due_at, id LIMIT ?2";

pub(super) const MAIL_PARKED: &str = "SELECT id FROM accounts
    WHERE id > ?1 AND EXISTS (
        SELECT 1 FROM json_each(document, '$.outbox') WHERE json_extract(value, '$.dueAt') IS NULL
    )
    ORDER BY id LIMIT ?2";

pub(super) const MAIL_QUEUE: &str = "SELECT count(*), min(json_extract(value, '$.writtenAt'))
    FROM accounts, json_each(document, '$.outbox')
    WHERE mail_due_at IS NOT NULL AND json_extract(value, '$.dueAt') IS NOT NULL";

pub(super) const COUNT: &str = "INSERT INTO attempts (key, count, resets_at) VALUES (?1, 1, ?3)
    ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN resets_at > ?2 THEN count + 1 ELSE 1 END,
        resets_at = CASE WHEN resets_at > ?2 THEN resets_at ELSE ?3 END
    RETURNING count, resets_at";

pub(super) const DECREMENT: &str =
    "UPDATE attempts SET count = count - 1 WHERE key = ?1 AND resets_at > ?2 AND count > 0";

pub(super) const PURGE_ATTEMPTS: &str =
    "DELETE FROM attempts WHERE key IN (SELECT key FROM attempts WHERE resets_at <= ?1 LIMIT ?2)";

pub(super) const PURGE_ACCOUNTS: &str =
    "DELETE FROM accounts WHERE id IN (SELECT id FROM accounts WHERE expires_at <= ?1 LIMIT ?2)";

pub(super) const PURGE_RESERVED: &str = "DELETE FROM reserved_emails
    WHERE email IN (SELECT email FROM reserved_emails WHERE until <= ?1 LIMIT ?2)";

pub(super) const DELETIONS_DUE: &str =
    "SELECT id FROM accounts WHERE deletes_at <= ?1 ORDER BY deletes_at, id LIMIT ?2";

pub(super) const DELETE: &str = "DELETE FROM accounts WHERE id = ?1 AND version = ?2";

pub(super) const FORGET: &str =
    "DELETE FROM attempts WHERE key IN (SELECT value FROM json_each(?1))";

pub(super) const OTHER_ADMINISTRATOR: &str = "SELECT EXISTS (
    SELECT 1 FROM accounts WHERE administrator IS NOT NULL AND id <> ?1
        AND json_extract(document, '$.state.active.role') = 'admin'
        AND json_extract(document, '$.state.active.suspendedAt') IS NULL
        AND json_extract(document, '$.state.active.deletesAt') IS NULL
        AND coalesce(json_extract(document, '$.steppingDownAt'), ?2) <= ?2
)";
