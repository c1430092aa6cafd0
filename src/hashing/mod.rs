//! Floor 1: password hashes. bcrypt on a bounded pool, never on an async worker.
//!
//! bcrypt sees 72 bytes and stops at a NUL, so a password it would not see whole goes through HMAC-SHA-256 first. The
//! stored hash says which: `bcrypt:$2b$…` or `hmac-sha256+bcrypt:$2b$…`.

mod pool;

use std::time::{Duration, Instant};

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use secrecy::{ExposeSecret, SecretString};

pub use self::pool::Permit;
use self::pool::Pool;
use crate::model::{Password, PasswordHash};

/// The key of the HMAC before bcrypt. Public: it keeps these digests apart from everybody else's, so that a leaked table
/// of plain SHA-256 digests cannot be tried against our hashes.
const DOMAIN: &[u8] = b"latchkey/password/v1";
const PLAIN: &str = "bcrypt:";
const PREHASHED: &str = "hmac-sha256+bcrypt:";
/// What bcrypt sees of a password.
const BCRYPT_BYTES: usize = 72;

/// However slow the machine was, nobody waits longer for the sake of others' secrets.
const MAX_PADDING: Duration = Duration::from_secs(2);

/// More passwords wait to be hashed than can be in time.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the hashing pool is full")]
pub struct Overloaded;

/// Whether a password was the right one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verification {
    /// It was.
    Valid,
    /// It was, and its hash has another cost than configured: replace it.
    ValidNeedsRehash,
    /// It was not.
    Invalid,
}

/// Hashes and verifies passwords, as many at a time as there are cores.
#[derive(Clone, Debug)]
pub struct Hashing {
    cost: u32,
    decoy: PasswordHash,
    pool: Pool,
}

impl Hashing {
    /// A pool for so many hashes at a time. Costs one hash: the decoy that unknown addresses are verified against.
    ///
    /// # Panics
    /// When the cost is not one of bcrypt's (4 to 31).
    #[must_use]
    pub fn new(cost: u32, threads: usize) -> Self {
        let started = Instant::now();
        let decoy = hash_now(&Password::given("nobody's password"), cost);
        Self {
            cost,
            decoy,
            pool: Pool::new(threads, started.elapsed()),
        }
    }

    /// The soonest that a hash is answered where time might tell: an eighth later than it takes on this machine. That
    /// covers what a hash of another cost, or a long document, takes more than the decoy.
    #[must_use]
    pub fn padding_target(&self) -> Duration {
        (self.pool.estimate() * 9 / 8).min(MAX_PADDING)
    }

    /// A place in the pool: taken before an act counts an attempt, so that a refusal costs nobody anything.
    ///
    /// # Errors
    /// When too many wait already.
    pub fn try_acquire(&self) -> Result<Permit, Overloaded> {
        self.pool.try_acquire()
    }

    /// Hashes a new password.
    ///
    /// # Errors
    /// When it cannot be done.
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

    /// Verifies a password against an account's hash, or against the decoy where there is no account.
    /// Costs one bcrypt either way, so that time tells nothing.
    ///
    /// # Errors
    /// When it cannot be done.
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
                // A hash of a lower cost than configured took less time than the decoy does, which would tell that there
                // is an account. Costs c, c+1, … C-1 after the first c add up to C.
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
    // A password of the other scheme cannot be right; it is compared all the same, to take the same time.
    let Some((stored_scheme, hash)) = split(stored) else {
        return false;
    };
    let matches = bcrypt::non_truncating_verify(bytes.expose_secret(), hash).unwrap_or(false);
    matches && scheme == stored_scheme
}

fn seen_by_bcrypt(password: &Password) -> (&'static str, SecretString) {
    let text = password.expose();
    // bcrypt appends a NUL of its own: 71 bytes are what it sees whole.
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

    fn verdict(set: &str, given: &str) -> bool {
        verify_now(&Password::given(given), &hash_now(&Password::given(set), 4))
    }

    #[test]
    fn every_character_counts_however_long_the_password() {
        let a = "A".repeat(72);
        assert!(verdict(&format!("{a}x"), &format!("{a}x")));
        assert!(!verdict(&format!("{a}x"), &format!("{a}y")));
        assert!(!verdict(&"é".repeat(40), &"é".repeat(41)));
        for length in [70, 71, 72, 73, 256] {
            let password = "a".repeat(length);
            assert!(verdict(&password, &password), "{length}");
            assert!(!verdict(&password, &"a".repeat(length - 1)), "{length}");
        }
    }

    #[test]
    fn a_nul_is_a_character_like_any_other() {
        assert!(verdict("abc\0abc", "abc\0abc"));
        assert!(!verdict("abc", "abc\0abc"));
        assert!(!verdict("abc\0abc", "abc"));
        assert!(!verdict("", "\0"));
    }

    #[test]
    fn the_stored_hash_says_its_scheme() {
        assert!(
            hash_now(&Password::given("short"), 4)
                .as_str()
                .starts_with("bcrypt:$2b$04$")
        );
        assert!(
            hash_now(&Password::given(&"l".repeat(100)), 4)
                .as_str()
                .starts_with("hmac-sha256+bcrypt:$2b$04$")
        );
    }

    #[test]
    fn a_digest_is_not_the_password_it_is_made_of() {
        let long = "l".repeat(100);
        let digest = seen_by_bcrypt(&Password::given(&long)).1;
        assert!(!verdict(&long, digest.expose_secret()));
    }

    #[tokio::test]
    async fn a_hash_of_another_cost_is_told_and_the_decoy_matches_nothing() {
        let hashing = Hashing::new(4, 1);
        let password = Password::given("correct horse");
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
                .verify(&permit, &Password::given("nobody's password"), None)
                .await,
            Ok(Verification::Invalid)
        );
    }
}
