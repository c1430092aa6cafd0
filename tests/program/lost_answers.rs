//! A client that loses every first answer and repeats its exchange with its attempt stays signed in,
//! whatever happens to the server and to the store meanwhile.

use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::client::{Client, kind, sign_up_input, tokens};
use crate::support::home::Home;
use crate::support::replica_set::ReplicaSet;
use crate::support::server::Server;
use crate::support::until;

/// The longest that the store may take to come back.
const RECOVERED: Duration = Duration::from_mins(1);
/// The time for which a frozen primary is no primary.
const FROZEN: Duration = Duration::from_secs(4);
const ROUNDS: usize = 8;

/// A failure while the answer is on its way.
#[derive(Clone, Copy, Debug)]
enum Disturbance {
    KilledServer,
    FrozenStore,
    KilledStore,
    StepDown,
}

/// Sends a refresh, whose answer is not read.
fn send(client: Client, input: Value) -> thread::JoinHandle<()> {
    thread::spawn(move || _ = client.try_act("refresh", &input))
}

/// Disturbs the store or the server, and returns the server that runs then.
fn disturb(disturbance: Disturbance, set: &mut ReplicaSet, server: Server, home: &Home) -> Server {
    match disturbance {
        Disturbance::KilledServer => {
            server.kill();
            return home.start();
        }
        Disturbance::FrozenStore => {
            set.members[0].pause();
            thread::sleep(FROZEN);
            set.members[0].resume();
        }
        Disturbance::KilledStore => {
            set.members[0].kill();
            set.members[0].start();
        }
        Disturbance::StepDown => {
            set.step_down(1);
        }
    }
    server
}

/// Repeats an exchange until it is answered, and returns the next token.
fn successor(client: &Client, input: &Value) -> String {
    until("the successor", RECOVERED, || {
        let answer = client.try_act("refresh", input).ok()?;
        let refreshed = &answer["data"]["refresh"];
        assert_ne!(kind(refreshed), "InvalidRefreshToken", "signed out");
        (kind(refreshed) == "Authenticated").then(|| tokens(refreshed).refresh)
    })
}

/// Starts a server without a grace period, in which any token could be repeated, and signs up.
fn signed_up(set: &ReplicaSet) -> (Home, Server, String) {
    let store = set.url();
    let home = Home::new()
        .with("LATCHKEY_STORE", store)
        .with("LATCHKEY_REFRESH_GRACE_SECONDS", "0");
    let server = home.start();
    let token = until("a store that is ready", RECOVERED, || {
        let input = sign_up_input("ada@x.test");
        let answer = server.client().try_act("signup", &input).unwrap();
        let answer = &answer["data"]["signup"];
        (kind(answer) == "Authenticated").then(|| tokens(answer).refresh)
    });
    (home, server, token)
}

/// Waits a little longer in each round, so that the failures meet other steps of a refresh.
fn pause(round: usize) {
    thread::sleep(Duration::from_millis(u64::try_from(round).unwrap() * 3));
}

#[test]
fn client_with_attempts_survives_kills_freezes_and_step_downs() {
    let mut set = ReplicaSet::start(1);
    let (home, mut server, mut token) = signed_up(&set);
    let disturbances = [
        Disturbance::KilledServer,
        Disturbance::FrozenStore,
        Disturbance::KilledStore,
        Disturbance::StepDown,
    ];
    for (round, disturbance) in disturbances.iter().cycle().take(ROUNDS).enumerate() {
        let attempt = format!("YW4gYXR0ZW1wdCBvZiB0aGlz{round:04}");
        let input = json!({ "refreshToken": token, "attempt": attempt });
        let lost = send(server.client(), input.clone());
        pause(round);
        server = disturb(*disturbance, &mut set, server, &home);
        lost.join().unwrap();
        token = successor(&server.client(), &input);
    }
}

/// The node that answered OVERLOADED remembers it: as long as it lives, its answers are enough.
#[test]
fn client_without_attempts_survives_failures_of_the_store() {
    let mut set = ReplicaSet::start(1);
    let (home, mut server, mut token) = signed_up(&set);
    let disturbances = [
        Disturbance::FrozenStore,
        Disturbance::KilledStore,
        Disturbance::StepDown,
    ];
    for (round, disturbance) in disturbances.iter().cycle().take(ROUNDS).enumerate() {
        let (client, input) = (server.client(), json!({ "refreshToken": token }));
        let answered = thread::spawn(move || successor(&client, &input));
        pause(round);
        server = disturb(*disturbance, &mut set, server, &home);
        token = answered.join().unwrap();
    }
}
