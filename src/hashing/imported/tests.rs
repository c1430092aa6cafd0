use std::collections::BTreeSet;
use std::thread;

use clap::ValueEnum;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Value, json};

use super::*;

/// Hashes that the real libraries wrote, with a right and a wrong password.
const VECTORS: &str = include_str!("vectors.json");
/// Hashes that nothing verifies.
const UNVERIFIABLE: [&str; 3] = [
    "passlib-apr-md5-crypt-1",
    "htpasswd-apr1-1",
    "ldap-crypt-bigcrypt-1",
];

#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    id: String,
    format: Format,
    stored: Value,
    right: String,
    wrong: String,
    also_right: Option<String>,
    secret: Option<String>,
    firebase: Option<FirebaseConfig>,
}

impl Vector {
    fn parse(&self) -> Result<Parsed, HashError> {
        let options = HashOptions {
            secret: self.secret.clone().map(SecretString::from),
            firebase: self.firebase.clone(),
        };
        self.format.parse(&self.stored, &options)
    }

    fn hash(&self) -> ImportedHash {
        match self.parse() {
            Ok(Parsed::Hash(hash)) => hash,
            other => panic!("{}: {other:?}", self.id),
        }
    }

    fn secret(&self) -> String {
        let options = HashOptions {
            secret: self.secret.clone().map(SecretString::from),
            firebase: self.firebase.clone(),
        };
        self.format.secret(&options).unwrap_or_default().to_owned()
    }

    /// Returns the passwords with a wrong verdict.
    fn wrong_verdicts(&self) -> Vec<String> {
        let hash = ImportedHash::read(&self.hash().to_stored()).unwrap();
        let expected = [
            (Some(&self.right), true),
            (self.also_right.as_ref(), true),
            (Some(&self.wrong), false),
        ];
        expected
            .into_iter()
            .filter_map(|(password, verdict)| Some((password?, verdict)))
            .filter(|(password, verdict)| hash.verify(password, &self.secret()) != *verdict)
            .map(|(password, verdict)| format!("{}: {password} is not {verdict}", self.id))
            .collect()
    }
}

fn vectors() -> Vec<Vector> {
    serde_json::from_str(VECTORS).unwrap()
}

fn verifiable() -> Vec<Vector> {
    vectors()
        .into_iter()
        .filter(|vector| !UNVERIFIABLE.contains(&vector.id.as_str()))
        .filter(|vector| vector.id != "spring-noop-1")
        .collect()
}

