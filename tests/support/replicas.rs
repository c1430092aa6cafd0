//! Replica sets of the servers that tests start.

use std::time::{Duration, Instant};

use mongodb::bson::{Document, doc};
use mongodb::{Client, Database};
use tokio::time::sleep;

use crate::mongod::Mongod;

/// The name of every set: `Mongod::started(&["--replSet", REPLICA_SET])`.
pub(crate) const REPLICA_SET: &str = "rs";

/// Makes the servers a replica set, and waits until the first one is its primary. The others are
/// elected in its place soon after it is gone.
pub(crate) async fn initiate(servers: &[&Mongod]) {
    let members: Vec<Document> = servers
        .iter()
        .enumerate()
        .map(|(index, server)| {
            let id = i32::try_from(index).expect("a few servers");
            let priority = if index == 0 { 2 } else { 1 };
            doc! { "_id": id, "host": server.address(), "priority": priority }
        })
        .collect();
    let settings = doc! { "electionTimeoutMillis": 2000 };
    let config = doc! { "_id": REPLICA_SET, "members": members, "settings": settings };
    let admin = admin(servers[0]).await;
    let initiated = admin.run_command(doc! { "replSetInitiate": config }).await;
    initiated.expect("it is initiated");
    let deadline = Instant::now() + Duration::from_mins(1);
    loop {
        let hello = admin.run_command(doc! { "hello": 1 }).await;
        let hello = hello.expect("it answers");
        if hello.get_bool("isWritablePrimary").unwrap_or(false) {
            return;
        }
        assert!(Instant::now() < deadline, "it was not elected: {hello}");
        sleep(Duration::from_millis(20)).await;
    }
}

/// Connects to one server, whatever its part in the set.
async fn admin(server: &Mongod) -> Database {
    let url = format!("{}?directConnection=true", server.url("admin"));
    let client = Client::with_uri_str(url).await;
    client.expect("a URL").database("admin")
}
