use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use latchkey::model::Account;
use latchkey::repository::{Repository, SqliteRepository, StoreError};
use rusqlite::{Connection, params};
use serde_json::Value;
use tempfile::TempDir;

use super::Versions;

struct Sqlite {
    older: Arc<SqliteRepository>,
    path: PathBuf,
    _folder: TempDir,
}

impl Sqlite {
    /// Opens a file, whose table has a column of a newer version.
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("latchkey.db");
        let older = Arc::new(SqliteRepository::open(&path).expect("a store"));
        let store = Self {
            older,
            path,
            _folder: folder,
        };
        let column = "ALTER TABLE accounts ADD COLUMN newer INTEGER NOT NULL DEFAULT 0";
        store.file().execute(column, []).expect("a column");
        store
    }

    fn file(&self) -> Connection {
        let file = Connection::open(&self.path).expect("a file");
        file.busy_timeout(std::time::Duration::from_secs(5))
            .expect("a time");
        file
    }
}

#[async_trait]
impl Versions for Sqlite {
    fn older(&self) -> Arc<dyn Repository> {
        self.older.clone()
    }

    async fn set(&self, account: &Account, fields: &[(String, i64)]) {
        let file = self.file();
        for (path, number) in fields {
            let steps = path.split('.').map(|step| match step.parse::<usize>() {
                Ok(place) => format!("[{place}]"),
                Err(_) => format!(".{step}"),
            });
            let path = format!("${}", steps.collect::<String>());
            let set = "UPDATE accounts SET document = json_set(document, ?2, ?3), newer = ?3 WHERE id = ?1";
            let changed = file.execute(set, params![account.id.to_string(), path, number]);
            assert_eq!(changed, Ok(1));
        }
    }

    async fn stored(&self, account: &Account) -> Value {
        let read = "SELECT document FROM accounts WHERE id = ?1";
        let text: String = self
            .file()
            .query_row(read, [account.id.to_string()], |row| row.get(0))
            .expect("it is there");
        serde_json::from_str(&text).expect("it is JSON")
    }

    async fn increment(&self, account: &Account, version: i64) -> bool {
        let increment = "UPDATE accounts SET version = version + 1, newer = newer + 1,
            document = json_set(document, '$.version', version + 1,
                '$.newerCount', coalesce(json_extract(document, '$.newerCount'), 0) + 1)
            WHERE id = ?1 AND version = ?2";
        let changed = self
            .file()
            .execute(increment, params![account.id.to_string(), version]);
        changed.expect("the file answers") == 1
    }
}

macro_rules! cases {
    ($($case:ident)+) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                super::$case(&Sqlite::new()).await;
            }
        )+
    };
}

for_each_case!(cases);

#[tokio::test]
async fn newer_column_keeps_its_value_through_a_save() {
    let (store, account) = (Sqlite::new(), crate::arrange::active("ada@x.test"));
    store.older.insert(&account).await.expect("an answer");
    assert!(store.increment(&account, 0).await);
    let found = store.older.by_id(account.id).await.expect("an answer");
    super::save(&store, found.expect("it is there")).await;
    let newer = store
        .file()
        .query_row("SELECT newer FROM accounts", [], |row| row.get(0));
    assert_eq!(newer, Ok(1));
}

fn version(file: &Connection) -> i64 {
    let version = file.pragma_query_value(None, "user_version", |row| row.get(0));
    version.expect("a version")
}

#[tokio::test]
async fn file_records_each_version_that_it_has_had() {
    let store = Sqlite::new();
    let file = store.file();
    let version = version(&file);
    let recorded = "SELECT oldest <= version AND recorded_at > 0 AND latchkey = ?2
        FROM _schema WHERE version = ?1";
    let recorded = file.query_row(
        recorded,
        params![version, env!("CARGO_PKG_VERSION")],
        |row| row.get(0),
    );
    assert_eq!(recorded, Ok(true));
    // Opening it again records nothing more.
    drop(SqliteRepository::open(&store.path).expect("a store"));
    let rows = file.query_row("SELECT count(*) FROM _schema", [], |row| row.get(0));
    assert_eq!(rows, Ok(1));
}

#[tokio::test]
async fn newer_file_opens_only_if_it_allows_older_versions() {
    let store = Sqlite::new();
    let file = store.file();
    let version = version(&file);
    let newer = version + 1;
    file.pragma_update(None, "user_version", newer)
        .expect("it is set");
    for (oldest, opens) in [(version, true), (newer, false)] {
        let record = "INSERT OR REPLACE INTO _schema VALUES (?1, ?2, 'newer', 1)";
        file.execute(record, [newer, oldest]).expect("it is set");
        match SqliteRepository::open(&store.path) {
            Ok(_) => assert!(opens),
            Err(error) => {
                assert!(
                    !opens && matches!(error, StoreError::Unusable(_)),
                    "{error}"
                );
                assert!(error.to_string().contains("run a newer latchkey"));
            }
        }
    }
}

#[tokio::test]
async fn probe_removes_its_row_and_an_abandoned_one() {
    let store = Sqlite::new();
    let file = store.file();
    let abandoned = "INSERT INTO _probe VALUES (1, 1, 7)";
    file.execute(abandoned, []).expect("a row");
    store.older.probe().await.expect("the store answers");
    let rows = file.query_row("SELECT count(*) FROM _probe", [], |row| row.get(0));
    assert_eq!(rows, Ok(0));
}
