//! Log-ins with the interleaved core, beside log-ins with the bcrypt crate.

use std::thread;
use std::time::{Duration, Instant};

use crate::support::client::{Client, PASSWORD, sign_up_input};
use crate::support::home::Home;
use crate::support::server::Server;

/// The cost of the measured hashes: high enough that the rest of a log-in hardly counts.
const COST: &str = "10";
const CLIENTS: usize = 16;
const ROUNDS: u32 = 5;
const ROUND: Duration = Duration::from_secs(5);

/// The figures of one server over all rounds.
#[derive(Default)]
struct Figures {
    lone: Vec<Duration>,
    log_ins: usize,
}

impl Figures {
    fn lone_median(&mut self) -> Duration {
        self.lone.sort();
        self.lone[self.lone.len() / 2]
    }
}

#[test]
fn both_engines_accept_a_hash_of_the_other() {
    let home = Home::unlimited();
    for (one, other) in [("crate", "interleaved"), ("interleaved", "crate")] {
        let email = format!("{one}@x.test");
        start(&home, one).client().sign_up(&email);
        start(&home, other).client().log_in(&email, PASSWORD);
    }
}

/// Figures, not a check: `cargo test --release --test program hashing::login_throughput_of_both_engines_is_printed -- --ignored --nocapture`.
#[test]
#[ignore = "measures for a minute"]
#[expect(clippy::print_stdout, reason = "figures are for reading")]
#[expect(clippy::cast_precision_loss, reason = "a few thousand log-ins")]
fn login_throughput_of_both_engines_is_printed() {
    let home = Home::unlimited().with("LATCHKEY_BCRYPT_COST", COST);
    let engines = ["crate", "interleaved"];
    let mut figures = engines.map(|_| Figures::default());
    // Rounds alternate, so that both have their part of what the machine does besides.
    for _ in 0..ROUNDS {
        for (engine, figures) in engines.iter().zip(&mut figures) {
            measure(&start(&home, engine), figures);
        }
    }
    for (engine, figures) in engines.iter().zip(&mut figures) {
        let rate = figures.log_ins as f64 / (ROUND * ROUNDS).as_secs_f64();
        let lone = figures.lone_median();
        println!("{engine}: {rate:.0} log-ins a second of {CLIENTS} clients; lone p50 {lone:?}");
    }
    let [by_crate, interleaved] = &figures;
    let ratio = interleaved.log_ins as f64 / by_crate.log_ins as f64;
    println!("interleaved / crate: {ratio:.2} times the log-ins");
}

fn start(home: &Home, engine: &str) -> Server {
    home.clone().with("LATCHKEY_BCRYPT", engine).start()
}

fn measure(server: &Server, figures: &mut Figures) {
    // Each client has an account of its own, so that none ends another's sessions.
    let emails: Vec<_> = (0..CLIENTS)
        .map(|number| format!("{number}@x.test"))
        .collect();
    for email in &emails {
        // From the second round on the address is taken.
        server.client().act("signup", &sign_up_input(email));
    }
    for _ in 0..10 {
        let started = Instant::now();
        server.client().log_in(&emails[0], PASSWORD);
        figures.lone.push(started.elapsed());
    }
    let end = Instant::now() + ROUND;
    let log_in = |client: Client, email: &str| {
        let mut count = 0;
        while Instant::now() < end {
            client.log_in(email, PASSWORD);
            count += 1;
        }
        count
    };
    figures.log_ins += thread::scope(|scope| {
        let running: Vec<_> = emails
            .iter()
            .map(|email| {
                let client = server.client();
                scope.spawn(|| log_in(client, email))
            })
            .collect();
        running
            .into_iter()
            .map(|it| it.join().unwrap())
            .sum::<usize>()
    });
}
