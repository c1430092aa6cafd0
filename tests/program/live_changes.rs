//! Live changes of the built program: over two nodes on a replica set and on a standalone server,
//! across the death of a primary, and on the embedded store.

use serde_json::json;

use crate::support::client::{Client, PASSWORD};
use crate::support::database::Database;
use crate::support::home::{Home, start_nodes};
use crate::support::replica_set::{ELECTED, ReplicaSet};
use crate::support::server::Server;
use crate::support::socket::Socket;
use crate::support::{SOON, until};

/// Starts two nodes on one database.
fn nodes_on(store: &str) -> [(Home, Server); 2] {
    start_nodes(&Home::unlimited().with("LATCHKEY_STORE", store))
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
    let set = ReplicaSet::start(1);
    assert_revocation_arrives(&nodes_on(&set.url()));
}

#[test]
fn revocation_reaches_another_node_of_a_standalone_server() {
    let database = Database::new();
    assert_revocation_arrives(&nodes_on(&database.url));
}

/// Follows an account while its primary is taken away, and revokes its session on the other node.
#[track_caller]
fn assert_follows_beyond(
    take_away: impl FnOnce(&mut ReplicaSet),
    bring_back: impl FnOnce(&mut ReplicaSet),
) {
    let mut set = ReplicaSet::start(3);
    let nodes = nodes_on(&set.url());
    let [(_, first), (_, second)] = &nodes;
    let tokens = first.client().sign_up("ada@x.test");
    let mut socket = Socket::subscribed(first, &tokens.access);
    take_away(&mut set);
    until("a primary that writes", ELECTED, || {
        let login = json!({ "email": "ada@x.test", "password": PASSWORD });
        let answer = second.client().try_act("login", &login).ok()?;
        answer.to_string().contains("accessToken").then_some(())
    });
    revoke_others(&second.client());
    let (event, elapsed) = socket.wait_for("SessionEnded");
    assert_eq!(event["reason"], "REVOKED", "{event}");
    assert!(elapsed < SOON, "{elapsed:?}");
    bring_back(&mut set);
}

#[test]
fn subscriber_outlives_the_death_of_a_primary() {
    assert_follows_beyond(|set| set.members[0].kill(), |_| {});
}

#[test]
fn subscriber_outlives_the_step_down_of_a_primary() {
    assert_follows_beyond(|set| _ = set.step_down(20), |_| {});
}

#[test]
fn subscriber_outlives_a_primary_that_hangs() {
    assert_follows_beyond(|set| set.members[0].pause(), |set| set.members[0].resume());
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
