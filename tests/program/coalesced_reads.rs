//! Sessions that end while many clients read through two nodes: the reads share round trips, and
//! the next request is refused all the same.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use serde_json::json;

use crate::support::client::{PASSWORD, Tokens};
use crate::support::database::Database;
use crate::support::home::Home;

const CLIENTS: usize = 64;
const USERS: usize = 8;
const ROUNDS: usize = 12;

/// Ends the readers, also if the test fails.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Ends a session at one node, round by round, and asks both for its user at once.
fn refuses_ended_sessions_at_once(home: &Home) {
    let nodes = [home.start(), home.start()];
    let sign_up = |user| nodes[0].client().sign_up(&format!("user{user}@x.test"));
    let readers: Vec<Tokens> = (0..USERS).map(sign_up).collect();
    nodes[0].client().sign_up("ada@x.test");
    let stopped = AtomicBool::new(false);
    thread::scope(|scope| {
        let stop = Stop(&stopped);
        for reader in 0..CLIENTS {
            let client = nodes[reader % 2].client();
            let client = client.with_bearer(&readers[reader % USERS].access);
            let stopped = &stopped;
            scope.spawn(move || {
                while !stopped.load(Ordering::SeqCst) {
                    let me = client.me().expect("a live session");
                    assert_eq!(me["email"], format!("user{}@x.test", reader % USERS));
                }
            });
        }
        for round in 0..ROUNDS {
            let session = nodes[0].client().log_in("ada@x.test", PASSWORD);
            let at = |node: usize| nodes[node % 2].client().with_bearer(&session.access);
            for node in [0, 1] {
                assert_eq!(
                    at(node).me().expect("a live session")["email"],
                    "ada@x.test"
                );
            }
            at(round).act("logout", &json!({}));
            for node in [round + 1, round] {
                assert_eq!(at(node).me(), Err("UNAUTHENTICATED".to_owned()), "{round}");
            }
        }
        drop(stop);
    });
}

#[test]
fn ended_session_is_refused_under_load_on_sqlite() {
    refuses_ended_sessions_at_once(&Home::unlimited());
}

#[test]
fn ended_session_is_refused_under_load_on_mongodb() {
    let database = Database::new();
    let home = Home::unlimited().with("LATCHKEY_STORE", &database.url);
    refuses_ended_sessions_at_once(&home);
}
