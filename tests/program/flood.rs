//! More log-ins than there are cores for: some are refused, at once, and nobody else feels it.

use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::client::{Client, PASSWORD};
use crate::support::home::Home;
use crate::support::server::Server;

const EMAIL: &str = "ada@x.test";
/// Somebody else: fifty log-ins more would end an old session of the same account.
const BYSTANDER: &str = "grace@x.test";
/// For each core, so many clients: more than hashes of a quarter of a second, six at once, can be made of within two.
const CROWD: usize = 60;

/// What became of a crowd's log-ins, and how long each took.
#[derive(Default)]
struct Flood {
    signed_in: Vec<Duration>,
    refused: Vec<Duration>,
    other: Vec<Value>,
    /// How long somebody who was signed in already waited for `me`.
    me: Vec<Duration>,
}

/// Lets so many clients log in again and again for so long, while one asks who they are.
fn flood(server: &Server, clients: usize, length: Duration) -> Flood {
    let bystander = server
        .client()
        .with_bearer(&server.client().log_in(BYSTANDER, PASSWORD).access);
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
            let asked = Instant::now();
            bystander.me().expect("whoever is signed in feels nothing");
            flood.lock().unwrap().me.push(asked.elapsed());
            thread::sleep(Duration::from_millis(10));
        }
    });
    flood.into_inner().unwrap()
}

fn log_in(client: &Client, flood: &Mutex<Flood>) {
    let asked = Instant::now();
    let answer = client
        .try_act("login", &json!({ "email": EMAIL, "password": PASSWORD }))
        .unwrap();
    let took = asked.elapsed();
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

fn crowd() -> usize {
    CROWD * thread::available_parallelism().unwrap().get()
}

/// A server whose hashes cost so much, so that two cores do not do what the crowd asks for.
fn server(home: &Home, cost: &str) -> Server {
    let server = home.clone().with("LATCHKEY_BCRYPT_COST", cost).start();
    for email in [EMAIL, BYSTANDER] {
        server.client().sign_up(email);
    }
    server
}

#[test]
fn a_crowd_that_logs_in_at_once_is_served_or_refused_and_nobody_else_feels_it() {
    let home = Home::unlimited();
    let server = server(&home, "12");
    let flood = flood(&server, crowd(), Duration::from_secs(4));
    assert_eq!(flood.other, Vec::<Value>::new());
    assert!(!flood.signed_in.is_empty() && !flood.refused.is_empty() && !flood.me.is_empty());
    server.client().log_in(EMAIL, PASSWORD);
    assert!(
        !home.log().contains("ERROR"),
        "a refusal is no error of the service"
    );
}

/// Figures, not a check: `cargo test --release --test program flood::figures -- --ignored --nocapture`.
#[test]
#[ignore = "measures for a minute"]
#[expect(clippy::print_stdout, reason = "figures are for reading")]
fn figures() {
    let home = Home::unlimited();
    let server = server(&home, "12");
    let length = Duration::from_secs(20);
    // As many as there are cores never wait for one another.
    let calm = flood(&server, crowd() / CROWD, length);
    let crowd = flood(&server, crowd(), length);
    for (name, flood) in [("calm", &calm), ("crowd", &crowd)] {
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
    let percent = 100 * crowd.signed_in.len() / calm.signed_in.len();
    println!("log-ins of the crowd, in percent of the calm: {percent}");
}

fn percentile(times: &[Duration], percent: usize) -> Duration {
    let mut times = times.to_vec();
    times.sort();
    times
        .get(times.len() * percent / 100)
        .copied()
        .unwrap_or_default()
}
