//! SQLite only: the database file.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use latchkey::repository::{Repository, SqliteRepository, StoreError, WriteOutcome};
use rusqlite::Connection;

use crate::arrange::{NOW, active, whole};

fn open(path: &Path) -> SqliteRepository {
    SqliteRepository::open(path).expect("a store")
}

#[tokio::test]
async fn acknowledged_writes_survive_a_process_crash() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, copy) = (
        folder.path().join("latchkey.db"),
        folder.path().join("copy.db"),
    );
    let store = open(&path);
    let mut account = whole("ada@x.test");
    store.insert(&account).await.expect("the store answers");
    store.save(&account).await.expect("the store answers");
    store
        .increment("login", Duration::from_mins(1), NOW)
        .await
        .expect("the store answers");
    // A crash leaves the files as they are now, not closed.
    fs::copy(&path, &copy).expect("a copy");
    fs::copy(path.with_extension("db-wal"), copy.with_extension("db-wal")).expect("a copy");
    let after = open(&copy);
    account.version = 1;
    assert_eq!(
        after.by_id(account.id).await.expect("the store answers"),
        Some(account)
    );
    assert_eq!(
        after
            .increment("login", Duration::from_mins(1), NOW)
            .await
            .expect("the store answers")
            .count,
        2
    );
}

#[tokio::test]
async fn acknowledged_writes_survive_a_clean_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("latchkey.db");
    let account = whole("ada@x.test");
    assert_eq!(
        open(&path)
            .insert(&account)
            .await
            .expect("the store answers"),
        WriteOutcome::Done
    );
    let after = open(&path);
    assert_eq!(
        after
            .by_email(&account.email)
            .await
            .expect("the store answers"),
        Some(account)
    );
}

#[tokio::test]
async fn database_files_are_accessible_to_owner_only() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("one/two/latchkey.db");
    let store = open(&path);
    store
        .insert(&active("ada@x.test"))
        .await
        .expect("the store answers");
    let mode = |path: &Path| {
        fs::metadata(path)
            .expect("it is there")
            .permissions()
            .mode()
            & 0o777
    };
    for (name, expected) in [
        ("", 0o700),
        ("two", 0o700),
        ("two/latchkey.db", 0o600),
        ("two/latchkey.db-wal", 0o600),
    ] {
        assert_eq!(
            mode(&folder.path().join("one").join(name)),
            expected,
            "one/{name}"
        );
    }
    assert_eq!(mode(&path.with_extension("db-shm")), 0o600);
}

#[test]
fn file_of_newer_version_is_rejected_and_unchanged() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("latchkey.db");
    drop(open(&path));
    let version = |connection: &Connection| {
        connection.pragma_query_value(None, "user_version", |row| row.get(0))
    };
    let file = Connection::open(&path).expect("a file");
    file.pragma_update(None, "user_version", 99)
        .expect("it is set");
    let Err(StoreError::Unusable(error)) = SqliteRepository::open(&path) else {
        panic!("the file is rejected")
    };
    assert!(error.contains("run a newer latchkey"), "{error}");
    assert_eq!(version(&file), Ok(99));
}

#[test]
fn file_that_is_no_database_is_rejected() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("latchkey.db");
    fs::write(
        &path,
        "no database, but a file of some length; ".repeat(200),
    )
    .expect("a file");
    assert!(matches!(
        SqliteRepository::open(&path),
        Err(StoreError::Corrupt(_))
    ));
}

#[tokio::test]
async fn unreadable_document_is_error_that_quotes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("latchkey.db");
    let (store, account) = (open(&path), active("ada@x.test"));
    store.insert(&account).await.expect("the store answers");
    let file = Connection::open(&path).expect("a file");
    file.execute(
        "UPDATE accounts SET document = json_set(document, '$.version', 's3cret')",
        [],
    )
    .expect("an update");
    let other = active("bob@x.test");
    store.insert(&other).await.expect("the store answers");
    let ids = [account.id, other.id];
    let both = store.by_ids(&ids).await.expect("the store answers");
    // It fails its own reader alone.
    for (id, found) in both {
        assert_eq!(found.is_ok(), id == other.id, "{found:?}");
    }
    let error = store.by_id(account.id).await.expect_err("it is none");
    assert!(
        matches!(error, StoreError::Corrupt(_)) && !format!("{error} {error:?}").contains("s3cret"),
        "{error}"
    );
}

#[tokio::test]
async fn locked_database_allows_reads_and_fails_writes_quickly() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("latchkey.db");
    let (store, ada, bob) = (open(&path), active("ada@x.test"), active("bob@x.test"));
    store.insert(&ada).await.expect("the store answers");
    let other = Connection::open(&path).expect("a file");
    other.execute_batch("BEGIN IMMEDIATE").expect("the lock");
    let began = Instant::now();
    assert!(matches!(
        store.insert(&bob).await,
        Err(StoreError::Unavailable(_))
    ));
    assert!(
        began.elapsed() < Duration::from_secs(2),
        "{:?}",
        began.elapsed()
    );
    assert_eq!(store.by_id(ada.id).await.expect("reads go on"), Some(ada));
    other.execute_batch("COMMIT").expect("the lock is free");
    assert_eq!(store.by_id(bob.id).await.expect("the store answers"), None);
    assert_eq!(
        store.insert(&bob).await.expect("the store answers"),
        WriteOutcome::Done
    );
}
