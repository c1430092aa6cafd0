//! Stores that the server may not use keep it from starting; a store that may become usable is
//! reported at the start.

use mongodb::bson::{Document, doc};
use rusqlite::Connection;
use tokio::runtime::Runtime;

use crate::support::database::Database;
use crate::support::home::Home;

/// Asserts that neither a server nor `check` accepts the store.
#[track_caller]
fn assert_refused(home: &Home, reason: &str) {
    for command in ["serve", "check"] {
        let ran = home.run(&[command], "");
        assert!(ran.code != Some(0), "{command}: {ran:#?}");
        assert!(
            ran.stderr.contains(reason) && ran.stderr.contains("LATCHKEY_STORE"),
            "{command}: {ran:#?}"
        );
    }
}

/// Inserts a document into a collection of the database.
fn insert(database: &Database, collection: &str, document: Document) {
    Runtime::new().unwrap().block_on(async {
        let client = mongodb::Client::with_uri_str(&database.url).await.unwrap();
        let collection = client.default_database().unwrap().collection(collection);
        collection.insert_one(document).await.unwrap();
    });
}

#[test]
fn newer_file_keeps_the_server_from_starting() {
    let home = Home::new();
    assert!(home.start().stop().success());
    let file = Connection::open(home.data().join("latchkey.db")).unwrap();
    file.pragma_update(None, "user_version", 99).unwrap();
    file.execute("INSERT INTO _schema VALUES (99, 99, 'newer', 1)", [])
        .unwrap();
    drop(file);
    assert_refused(&home, "run a newer latchkey");
}

#[test]
fn newer_mongodb_database_keeps_the_server_from_starting() {
    let database = Database::new();
    let home = Home::new().with("LATCHKEY_STORE", &database.url);
    assert!(home.start().stop().success());
    insert(&database, "_schema", doc! { "_id": 99, "oldest": 99 });
    assert_refused(&home, "run a newer latchkey");
}

#[test]
fn database_of_another_program_keeps_server_from_starting() {
    let database = Database::new();
    insert(&database, "accounts", doc! { "name": "Ledger" });
    let home = Home::new().with("LATCHKEY_STORE", &database.url);
    assert_refused(&home, "belongs to another program");
}

#[test]
fn wrong_replica_set_is_logged_at_the_start() {
    let database = Database::new();
    let url = format!("{}?replicaSet=other", database.url.trim_end_matches('?'));
    let home = Home::new().with("LATCHKEY_STORE", url);
    let server = home.start();
    assert_eq!(server.client().get("/health/ready").status, 503);
    home.logged("it belongs to no replica set", 1);
    assert!(server.stop().success());
}
