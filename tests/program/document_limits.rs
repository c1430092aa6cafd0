//! Documents that are small to send and dear to answer: each is answered soon, and nobody else waits for it meanwhile.
//!
//! One of the two places where time decides, because time is what is promised. One good try is enough: what is dear is dear
//! each time, what the machine did meanwhile is not.

#[path = "../api/document_limits/fragments.rs"]
mod documents;

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::client::Client;
use crate::support::home::Home;

const ANSWERED: Duration = Duration::from_millis(200);
const TRIES: usize = 20;
const BOMBERS: usize = 2;
const ROUNDS: usize = 3;
const ASKED: usize = 50;

fn time(client: &Client, document: &str) -> Duration {
    let asked = Instant::now();
    _ = client.try_post(document, &json!({})).unwrap();
    asked.elapsed()
}

#[test]
fn documents_beyond_limits_are_rejected_without_delaying_others() {
    let home = Home::new();
    let server = home.start();
    let bombs = documents::bombs();
    for (name, document, _) in &bombs {
        let soon = (0..TRIES).any(|_| time(&server.client(), document) < ANSWERED);
        assert!(soon, "{name}: not once within {ANSWERED:?}");
    }
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..BOMBERS {
            let client = server.client();
            let (bombs, is_over) = (&bombs, &is_over);
            scope.spawn(move || {
                for (_, document, _) in bombs
                    .iter()
                    .cycle()
                    .take_while(|_| !is_over.load(Ordering::Relaxed))
                {
                    _ = client.try_post(document, &json!({}));
                }
            });
        }
        let median = |_| {
            let mut waited: Vec<_> = (0..ASKED)
                .map(|_| time(&server.client(), "{ __typename }"))
                .collect();
            waited.sort();
            waited[ASKED / 2]
        };
        let soon = (0..ROUNDS).map(median).any(|waited| waited < ANSWERED);
        is_over.store(true, Ordering::Relaxed);
        assert!(
            soon,
            "a bystander waited for longer than {ANSWERED:?} more often than not"
        );
    });
}
