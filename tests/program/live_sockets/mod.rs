//! Ten thousand idle sockets on one node, and the time that a revocation on another node takes to
//! reach them: figures, for a command of their own.

mod idle_socket;

use std::fs;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::runtime::Runtime;
use tokio::time::timeout;

use crate::support::client::{Client, PASSWORD, Tokens, kind};
use crate::support::home::{Home, start_nodes};
use crate::support::replica_set::ReplicaSet;
use crate::support::server::Server;
use idle_socket::IdleSocket;

const SOCKETS: usize = 10_000;
/// The number of sockets that one session may have.
const PER_SESSION: usize = 32;
/// The number of sessions of one user, less than a user may have.
const PER_USER: usize = 40;
/// The number of sessions that are revoked, one after the other.
const REVOKED: usize = 20;
/// The longest that a revocation may take on a busy machine.
const ARRIVED: Duration = Duration::from_secs(15);

/// `bench/failures live_sockets` prints the figures.
#[test]
#[ignore = "needs 20,000 open files, and runs for minutes"]
#[expect(clippy::print_stdout, reason = "figures are for reading")]
fn ten_thousand_idle_sockets_hear_a_revocation() {
    let set = ReplicaSet::start(1);
    let home = Home::unlimited()
        .with("LATCHKEY_STORE", set.url())
        .with("LATCHKEY_MAX_SOCKETS", SOCKETS.to_string());
    let nodes = start_nodes(&home);
    let [(_, first), (_, second)] = &nodes;
    let sessions = sign_in(&first.client(), SOCKETS.div_ceil(PER_SESSION));
    let before = resident(first);
    Runtime::new().unwrap().block_on(async {
        let begun = Instant::now();
        let mut sockets = Vec::with_capacity(SOCKETS);
        for index in 0..SOCKETS {
            let session = &sessions[index / PER_SESSION];
            let opening = IdleSocket::open(first.address(), &session.access);
            let opened = timeout(ARRIVED, opening).await;
            sockets.push(opened.unwrap_or_else(|_| panic!("socket {index} is not opened")));
        }
        let opened = begun.elapsed();
        let after = resident(first);
        println!(
            "{SOCKETS} sockets in {:.1} s: {} MiB before, {} MiB after, {} bytes a socket",
            opened.as_secs_f64(),
            before / 1024,
            after / 1024,
            (after - before) * 1024 / SOCKETS as u64
        );
        let mut times = Vec::new();
        for index in 0..REVOKED {
            let client = second.client().with_bearer(&sessions[index].access);
            let begun = Instant::now();
            assert_eq!(kind(&client.act("logout", &json!({}))), "LoggedOut");
            let socket = &mut sockets[index * PER_SESSION];
            let ended = timeout(ARRIVED, socket.ended()).await;
            ended.expect("the revocation arrives");
            times.push(begun.elapsed());
        }
        times.sort_unstable();
        println!(
            "a log-out on another node: median {:?}, longest {:?}",
            times[REVOKED / 2],
            times[REVOKED - 1]
        );
        let last = sockets.last_mut().expect("a socket");
        assert!(last.is_open(), "the others stay");
    });
}

/// Signs users up, and logs them in for this many sessions.
fn sign_in(client: &Client, sessions: usize) -> Vec<Tokens> {
    let session = |index: usize| {
        let email = format!("user{}@x.test", index / PER_USER);
        if index.is_multiple_of(PER_USER) {
            client.sign_up(&email)
        } else {
            client.log_in(&email, PASSWORD)
        }
    };
    (0..sessions).map(session).collect()
}

/// Returns the resident memory of a server in KiB.
fn resident(server: &Server) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", server.process.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    number.and_then(|it| it.parse().ok()).expect("a number")
}
