//! A separate database for each test, on a real MongoDB.

use std::sync::atomic::{AtomicUsize, Ordering};

use mongodb::Client;
use mongodb::bson::{Document, doc};
use tokio::runtime::Runtime;

use super::mail_server::escaped;
use crate::mongod;

/// A database on the server that all tests share, dropped with this.
pub struct Database {
    pub url: String,
}

impl Database {
    pub fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        Self {
            url: mongod::url(&format!("latchkey_program_{}_{number}", std::process::id())),
        }
    }

    /// Creates a user who may use the database, and returns the URL with their password.
    pub fn with_user(&self, user: &str, password: &str) -> String {
        self.run(doc! { "createUser": user, "pwd": password, "roles": ["readWrite"] })
            .unwrap();
        let (scheme, rest) = self.url.split_once("://").unwrap();
        let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
        format!("{scheme}://{}:{}@{host}", escaped(user), escaped(password))
    }

    /// Returns every document in it as text.
    pub fn dump(&self) -> String {
        Runtime::new().unwrap().block_on(async {
            let client = Client::with_uri_str(&self.url).await.unwrap();
            let database = client.default_database().expect("the URL names it");
            let mut text = String::new();
            for name in database.list_collection_names().await.unwrap() {
                let mut found = database
                    .collection::<Document>(&name)
                    .find(doc! {})
                    .await
                    .unwrap();
                while found.advance().await.unwrap() {
                    text += &found.deserialize_current().unwrap().to_string();
                }
            }
            text
        })
    }

    fn run(&self, command: Document) -> mongodb::error::Result<Document> {
        Runtime::new().unwrap().block_on(async {
            let client = Client::with_uri_str(&self.url).await?;
            client
                .default_database()
                .expect("the URL names it")
                .run_command(command)
                .await
        })
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // A server that the developer named outlives the tests, and would keep the database.
        _ = self.run(doc! { "dropAllUsersFromDatabase": 1 });
        _ = self.run(doc! { "dropDatabase": 1 });
    }
}
