//! Layer 1: password hashes. bcrypt runs on a bounded pool, never on an async worker.
//!
//! bcrypt reads 72 bytes and stops at a NUL, so a password that it would cut goes through
//! HMAC-SHA-256 first. The stored hash names its scheme: `bcrypt:$2b$…` or
//! `hmac-sha256+bcrypt:$2b$…`.

mod pool;

use std::time::{Duration, Instant};

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use secrecy::{ExposeSecret, SecretString};

pub use self::pool::Permit;
use self::pool::Pool;
use crate::model::{Password, PasswordHash};

/// The key of the HMAC before bcrypt. It is public: it only separates latchkey's digests from all
/// others, so that a leaked table of plain SHA-256 digests cannot be tried against the stored
/// hashes.
const DOMAIN: &[u8] = b"latchkey/password/v1";
const PLAIN: &str = "bcrypt:";
const PREHASHED: &str = "hmac-sha256+bcrypt:";
/// The number of bytes that bcrypt reads of a password.
const BCRYPT_BYTES: usize = 72;

/// The upper bound of the padding, however slow the machine has been.
const MAX_PADDING: Duration = Duration::from_secs(2);

/// The hashing queue is full: the request would wait longer than the pool allows.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the hashing pool is full")]
pub struct Overloaded;

/// The result of comparing a password with a stored hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verification {
    /// The password matches.
    Valid,
    /// The password matches, but the hash has another cost than the configured one: replace it.
    ValidNeedsRehash,
    /// The password does not match.
    Invalid,
}

/// Hashes and verifies passwords, at most one per core at a time.
#[derive(Clone, Debug)]
pub struct Hashing {
    cost: u32,
    decoy: PasswordHash,
    pool: Pool,
}

impl Hashing {
    /// Creates a pool of `threads` threads. Costs one hash: the decoy that passwords for unknown
    /// emails are verified against.
    ///
    /// # Panics
    /// Panics if the cost is outside bcrypt's range (4 to 31).
    #[must_use]
    pub fn new(cost: u32, threads: usize) -> Self {
        let started = Instant::now();
        let decoy = hash_now(&Password::unchecked("the decoy's password"), cost);
        Self {
            cost,
            decoy,
            pool: Pool::new(threads, started.elapsed()),
        }
    }

    /// Returns the minimum duration of a response whose timing must not reveal whether a hash was
    /// computed: an eighth more than a hash takes on this machine. The margin covers hashes of
    /// another cost and long documents.
    #[must_use]
    pub fn padding_target(&self) -> Duration {
        (self.pool.estimate() * 9 / 8).min(MAX_PADDING)
    }

    /// Reserves a place in the pool. An operation calls this before it counts an attempt, so that a
    /// request refused for overload uses up no attempt.
    ///
    /// # Errors
    /// Returns `Overloaded` if the queue is full.
    pub fn try_acquire(&self) -> Result<Permit, Overloaded> {
        self.pool.try_acquire()
    }

    /// Hashes a new password.
    ///
    /// # Errors
    /// Returns an error if the hashing task fails.
    pub async fn hash(
        &self,
        permit: &Permit,
        password: &Password,
    ) -> Result<PasswordHash, Overloaded> {
        let (password, cost) = (password.clone(), self.cost);
        self.pool
            .run(permit, move || hash_now(&password, cost))
            .await
    }

    /// Verifies a password against an account's hash, or against the decoy if there is no account.
    /// Both cost the same bcrypt work, so the duration does not reveal whether an account exists.
    ///
    /// # Errors
    /// Returns an error if the hashing task fails.
    pub async fn verify(
        &self,
        permit: &Permit,
        password: &Password,
        hash: Option<&PasswordHash>,
    ) -> Result<Verification, Overloaded> {
        let known = hash.is_some();
        let (password, hash) = (password.clone(), hash.unwrap_or(&self.decoy).clone());
        let cost = self.cost;
        let work = move || {
            let (right, stored) = (verify_now(&password, &hash), cost_of(&hash).unwrap_or(cost));
            if !right {
                // A hash of a lower cost takes less time than the decoy, which would reveal that
                // the account exists. Costs c, c+1, … C-1 after the first c add up to C.
                (stored..cost).for_each(|cost| drop(hash_now(&password, cost)));
            }
            (right, stored != cost)
        };
        Ok(match self.pool.run(permit, work).await? {
            (true, stale) if known => {
                if stale {
                    Verification::ValidNeedsRehash
                } else {
                    Verification::Valid
                }
            }
            _ => Verification::Invalid,
        })
    }
}

