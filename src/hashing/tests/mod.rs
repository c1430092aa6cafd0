mod bcrypt_core;
mod imported;

use secrecy::ExposeSecret;

use super::*;

fn hashing(engine: BcryptEngine, cost: u32) -> Hashing {
    Hashing::new(engine, cost, 1, Rng::system()).unwrap()
}

async fn hash(password: &str) -> PasswordHash {
    let hashing = hashing(BcryptEngine::Interleaved, 4);
    let permit = hashing.try_acquire("a client").unwrap();
    let password = Password::unchecked(password);
    hashing.hash(&permit, &password).await.unwrap()
}

async fn verify(hashing: &Hashing, attempt: &str, hash: Option<&PasswordHash>) -> Verification {
    let permit = hashing.try_acquire("a client").unwrap();
    let attempt = Password::unchecked(attempt);
    hashing.verify(&permit, &attempt, hash).await.unwrap()
}

async fn is_right(set: &str, attempt: &str) -> bool {
    let hashing = hashing(BcryptEngine::Interleaved, 4);
    verify(&hashing, attempt, Some(&hash(set).await)).await == Verification::Valid
}

#[tokio::test]
async fn every_character_of_a_long_password_counts() {
    let a = "A".repeat(72);
    assert!(is_right(&format!("{a}x"), &format!("{a}x")).await);
    assert!(!is_right(&format!("{a}x"), &format!("{a}y")).await);
    assert!(!is_right(&"é".repeat(40), &"é".repeat(41)).await);
    for length in [70, 71, 72, 73, 256] {
        let password = "a".repeat(length);
        assert!(is_right(&password, &password).await, "{length}");
        assert!(
            !is_right(&password, &"a".repeat(length - 1)).await,
            "{length}"
        );
    }
}

#[tokio::test]
async fn nul_in_a_password_counts_like_other_characters() {
    assert!(is_right("abc\0abc", "abc\0abc").await);
    assert!(!is_right("abc", "abc\0abc").await);
    assert!(!is_right("abc\0abc", "abc").await);
    assert!(!is_right("", "\0").await);
}

#[tokio::test]
async fn stored_hash_starts_with_its_scheme() {
    let (short, long) = (hash("short").await, hash(&"l".repeat(100)).await);
    assert!(short.as_str().starts_with("bcrypt:$2b$04$"));
    assert!(long.as_str().starts_with("hmac-sha256+bcrypt:$2b$04$"));
}

#[tokio::test]
async fn digest_of_a_password_does_not_match_it() {
    let long = "l".repeat(100);
    let digest = seen_by_bcrypt(&Password::unchecked(&long)).1;
    assert!(!is_right(&long, digest.expose_secret()).await);
}

#[tokio::test]
async fn hash_of_another_cost_is_valid_but_stale() {
    let stored = hash("correct horse").await;
    for (cost, expected) in [
        (4, Verification::Valid),
        (5, Verification::ValidNeedsRehash),
    ] {
        let hashing = hashing(BcryptEngine::Interleaved, cost);
        assert_eq!(
            verify(&hashing, "correct horse", Some(&stored)).await,
            expected
        );
        assert_eq!(
            verify(&hashing, "wrong horse", Some(&stored)).await,
            Verification::Invalid
        );
    }
}

#[tokio::test]
async fn each_engine_verifies_what_the_other_hashed() {
    let engines = [BcryptEngine::Interleaved, BcryptEngine::Crate].map(|it| hashing(it, 4));
    for (one, other) in [(0, 1), (1, 0)] {
        let permit = engines[one].try_acquire("a client").unwrap();
        let password = Password::unchecked("correct horse");
        let stored = engines[one].hash(&permit, &password).await.unwrap();
        let verification = verify(&engines[other], "correct horse", Some(&stored)).await;
        assert_eq!(verification, Verification::Valid);
    }
}

#[tokio::test]
async fn missing_or_corrupt_hash_matches_no_password() {
    let hashing = hashing(BcryptEngine::Interleaved, 4);
    let corrupt = ["", "bcrypt:", "bcrypt:$2b$04$short", "plain text"];
    let other_cost = format!("bcrypt:$2b$99${}", "a".repeat(53));
    for stored in corrupt.into_iter().chain([&*other_cost]) {
        let stored = PasswordHash::new(stored.to_owned());
        for attempt in ["a password", ""] {
            assert_eq!(
                verify(&hashing, attempt, Some(&stored)).await,
                Verification::Invalid
            );
            assert_eq!(verify(&hashing, attempt, None).await, Verification::Invalid);
        }
    }
}
