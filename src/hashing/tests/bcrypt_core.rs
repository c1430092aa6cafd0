use base64::{Engine, alphabet, engine::GeneralPurpose, engine::general_purpose::NO_PAD};
use bcrypt::HashParts;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::hashing::bcrypt_core::{Input, PI, WORDS, hash_batch, hash_lanes};

const BASE64: GeneralPurpose = GeneralPurpose::new(&alphabet::BCRYPT, NO_PAD);

/// Password, repetitions of it, and hash, as published with jBCrypt and with `crypt_blowfish`.
const PUBLISHED: [(&[u8], usize, &str); 15] = [
    (
        b"",
        1,
        "$2a$06$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s.",
    ),
    (
        b"",
        1,
        "$2a$08$HqWuK6/Ng6sg9gQzbLrgb.Tl.ZHfXLhvt/SgVyWhQqgqcZ7ZuUtye",
    ),
    (
        b"a",
        1,
        "$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe",
    ),
    (
        b"a",
        1,
        "$2a$08$cfcvVd2aQ8CMvoMpP2EBfeodLEkkFJ9umNEfPD18.hUF62qqlC/V.",
    ),
    (
        b"abc",
        1,
        "$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i",
    ),
    (
        b"abc",
        1,
        "$2a$08$Ro0CUfOqk6cXEKf3dyaM7OhSCvnwM9s4wIX9JeLapehKK5YdLxKcm",
    ),
    (
        ALPHABET,
        1,
        "$2a$06$.rCVZVOThsIa97pEDOxvGuRRgzG64bvtJ0938xuqzv18d3ZpQhstC",
    ),
    (
        ALPHABET,
        1,
        "$2a$08$aTsUwsyowQuzRrDqFflhgekJ8d9/7Z3GV3UcgvzQW3J5zMyrTvlz.",
    ),
    (
        SYMBOLS,
        1,
        "$2a$06$fPIsBO8qRqkjj273rfaOI.HtSV9jLDpTbZn782DC6/t7qT67P6FfO",
    ),
    (
        b"",
        1,
        "$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy",
    ),
    (
        b"U*U",
        1,
        "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
    ),
    (
        b"U*U*",
        1,
        "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK",
    ),
    (
        b"U*U*U",
        1,
        "$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a",
    ),
    (
        b"\xaa\x55",
        36,
        "$2a$05$/OK.fbVrR/bpIqNJ5ianF.R9xrDjiycxMbQE2bp.vgqlYpW5wx2yy",
    ),
    (
        b"\x55\xaa\xff",
        24,
        "$2a$05$/OK.fbVrR/bpIqNJ5ianF.9tQZzcJfm3uj2NvJ/n5xkhpqLrMpWCe",
    ),
];
const ALPHABET: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
const SYMBOLS: &[u8] = b"~!@#$%^&*()      ~!@#$%^&*()PNBFRD";

/// A fixed-point number: the integer part, the words of the state, and two more that take the
/// rounding errors.
type Fixed = [u32; 1 + WORDS + 2];

#[test]
fn initial_state_is_the_digits_of_pi() {
    // Machin: pi = 16 arctan(1/5) - 4 arctan(1/239).
    let mut pi = arctan_of_inverse(5, 16);
    subtract(&mut pi, &arctan_of_inverse(239, 4));
    assert_eq!(pi[0], 3);
    assert_eq!(pi[1..=WORDS], PI);
}

/// Sums `factor` * (1/x - 1/3x³ + 1/5x⁵ - …).
fn arctan_of_inverse(x: u32, factor: u32) -> Fixed {
    let mut power = [0; _];
    power[0] = factor;
    divide(&mut power, x);
    let mut sum = power;
    for odd in (3..).step_by(2) {
        divide(&mut power, x * x);
        let mut term = power;
        divide(&mut term, odd);
        if term.iter().all(|word| *word == 0) {
            break;
        }
        if odd % 4 == 3 {
            subtract(&mut sum, &term);
        } else {
            add(&mut sum, &term);
        }
    }
    sum
}

fn divide(number: &mut Fixed, divisor: u32) {
    let mut rest = 0;
    for word in number {
        let dividend = u64::from(rest) << 32 | u64::from(*word);
        (*word, rest) = (
            low(dividend / u64::from(divisor)),
            low(dividend % u64::from(divisor)),
        );
    }
}

fn add(number: &mut Fixed, other: &Fixed) {
    let mut carry = false;
    for (word, other) in number.iter_mut().zip(other).rev() {
        (*word, carry) = word.carrying_add(*other, carry);
    }
}

fn subtract(number: &mut Fixed, other: &Fixed) {
    let mut borrow = false;
    for (word, other) in number.iter_mut().zip(other).rev() {
        (*word, borrow) = word.borrowing_sub(*other, borrow);
    }
}

fn low(number: u64) -> u32 {
    u32::try_from(number).expect("less than the divisor, or its quotient")
}

#[test]
fn published_vectors_are_reproduced_in_one_batch() {
    let vectors = PUBLISHED.map(|(password, times, text)| {
        let parts: HashParts = text.parse().unwrap();
        (password.repeat(times), parts, text)
    });
    let inputs: Vec<_> = vectors
        .iter()
        .map(|(password, parts, _)| Input {
            password,
            salt: parts.get_salt_raw(),
            cost: parts.get_cost(),
        })
        .collect();
    let digests = hash_batch(&inputs, 8);
    for (digest, (_, _, text)) in digests.iter().zip(&vectors) {
        assert!(text.ends_with(&BASE64.encode(digest)), "{text}");
    }
}

#[test]
fn bytes_after_the_first_72_are_ignored() {
    let input = |password| Input {
        password,
        salt: [7; 16],
        cost: 4,
    };
    let (long, longer) = ([0xaa; 72], [0xaa; 80]);
    let [one, other] = hash_lanes(&[input(&long), input(&longer)], 4);
    assert_eq!(one, other);
}

prop_compose! {
    fn any_input()(password in vec(any::<u8>(), 0..=72), salt: [u8; 16], cost in 4_u32..=6) -> (Vec<u8>, [u8; 16], u32) {
        (password, salt, cost)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_lane_computes_what_the_crate_computes(inputs in vec(any_input(), 1..=8)) {
        let lanes: Vec<_> = inputs.iter().map(|(password, salt, cost)| Input { password, salt: *salt, cost: *cost }).collect();
        let digests = hash_batch(&lanes, 6);
        prop_assert_eq!(digests.len(), inputs.len());
        for (digest, (password, salt, cost)) in digests.iter().zip(&inputs) {
            let expected = bcrypt::hash_with_salt(password, *cost, *salt).unwrap().to_string();
            prop_assert!(expected.ends_with(&BASE64.encode(digest)), "{}", expected);
        }
    }
}
