//! Response times do not reveal whether an email has an account.
//!
//! One of the two places where a test measures time, because the timing itself is promised. Each
//! test compares 200 interleaved pairs by the area under the ROC curve: the probability that an
//! observer who sees one response of each kind distinguishes them. 0.5 is a guess. A round beyond
//! the bound is repeated, because a leak shows in every round and a busy machine does not.

use std::cell::Cell;
use std::cmp::Ordering;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::client::{Client, sign_up_input};
use crate::support::home::Home;

/// The number of pairs to compare, smaller where each takes long.
const PAIRS: usize = 200;
const SLOW_PAIRS: usize = 100;
const WARM_UP: usize = 20;
/// The largest tolerated area under the curve.
const MAX_AUC: f64 = 0.65;
const ROUNDS: usize = 3;

#[test]
fn wrong_password_timing_reveals_no_account() {
    assert_no_leak(
        "login",
        |email| json!({ "email": email, "password": "a wrong password" }),
    );
}

#[test]
fn forgot_password_timing_reveals_no_account() {
    assert_no_leak("forgotPassword", |email| json!({ "email": email }));
}

#[test]
fn wrong_reset_code_timing_reveals_no_account() {
    let input = |email: &str| json!({ "email": email, "code": "000000", "newPassword": "a password never seen" });
    assert_no_leak("resetPassword", input);
}

#[test]
fn send_verification_code_timing_reveals_no_account() {
    assert_no_leak("sendVerificationCode", |email| json!({ "email": email }));
}

#[test]
fn wrong_verification_code_timing_reveals_no_account() {
    assert_no_leak(
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
    assert_no_leak_from(&home.start().client(), "login", SLOW_PAIRS, input);
}

#[test]
fn verified_signup_timing_reveals_no_account() {
    let home = Home::unlimited();
    home.start().client().sign_up("known@x.test");
    let home = home.with("LATCHKEY_VERIFY_EMAIL_FIRST", "true");
    let server = home.start();
    // An email that was signed up for is no longer unknown, so each attempt uses a new one of the
    // same length.
    let count = Cell::new(0);
    let input = |email: &str| {
        count.set(count.get() + 1);
        sign_up_input(&email.replace("unseen", &format!("n{:05}", count.get())))
    };
    assert_no_leak_from(&server.client(), "signup", PAIRS, input);
}

fn assert_no_leak(operation: &str, input: impl Fn(&str) -> Value) {
    let home = Home::unlimited();
    let server = home.start();
    server.client().sign_up("known@x.test");
    assert_no_leak_from(&server.client(), operation, PAIRS, input);
}

fn assert_no_leak_from(
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
    let is_leak = |auc: &f64| !(1.0 - MAX_AUC..=MAX_AUC).contains(auc);
    let leaks: Vec<f64> = (0..ROUNDS)
        .map(|_| auc(pairs, time))
        .take_while(is_leak)
        .collect();
    assert!(leaks.len() < ROUNDS, "{operation}: AUC {leaks:.3?}");
}

/// Measures pairs of a known and an unknown email, and returns the area under the ROC curve.
fn auc(pairs: usize, time: impl Fn(&str) -> Duration) -> f64 {
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for pair in 0..WARM_UP + pairs {
        // Each kind goes first as often as second, so that work left over by one does not always
        // delay the other.
        let (first, second) = if pair % 2 == 0 {
            ("known", "unseen")
        } else {
            ("unseen", "known")
        };
        for who in [first, second] {
            let took = time(&format!("{who}@x.test"));
            if pair >= WARM_UP {
                if who == "known" {
                    known.push(took);
                } else {
                    unknown.push(took);
                }
            }
        }
    }
    area_under_curve(&known, &unknown)
}

/// Returns the probability that a response of the first kind took longer than one of the second.
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
