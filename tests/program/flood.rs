//! More logins than the cores can serve: the excess is rejected at once, and other requests are not
//! delayed.

use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::client::{Client, PASSWORD};
use crate::support::home::Home;
use crate::support::server::Server;

const EMAIL: &str = "ada@x.test";
/// Another account, because the fifty-first login of an account ends its oldest session.
const OTHER_EMAIL: &str = "grace@x.test";
/// The number of clients per core. A hash takes about a quarter of a second, a core computes six at
/// once, and waiting is limited to two seconds: a core cannot serve this many.
const CLIENTS_PER_CORE: usize = 60;

/// The outcomes of a flood of logins and their durations.
#[derive(Default)]
struct Flood {
    signed_in: Vec<Duration>,
    refused: Vec<Duration>,
    other: Vec<Value>,
    /// The durations of `me` for a user who was already signed in.
    me: Vec<Duration>,
}

/// Lets `clients` log in repeatedly for `length`, while another user queries `me`.
fn flood(server: &Server, clients: usize, length: Duration) -> Flood {
    let other = server
        .client()
        .with_bearer(&server.client().log_in(OTHER_EMAIL, PASSWORD).access);
    let (flood, end) = (Mutex::new(Flood::default()), Instant::now() + length);
    thread::scope(|scope| {
        for _ in 0..clients {
            let client = server.client();
            let flood = &flood;
            scope.spawn(move || {
                while Instant::now() < end {
                    log_in(&client, flood);
                }
            });
        }
        while Instant::now() < end {
            let started = Instant::now();
            other.me().expect("a signed-in user is not affected");
            flood.lock().unwrap().me.push(started.elapsed());
            thread::sleep(Duration::from_millis(10));
        }
    });
    flood.into_inner().unwrap()
}

fn log_in(client: &Client, flood: &Mutex<Flood>) {
    let started = Instant::now();
    let answer = client
        .try_act("login", &json!({ "email": EMAIL, "password": PASSWORD }))
        .unwrap();
    let took = started.elapsed();
    let mut flood = flood.lock().unwrap();
    let error = &answer["errors"][0]["extensions"];
    if answer["data"]["login"]["__typename"] == "Authenticated" {
        flood.signed_in.push(took);
    } else if error["code"] == "OVERLOADED" && error["retryAfterSeconds"].is_number() {
        flood.refused.push(took);
    } else {
        flood.other.push(answer);
    }
}

fn flood_size() -> usize {
    CLIENTS_PER_CORE * thread::available_parallelism().unwrap().get()
}

/// Starts a server with a bcrypt cost at which the cores cannot serve the flood.
fn server(home: &Home, cost: &str) -> Server {
    let server = home.clone().with("LATCHKEY_BCRYPT_COST", cost).start();
    for email in [EMAIL, OTHER_EMAIL] {
        server.client().sign_up(email);
    }
    server
}

#[test]
fn login_flood_is_shed_without_delaying_other_requests() {
    let home = Home::unlimited();
    let server = server(&home, "12");
    let flood = flood(&server, flood_size(), Duration::from_secs(4));
    assert_eq!(flood.other, Vec::<Value>::new());
    assert!(!flood.signed_in.is_empty() && !flood.refused.is_empty() && !flood.me.is_empty());
    server.client().log_in(EMAIL, PASSWORD);
    assert!(
        !home.log().contains("ERROR"),
        "a rejected login is not an error of the service"
    );
}

/// Prints measurements and checks nothing: `cargo test --release --test program
/// flood::login_flood_throughput_and_latency_are_printed -- --ignored --nocapture`.
#[test]
#[ignore = "measures for a minute"]
#[expect(clippy::print_stdout, reason = "the measurements are for reading")]
fn login_flood_throughput_and_latency_are_printed() {
    let home = Home::unlimited();
    let server = server(&home, "12");
    let length = Duration::from_secs(20);
    // As many clients as cores never wait for each other.
    let calm = flood(&server, flood_size() / CLIENTS_PER_CORE, length);
    let crowded = flood(&server, flood_size(), length);
    for (name, flood) in [("calm", &calm), ("crowded", &crowded)] {
        println!(
            "{name}: {} signed in, p50 {:?}, p99 {:?}; {} refused, p50 {:?}, p99 {:?}; me p50 {:?}, p99 {:?}",
            flood.signed_in.len(),
            percentile(&flood.signed_in, 50),
            percentile(&flood.signed_in, 99),
            flood.refused.len(),
            percentile(&flood.refused, 50),
            percentile(&flood.refused, 99),
            percentile(&flood.me, 50),
            percentile(&flood.me, 99),
        );
    }
    let percent = 100 * crowded.signed_in.len() / calm.signed_in.len();
    println!("crowded logins in percent of calm logins: {percent}");
}

fn percentile(times: &[Duration], percent: usize) -> Duration {
    let mut times = times.to_vec();
    times.sort();
    times
        .get(times.len() * percent / 100)
        .copied()
        .unwrap_or_default()
}
