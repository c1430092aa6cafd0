//! States of keys over time.

use super::KeyState::{Ended, Next, Retired, Signing, Verifying};
use super::*;
use crate::token::keyring::pem::{KeyAlgorithm, keys_in};

const LIFETIME: Duration = Duration::from_mins(1);

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds * 1000)
}

/// Builds keys with these start times; a negative time makes a retired key.
fn schedule(begin: &[i64]) -> Schedule {
    let key = Arc::new(keys_in(&KeyAlgorithm::EdDsa.generate()).unwrap().remove(0));
    let entries = begin.iter().zip(1..).map(|(begin, number)| Entry {
        number,
        signs_from: at(begin.abs()),
        kid: format!("k{number}"),
        key: (*begin >= 0).then(|| key.clone()),
    });
    Schedule::new(entries.collect(), Some(LIFETIME)).unwrap()
}

fn states(schedule: &Schedule, now: i64) -> Vec<KeyState> {
    schedule.states(at(now)).map(|(_, state)| state).collect()
}

#[test]
fn key_is_next_then_signs_then_verifies_then_ends() {
    let schedule = schedule(&[0, 100, 200]);
    assert_eq!(
        states(&schedule, 99),
        [
            Signing,
            Next {
                signs_from: at(100)
            },
            Next {
                signs_from: at(200)
            }
        ]
    );
    let first = Verifying {
        until: Some(at(165)),
    };
    assert_eq!(
        states(&schedule, 100),
        [
            first,
            Signing,
            Next {
                signs_from: at(200)
            }
        ]
    );
    assert_eq!(
        states(&schedule, 164),
        [
            first,
            Signing,
            Next {
                signs_from: at(200)
            }
        ]
    );
    assert_eq!(
        states(&schedule, 165),
        [
            Ended,
            Signing,
            Next {
                signs_from: at(200)
            }
        ]
    );
    assert_eq!(states(&schedule, 1000), [Ended, Ended, Signing]);
}

#[test]
fn kid_matches_exactly_and_only_while_accepted() {
    let schedule = schedule(&[0, 100, 200]);
    for (kid, now, is_good) in [
        ("k1", 164, true),
        ("k1", 165, false),
        ("k2", 0, true),
        ("k", 0, false),
        ("K1", 0, false),
        ("", 0, false),
    ] {
        assert_eq!(
            schedule.verifying(kid, at(now)).is_some(),
            is_good,
            "{kid} at {now}"
        );
    }
}

#[test]
fn first_key_signs_before_all_start_times() {
    // The clock of another node is ahead of this one's.
    assert_eq!(states(&schedule(&[50]), 10), [Signing]);
}

#[test]
fn next_key_takes_over_when_signing_key_is_retired() {
    let schedule = schedule(&[0, -100, 700]);
    assert_eq!(
        states(&schedule, 120),
        [
            Verifying {
                until: Some(at(165))
            },
            Retired,
            Signing
        ]
    );
    assert_eq!(states(&schedule, 165), [Ended, Retired, Signing]);
    assert!(schedule.verifying("k2", at(120)).is_none());
}

#[test]
fn older_key_never_signs_while_a_newer_exists() {
    assert_eq!(states(&schedule(&[0, -100, -150, 700]), 160)[3], Signing);
}

#[test]
fn keys_without_a_lifetime_do_not_end() {
    let keys = schedule(&[0, 0]).entries;
    let endless = Schedule::new(keys, None).unwrap();
    assert_eq!(
        states(&endless, i64::from(i32::MAX)),
        [Verifying { until: None }, Signing]
    );
}

#[test]
fn schedule_without_any_key_does_not_exist() {
    assert!(Schedule::new(Vec::new(), None).is_none());
    let retired = Entry {
        number: 1,
        signs_from: at(0),
        kid: String::new(),
        key: None,
    };
    assert!(Schedule::new(vec![retired], None).is_none());
}