fn hash_now(password: &Password, cost: u32) -> PasswordHash {
    let (scheme, bytes) = seen_by_bcrypt(password);
    let hash = bcrypt::non_truncating_hash(bytes.expose_secret(), cost)
        .expect("a valid cost, and at most 72 bytes without NUL");
    PasswordHash::new(format!("{scheme}{hash}"))
}

fn verify_now(password: &Password, stored: &PasswordHash) -> bool {
    let (scheme, bytes) = seen_by_bcrypt(password);
    // A password of the other scheme cannot match; it is hashed all the same, to take the same
    // time.
    let Some((stored_scheme, hash)) = split(stored) else {
        return false;
    };
    let matches = bcrypt::non_truncating_verify(bytes.expose_secret(), hash).unwrap_or(false);
    matches && scheme == stored_scheme
}

fn seen_by_bcrypt(password: &Password) -> (&'static str, SecretString) {
    let text = password.expose();
    // bcrypt appends a NUL itself, so it reads at most 71 bytes without cutting.
    if text.len() < BCRYPT_BYTES && !text.contains('\0') {
        return (PLAIN, text.into());
    }
    let digest = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, DOMAIN), text.as_bytes());
    (PREHASHED, STANDARD_NO_PAD.encode(digest).into())
}

fn split(stored: &PasswordHash) -> Option<(&str, &str)> {
    let text = stored.as_str();
    text.split_at_checked(text.find('$')?)
}

fn cost_of(stored: &PasswordHash) -> Option<u32> {
    split(stored)?.1.split('$').nth(2)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verify(set: &str, attempt: &str) -> bool {
        verify_now(
            &Password::unchecked(attempt),
            &hash_now(&Password::unchecked(set), 4),
        )
    }

    #[test]
    fn every_character_of_a_long_password_counts() {
        let a = "A".repeat(72);
        assert!(verify(&format!("{a}x"), &format!("{a}x")));
        assert!(!verify(&format!("{a}x"), &format!("{a}y")));
        assert!(!verify(&"é".repeat(40), &"é".repeat(41)));
        for length in [70, 71, 72, 73, 256] {
            let password = "a".repeat(length);
            assert!(verify(&password, &password), "{length}");
            assert!(!verify(&password, &"a".repeat(length - 1)), "{length}");
        }
    }

    #[test]
    fn nul_in_a_password_counts_like_other_characters() {
        assert!(verify("abc\0abc", "abc\0abc"));
        assert!(!verify("abc", "abc\0abc"));
        assert!(!verify("abc\0abc", "abc"));
        assert!(!verify("", "\0"));
    }

    #[test]
    fn stored_hash_starts_with_its_scheme() {
        assert!(
            hash_now(&Password::unchecked("short"), 4)
                .as_str()
                .starts_with("bcrypt:$2b$04$")
        );
        assert!(
            hash_now(&Password::unchecked(&"l".repeat(100)), 4)
                .as_str()
                .starts_with("hmac-sha256+bcrypt:$2b$04$")
        );
    }

    #[test]
    fn digest_of_a_password_does_not_match_it() {
        let long = "l".repeat(100);
        let digest = seen_by_bcrypt(&Password::unchecked(&long)).1;
        assert!(!verify(&long, digest.expose_secret()));
    }

    #[tokio::test]
    async fn hash_of_another_cost_needs_rehash_and_decoy_fails() {
        let hashing = Hashing::new(4, 1);
        let password = Password::unchecked("correct horse");
        let old = hash_now(&password, 5);
        let permit = hashing.try_acquire().unwrap();
        assert_eq!(
            hashing.verify(&permit, &password, Some(&old)).await,
            Ok(Verification::ValidNeedsRehash)
        );
        let fresh = hashing.hash(&permit, &password).await.unwrap();
        assert_eq!(
            hashing.verify(&permit, &password, Some(&fresh)).await,
            Ok(Verification::Valid)
        );
        assert_eq!(
            hashing
                .verify(&permit, &Password::unchecked("the decoy's password"), None)
                .await,
            Ok(Verification::Invalid)
        );
    }
}
