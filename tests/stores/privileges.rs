//! A MongoDB that wants a login: users with fewer privileges than `readWrite`.

use std::sync::Arc;

use latchkey::repository::{MongoRepository, PolledChanges, Repository, StoreError, WriteOutcome};
use mongodb::bson::doc;
use mongodb::{Client, Database};

use crate::arrange::{NOW, active};
use crate::mongod::Mongod;
use crate::mongodb_only::connect;
use crate::store;

const ADMIN: &str = "admin:admin";
const DATABASE: &str = "latchkey";

/// A server with an administrator.
struct Guarded {
    server: Mongod,
    database: Database,
}

impl Guarded {
    async fn start() -> Self {
        let server = Mongod::started(&["--auth"]);
        let create = doc! { "createUser": "admin", "pwd": "admin", "roles": ["root"] };
        // The first user may be created without a login.
        let first = Client::with_uri_str(server.url("admin"))
            .await
            .expect("a URL");
        first
            .database("admin")
            .run_command(create)
            .await
            .expect("a user");
        let admin = Client::with_uri_str(login(&server, ADMIN))
            .await
            .expect("a URL");
        let database = admin.database(DATABASE);
        Self { server, database }
    }

    /// Creates a user who may do this and nothing else, and connects as them.
    async fn user(&self, name: &str, actions: &[&str]) -> MongoRepository {
        let all = doc! { "db": DATABASE, "collection": "" };
        let privileges = vec![doc! { "resource": all, "actions": actions }];
        let role = doc! { "createRole": name, "privileges": privileges, "roles": [] };
        let user = doc! { "createUser": name, "pwd": name, "roles": [name] };
        for command in [role, user] {
            self.database.run_command(command).await.expect("an answer");
        }
        let url = login(&self.server, &format!("{name}:{name}"));
        connect(&url.replace("authSource=admin", "authSource=latchkey"))
    }
}

fn login(server: &Mongod, user: &str) -> String {
    let address = server.address();
    format!("mongodb://{user}@{address}/{DATABASE}?authSource=admin")
}

async fn refusal(store: &MongoRepository) -> String {
    let refused = store.probe().await.expect_err("it is refused").to_string();
    assert!(!refused.contains('{'), "{refused}");
    refused
}

#[tokio::test]
async fn server_without_create_index_needs_existing_indexes() {
    let _alone = store::alone().await;
    let guarded = Guarded::start().await;
    let minimal = ["find", "insert", "update", "remove"];
    let lister = [&minimal[..], &["listIndexes"]].concat();

    let store = guarded.user("lister", &lister).await;
    let refused = refusal(&store).await;
    assert!(
        refused.contains("email_unique of accounts is missing") && refused.contains("createIndex"),
        "{refused}"
    );

    // An administrator's `check` or server creates them.
    let admin = connect(&login(&guarded.server, ADMIN));
    admin.probe().await.expect("the store answers");
    for expected in [WriteOutcome::Done, WriteOutcome::EmailTaken] {
        let written = store.insert(&active("ada@x.test")).await;
        assert_eq!(written.expect("the store answers"), expected);
    }
    store.probe().await.expect("the store answers");
    store.purge(NOW).await.expect("the store answers");

    let blind = guarded.user("blind", &minimal).await;
    let refused = refusal(&blind).await;
    assert!(
        refused.contains("neither the privilege createIndex nor listIndexes"),
        "{refused}"
    );
}

#[tokio::test]
async fn missing_privilege_is_named_without_any_data() {
    let _alone = store::alone().await;
    let guarded = Guarded::start().await;
    let admin = connect(&login(&guarded.server, ADMIN));
    admin.probe().await.expect("the store answers");
    let reader = guarded.user("reader", &["find", "listIndexes"]).await;
    let refused = refusal(&reader).await;
    assert!(
        refused.contains("Unauthorized (13): not authorized on latchkey")
            && refused.contains("insert on _probe"),
        "{refused}"
    );
    let account = active("s3cret@x.test");
    let refused = reader.insert(&account).await.expect_err("it is refused");
    let text = format!("{refused} {refused:?}");
    assert!(
        text.contains("insert on accounts") && !text.contains("s3cret"),
        "{text}"
    );
    let none = guarded.user("none", &["collStats"]).await;
    assert!(refusal(&none).await.contains("find on _schema"));
}

#[tokio::test]
async fn missing_privilege_of_change_streams_is_named() {
    let _alone = store::alone().await;
    let guarded = Guarded::start().await;
    let admin = connect(&login(&guarded.server, ADMIN));
    admin.probe().await.expect("the store answers");
    let minimal = ["find", "insert", "update", "remove", "listIndexes"];
    let with_streams = [&minimal[..], &["changeStream"]].concat();
    for (name, actions, is_named) in [
        ("minimal", &minimal[..], true),
        ("full", &with_streams, false),
    ] {
        let store: Arc<dyn Repository> = Arc::new(guarded.user(name, actions).await);
        let changes = store.changes(PolledChanges::new(store.clone()));
        let problem = changes.expect("a feed").problem().await;
        let names_it = problem.is_some_and(|it| it.contains("`changeStream`"));
        assert_eq!(names_it, is_named, "{name}: {problem:?}");
    }
}

#[tokio::test]
async fn wrong_password_is_reported_as_such() {
    let _alone = store::alone().await;
    let guarded = Guarded::start().await;
    let store = connect(&login(&guarded.server, "admin:s3cret"));
    let refused = store.probe().await.expect_err("it is refused");
    assert!(matches!(refused, StoreError::Unreachable(_)), "{refused}");
    let text = format!("{refused} {refused:?}");
    assert!(
        text.contains("the login was refused") && !text.contains("s3cret"),
        "{text}"
    );
    let collections = guarded.database.list_collection_names().await;
    assert_eq!(collections.expect("an answer"), Vec::<String>::new());
}
