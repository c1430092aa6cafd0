//! Slow clients: the server disconnects them in time, and other clients do not wait for them.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::support::home::Home;

/// The largest number of connections that a server accepts.
const CAPACITY: usize = 768;
const HEADS: usize = 500;
const BODIES: usize = 200;
/// The time limit for disconnecting all of them.
const DISCONNECTED: Duration = Duration::from_secs(30);
/// The time limit of a response to another client meanwhile, generous because test machines are
/// busy.
const ANSWERED: Duration = Duration::from_secs(5);

const HALF_HEAD: &str = "POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-";
const HALF_BODY: &str = "POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
    content-length: 1000\r\n\r\n{\"query\":";

/// Held by each test: together they would need more open files than many systems allow a process.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Reduces a number of connections to what the limit on open files allows.
fn within_reach(wanted: usize) -> usize {
    let limit = Command::new("sh")
        .args(["-c", "ulimit -n"])
        .output()
        .unwrap();
    let files = String::from_utf8(limit.stdout)
        .unwrap()
        .trim()
        .parse()
        .unwrap_or(usize::MAX);
    if files >= 1024 {
        wanted
    } else {
        wanted * files / 2048
    }
}

fn open(address: &str, beginning: &str, count: usize) -> Vec<TcpStream> {
    let open = |_| {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(beginning.as_bytes()).unwrap();
        stream.set_nonblocking(true).unwrap();
        stream
    };
    (0..within_reach(count)).map(open).collect()
}

/// Returns whether the server has closed a connection, and appends what it sent to `received`.
fn is_closed(stream: &mut TcpStream, received: &mut Vec<u8>) -> bool {
    let mut bytes = [0; 1024];
    loop {
        match stream.read(&mut bytes) {
            Ok(0) => return true,
            Ok(read) => received.extend_from_slice(&bytes[..read]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => return false,
            Err(_) => return true,
        }
    }
}

#[test]
fn slow_clients_are_disconnected_without_delaying_others() {
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let home = Home::new();
    let server = home.start();
    let started = Instant::now();
    let heads = open(server.address(), HALF_HEAD, HEADS);
    let bodies = open(server.address(), HALF_BODY, BODIES);
    let mut waiting: Vec<_> = heads
        .into_iter()
        .chain(bodies)
        .map(|stream| (stream, Vec::new()))
        .collect();
    let (all, mut asked, mut timeouts) = (waiting.len(), 0, 0);
    while !waiting.is_empty() {
        assert!(
            started.elapsed() < DISCONNECTED,
            "{} of {all} are still open after {DISCONNECTED:?}",
            waiting.len()
        );
        let before = Instant::now();
        assert_eq!(
            server.client().get("/graphql?query=%7B__typename%7D").text,
            r#"{"data":{"__typename":"Query"}}"#
        );
        assert!(
            before.elapsed() < ANSWERED,
            "another client waited for {:?}",
            before.elapsed()
        );
        asked += 1;
        waiting.retain_mut(|(stream, received)| {
            let is_closed = is_closed(stream, received);
            timeouts += usize::from(is_closed && received.starts_with(b"HTTP/1.1 408 "));
            !is_closed
        });
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(asked > 20, "there were only {asked} requests meanwhile");
    assert_eq!(
        timeouts,
        within_reach(BODIES),
        "half-sent bodies are answered with 408"
    );
}

#[test]
fn half_sent_bodies_beyond_capacity_delay_no_one() {
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let home = Home::new();
    let server = home.start();
    let bodies = open(server.address(), HALF_BODY, CAPACITY + 32);
    let asked = Instant::now();
    assert_eq!(
        server.client().get("/graphql?query=%7B__typename%7D").text,
        r#"{"data":{"__typename":"Query"}}"#
    );
    assert!(
        asked.elapsed() < ANSWERED,
        "another client waited for {:?} behind {}",
        asked.elapsed(),
        bodies.len()
    );
}
