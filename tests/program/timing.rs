//! Time tells nothing: an address that has an account answers as fast as one that has none.
//!
//! One of the two places where time decides, because time is what is promised. 200 pairs, interleaved, are held to the area under
//! the ROC curve: the chance that an onlooker who sees one answer of each kind picks the right one. 0.5 is a coin. Where a
//! round is over the bound it is measured again: a tell is there each time, what the machine did meanwhile is not.

use std::cell::Cell;
use std::cmp::Ordering;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::client::{Client, sign_up_input};
use crate::support::home::Home;

/// How many pairs are compared; fewer where each takes long.
const PAIRS: usize = 200;
const SLOW_PAIRS: usize = 100;
const WARM_UP: usize = 20;
const BEST_GUESS: f64 = 0.65;
const ROUNDS: usize = 3;

#[test]
fn wrong_password_timing_reveals_no_account() {
    assert_no_tell(
        "login",
        |email| json!({ "email": email, "password": "a wrong password" }),
    );
}

#[test]
fn forgot_password_timing_reveals_no_account() {
    assert_no_tell("forgotPassword", |email| json!({ "email": email }));
}

#[test]
fn wrong_reset_code_timing_reveals_no_account() {
    let input = |email: &str| json!({ "email": email, "code": "000000", "newPassword": "a password never seen" });
    assert_no_tell("resetPassword", input);
}

#[test]
fn send_verification_code_timing_reveals_no_account() {
    assert_no_tell("sendVerificationCode", |email| json!({ "email": email }));
}

#[test]
fn wrong_verification_code_timing_reveals_no_account() {
    assert_no_tell(
        "verifyEmail",
        |email| json!({ "email": email, "code": "000000" }),
    );
}

#[test]
fn wrong_password_timing_with_cheaper_hash_reveals_no_account() {
    let home = Home::unlimited();
    home.start().client().sign_up("known@x.test");
    let home = home.with("LATCHKEY_BCRYPT_COST", "10");
    let input = |email: &str| json!({ "email": email, "password": "a wrong password" });
    assert_no_tell_by(&home.start().client(), "login", SLOW_PAIRS, input);
}

#[test]
fn verified_signup_timing_reveals_no_account() {
    let home = Home::unlimited();
    home.start().client().sign_up("known@x.test");
    let home = home.with("LATCHKEY_VERIFY_EMAIL_FIRST", "true");
    let server = home.start();
    // An address that somebody has signed up for is not unknown any more: another one each time, of the same length.
    let count = Cell::new(0);
    let input = |email: &str| {
        count.set(count.get() + 1);
        sign_up_input(&email.replace("nobody", &format!("n{:05}", count.get())))
    };
    assert_no_tell_by(&server.client(), "signup", PAIRS, input);
}

fn assert_no_tell(operation: &str, input: impl Fn(&str) -> Value) {
    let home = Home::unlimited();
    let server = home.start();
    server.client().sign_up("known@x.test");
    assert_no_tell_by(&server.client(), operation, PAIRS, input);
}

fn assert_no_tell_by(
    client: &Client,
    operation: &str,
    pairs: usize,
    input: impl Fn(&str) -> Value,
) {
    let time = |email: &str| {
        let input = input(email);
        let started = Instant::now();
        client.act(operation, &input);
        started.elapsed()
    };
    let told = |auc: &f64| !(1.0 - BEST_GUESS..=BEST_GUESS).contains(auc);
    let tells: Vec<f64> = (0..ROUNDS)
        .map(|_| tell(pairs, time))
        .take_while(told)
        .collect();
    assert!(tells.len() < ROUNDS, "{operation}: AUC {tells:.3?}");
}

/// What the times of so many pairs tell of who has an account.
fn tell(pairs: usize, time: impl Fn(&str) -> Duration) -> f64 {
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for pair in 0..WARM_UP + pairs {
        // Each kind goes first as often as second: what one leaves to do is not always the other's burden.
        let (first, second) = if pair % 2 == 0 {
            ("known", "nobody")
        } else {
            ("nobody", "known")
        };
        for who in [first, second] {
            let took = time(&format!("{who}@x.test"));
            if pair >= WARM_UP {
                if who == "known" {
                    known.push(took)
                } else {
                    unknown.push(took)
                }
            }
        }
    }
    area_under_curve(&known, &unknown)
}

/// The chance that an answer of the first kind took longer than one of the second.
#[expect(
    clippy::cast_precision_loss,
    reason = "40,000 comparisons are counted exactly"
)]
fn area_under_curve(slow: &[Duration], fast: &[Duration]) -> f64 {
    let pairs = slow
        .iter()
        .flat_map(|slow| fast.iter().map(move |fast| slow.cmp(fast)));
    let half_points: usize = pairs
        .map(|order| match order {
            Ordering::Greater => 2,
            Ordering::Equal => 1,
            Ordering::Less => 0,
        })
        .sum();
    half_points as f64 / (2 * slow.len() * fast.len()) as f64
}
