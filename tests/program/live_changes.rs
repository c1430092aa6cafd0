//! Live changes of the built program: over two nodes on a replica set and on a standalone server,
//! across the death of a primary, and on the embedded store.

use std::time::Duration;

use serde_json::json;
use tokio::runtime::Runtime;

use crate::mongod::Mongod;
use crate::replicas::{REPLICA_SET, initiate};
use crate::support::client::{Client, PASSWORD};
use crate::support::database::Database;
use crate::support::home::{Home, copy_folder};
use crate::support::server::Server;
use crate::support::socket::Socket;
use crate::support::{SOON, until};

/// The longest that the servers may take until they write again after the death of a primary.
const ELECTED: Duration = Duration::from_secs(40);

fn start_set(servers: usize) -> Vec<Mongod> {
    let set: Vec<_> = (0..servers)
        .map(|_| Mongod::started(&["--replSet", REPLICA_SET]))
        .collect();
    let members: Vec<_> = set.iter().collect();
    Runtime::new().unwrap().block_on(initiate(&members));
    set
}

fn url_of(set: &[Mongod]) -> String {
    let addresses: Vec<_> = set.iter().map(Mongod::address).collect();
    format!(
        "mongodb://{}/latchkey?replicaSet={REPLICA_SET}",
        addresses.join(",")
    )
}

/// Starts two nodes on one database.
fn start_nodes(store: &str) -> [(Home, Server); 2] {
    let home = || Home::unlimited().with("LATCHKEY_STORE", store);
    let (first, second) = (home(), home());
    let first_server = first.start();
    copy_folder(&first.data(), &second.data());
    let second_server = second.start();
    [(first, first_server), (second, second_server)]
}

/// Revokes every other session of a user, by a login on a node.
fn revoke_others(client: &Client) {
    let tokens = client.log_in("ada@x.test", PASSWORD);
    let caller = client.with_bearer(&tokens.access);
    let query = "mutation { revokeOtherSessions { __typename } }";
    let revoked = caller.try_post(query, &json!({})).unwrap();
    assert_eq!(revoked.get("errors"), None, "{revoked}");
}

/// Asserts that a revocation on the second node reaches a subscriber on the first.
fn assert_revocation_arrives(nodes: &[(Home, Server); 2]) {
    let [(_, first), (_, second)] = nodes;
    let tokens = first.client().sign_up("ada@x.test");
    let mut socket = Socket::subscribed(first, &tokens.access);
    revoke_others(&second.client());
    let (event, elapsed) = socket.wait_for("SessionEnded");
    assert_eq!(event["reason"], "REVOKED", "{event}");
    assert_eq!(event["current"], true, "{event}");
    assert!(elapsed < SOON, "{elapsed:?}");
    assert_eq!(socket.closed(), Some(4401));
}

#[test]
fn revocation_reaches_another_node_of_a_replica_set() {
    let set = start_set(1);
    assert_revocation_arrives(&start_nodes(&url_of(&set)));
}

#[test]
fn revocation_reaches_another_node_of_a_standalone_server() {
    let database = Database::new();
    assert_revocation_arrives(&start_nodes(&database.url));
}

#[test]
fn subscriber_outlives_the_death_of_a_primary() {
    let mut set = start_set(3);
    let nodes = start_nodes(&url_of(&set));
    let [(_, first), (_, second)] = &nodes;
    let tokens = first.client().sign_up("ada@x.test");
    let mut socket = Socket::subscribed(first, &tokens.access);
    set[0].kill();
    until("a new primary", ELECTED, || {
        let login = json!({ "email": "ada@x.test", "password": PASSWORD });
        let answer = second.client().try_act("login", &login).ok()?;
        answer.to_string().contains("accessToken").then_some(())
    });
    revoke_others(&second.client());
    let (event, elapsed) = socket.wait_for("SessionEnded");
    assert_eq!(event["reason"], "REVOKED", "{event}");
    assert!(elapsed < SOON, "{elapsed:?}");
}

#[test]
fn command_line_reaches_subscribers_of_the_embedded_store() {
    let home = Home::unlimited();
    let server = home.start();
    let tokens = server.client().sign_up("ada@x.test");
    let mut socket = Socket::subscribed(&server, &tokens.access);
    let ran = home.run(&["user", "suspend", "--email", "ada@x.test"], "");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let (event, _) = socket.wait_for("SessionEnded");
    assert_eq!(event["reason"], "SUSPENDED", "{event}");
    assert_eq!(socket.closed(), Some(4401));
}

#[test]
fn shutdown_closes_sockets_with_1001_and_ends() {
    let mut server = Home::unlimited().start();
    let tokens = server.client().sign_up("ada@x.test");
    let sockets = [(); 3].map(|()| Socket::subscribed(&server, &tokens.access));
    server.process.signal("TERM");
    for socket in sockets {
        assert_eq!(socket.closed(), Some(1001));
    }
    assert!(server.process.ended().success());
}