#[test]
fn every_vector_is_verified_as_its_own_library_does() {
    let vectors = verifiable();
    assert!(vectors.len() > 130, "{}", vectors.len());
    let half = vectors.len() / 2;
    // Neighbours cost alike: each thread takes every second one.
    let (even, odd): (Vec<_>, Vec<_>) = (0..).zip(vectors).partition(|(at, _)| at % 2 == 0);
    assert!(even.len().abs_diff(half) < 2);
    let wrong: Vec<String> = thread::scope(|scope| {
        let check = |part: Vec<(usize, Vector)>| {
            scope.spawn(move || {
                let verdicts = part.iter().map(|(_, vector)| vector.wrong_verdicts());
                verdicts.flatten().collect::<Vec<_>>()
            })
        };
        let threads = [check(even), check(odd)];
        threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect()
    });
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn every_format_has_a_vector() {
    let tested: BTreeSet<Format> = vectors().iter().map(|vector| vector.format).collect();
    let unlike = [Format::Scrypt];
    for format in Format::value_variants() {
        assert!(
            tested.contains(format) || unlike.contains(format),
            "{format:?}"
        );
    }
}

#[test]
fn hash_that_nothing_verifies_is_named_and_not_kept() {
    for vector in vectors() {
        if UNVERIFIABLE.contains(&vector.id.as_str()) {
            assert!(
                matches!(vector.parse(), Ok(Parsed::Unverifiable(_))),
                "{}",
                vector.id
            );
        }
    }
}

#[test]
fn absent_password_is_no_password_in_every_format() {
    for format in Format::value_variants() {
        for absent in [
            json!(null),
            json!(""),
            json!("!"),
            json!("!Xa91"),
            json!("*"),
        ] {
            let parsed = format.parse(&absent, &HashOptions::default());
            assert!(
                matches!(parsed, Ok(Parsed::NoPassword)),
                "{format:?} {absent}"
            );
        }
    }
}

#[test]
fn damaged_hash_is_refused_or_of_no_password() {
    for vector in verifiable() {
        let Value::String(text) = &vector.stored else {
            continue;
        };
        for stored in [
            Value::String(text[..text.len() / 2].to_owned()),
            Value::String(format!("{text}$more")),
            json!({ "hash": text }),
            json!(7),
        ] {
            let damaged = Vector {
                stored: stored.clone(),
                ..vector.clone()
            };
            if let Ok(parsed) = damaged.parse() {
                let is_whole = matches!(&parsed, Parsed::Hash(it) if *it == vector.hash());
                assert!(!is_whole, "{} {stored}", vector.id);
            }
        }
    }
}

#[test]
fn every_format_but_its_own_refuses_an_object() {
    let options = HashOptions::default();
    for format in Format::value_variants() {
        let parsed = format.parse(&json!({ "unknown": true }), &options);
        assert!(matches!(parsed, Err(HashError::Malformed(_))), "{format:?}");
    }
}

#[test]
fn hash_that_needs_a_secret_is_refused_without_one() {
    let without: Vec<Format> = verifiable()
        .into_iter()
        .filter(|vector| vector.secret.is_some())
        .filter(|vector| {
            let parsed = vector.format.parse(&vector.stored, &HashOptions::default());
            matches!(parsed, Err(HashError::SecretMissing(_)))
        })
        .map(|vector| vector.format)
        .collect();
    assert!(without.contains(&Format::Devise) && without.contains(&Format::FlaskSecurity));
}

#[test]
fn cost_above_the_limit_is_refused_with_the_limit() {
    let refused =
        |format: Format, text: &str| match format.parse(&json!(text), &HashOptions::default()) {
            Err(HashError::TooCostly(error)) => error.to_string(),
            other => panic!("{text}: {other:?}"),
        };
    let (salt, key) = (
        "c2FsdHNhbHRzYWx0",
        "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE",
    );
    let bcrypt = format!("$2b$15${}{}", "a".repeat(22), "b".repeat(31));
    for (format, text) in [
        (Format::Bcrypt, bcrypt),
        (
            Format::Argon2,
            format!("$argon2id$v=19$m=262145,t=1,p=1${salt}${key}"),
        ),
        (
            Format::Argon2,
            format!("$argon2id$v=19$m=262144,t=4,p=1${salt}${key}"),
        ),
        (
            Format::Scrypt,
            format!("$scrypt$ln=19,r=8,p=1${salt}${key}"),
        ),
        (
            Format::Scrypt,
            format!("$scrypt$ln=16,r=8,p=6${salt}${key}"),
        ),
        (
            Format::Pbkdf2,
            format!("$pbkdf2-sha256$3000001${salt}${key}"),
        ),
        (Format::Crypt, "$6$rounds=900000$salt$hash".to_owned()),
        (
            Format::Phpass,
            format!("$P$J{}{}", "a".repeat(8), "b".repeat(22)),
        ),
    ] {
        let message = refused(format, &text);
        assert!(message.contains("1000 ms and 256 MiB"), "{message}");
    }
}

#[test]
fn every_vector_is_within_the_limits_of_an_import() {
    for vector in verifiable() {
        let millis = vector.hash().checked_millis();
        assert!(millis.is_ok(), "{}: {millis:?}", vector.id);
    }
}

#[test]
fn redacted_firebase_hash_is_refused_with_reason() {
    let vector = vectors()
        .into_iter()
        .find(|vector| vector.format == Format::Firebase)
        .unwrap();
    let redacted = Vector {
        stored: json!({ "passwordHash": "UkVEQUNURUQ=", "salt": "UkVEQUNURUQ=" }),
        ..vector
    };
    assert!(matches!(redacted.parse(), Err(HashError::Malformed(_))));
}

#[test]
fn debug_output_shows_nothing_of_a_hash() {
    let vector = &verifiable()[0];
    assert_eq!(format!("{:?}", vector.hash()), "ImportedHash(…)");
}
