//! Layer 1: password hashes. bcrypt runs on a bounded pool, never on an async worker.
//!
//! Each thread of the pool computes up to six hashes at once (`bcrypt_core`), which takes about
//! twice as long as one. The queue serves clients in turn (`queue`), and a caller whose turn
//! would come too late is refused (`admission`).
//!
//! bcrypt reads 72 bytes and stops at a NUL, so a password that it would cut goes through
//! HMAC-SHA-256 first. The stored hash names its scheme: `bcrypt:$2b$…` or
//! `hmac-sha256+bcrypt:$2b$…`.

mod admission;
mod bcrypt_core;
mod job;
mod pool;
mod priority;
mod queue;

use std::io;
use std::ops::RangeInclusive;
use std::time::{Duration, Instant};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use bcrypt::HashParts;
use secrecy::SecretString;

pub use self::admission::Permit;
pub use self::job::BcryptEngine;
use self::job::Job;
use self::pool::{Pool, Work};
use crate::model::{Password, PasswordHash, Rng};

/// The key of the HMAC before bcrypt. It is public: it only separates latchkey's digests from all
/// others, so that a leaked table of plain SHA-256 digests cannot be tried against the stored
/// hashes.
const DOMAIN: &[u8] = b"latchkey/password/v1";
const PLAIN: &str = "bcrypt:";
const PREHASHED: &str = "hmac-sha256+bcrypt:";
/// The number of bytes that bcrypt reads of a password.
const BCRYPT_BYTES: usize = 72;

/// The costs that bcrypt has.
const COSTS: RangeInclusive<u32> = 4..=31;

/// The upper bound of the padding, however slow the machine has been.
const MAX_PADDING: Duration = Duration::from_secs(2);

/// The hashing queue is full: the request would wait longer than the pool allows.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the hashing pool is full")]
pub struct Overloaded;

/// The result of verifying a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verification {
    /// It was.
    Valid,
    /// It was, and its hash has another cost than configured: replace it.
    ValidNeedsRehash,
    /// It was not.
    Invalid,
}

/// Hashes and verifies passwords.
#[derive(Clone, Debug)]
pub struct Hashing {
    engine: BcryptEngine,
    cost: u32,
    /// The salt of the hash that is computed where there is no account.
    decoy: [u8; 16],
    rng: Rng,
    pool: Pool<Job>,
}

/// A stored hash, parsed.
struct Stored<'a> {
    scheme: &'a str,
    parts: HashParts,
}

impl Hashing {
    /// Starts a pool of threads. Computes one hash, to learn how long that takes.
    ///
    /// # Errors
    /// When the system starts no thread.
    ///
    /// # Panics
    /// When the cost is not one of bcrypt's (4 to 31).
    pub fn new(engine: BcryptEngine, cost: u32, threads: usize, rng: Rng) -> io::Result<Self> {
        assert!(COSTS.contains(&cost), "bcrypt has no cost {cost}");
        let decoy = rng.bytes();
        let job = Job {
            engine,
            password: "a password".into(),
            salt: decoy,
            cost,
            work: cost,
        };
        let started = Instant::now();
        drop(Job::run(&[job]));
        let pool = Pool::new(threads, engine.lanes(), started.elapsed())?;
        Ok(Self {
            engine,
            cost,
            decoy,
            rng,
            pool,
        })
    }

    /// Returns the earliest time for an answer that must not reveal whether a hash was verified: an
    /// eighth more than a hash takes on this machine now. That covers what a long document takes
    /// more than the decoy.
    #[must_use]
    pub fn padding_target(&self) -> Duration {
        (self.pool.latency() * 9 / 8).min(MAX_PADDING)
    }

    /// Admits a client to the pool. Taken before an operation counts an attempt, so that a refusal
    /// uses up no limit.
    ///
    /// # Errors
    /// When the client's turn would come too late.
    pub fn try_acquire(&self, client: &str) -> Result<Permit, Overloaded> {
        self.pool.try_acquire(client)
    }

    /// Hashes a new password.
    ///
    /// # Errors
    /// When the computation fails.
    pub async fn hash(
        &self,
        permit: &Permit,
        password: &Password,
    ) -> Result<PasswordHash, Overloaded> {
        let (scheme, bytes) = seen_by_bcrypt(password);
        let job = self.job(bytes, self.rng.bytes(), self.cost);
        let parts = self.pool.run(permit, job).await?;
        Ok(stored_text(scheme, &parts))
    }

    /// Verifies a password against an account's hash, or against the decoy where there is no
    /// account. Takes the same time either way, right or wrong, whatever lower cost the hash has.
    ///
    /// # Errors
    /// When the computation fails.
    pub async fn verify(
        &self,
        permit: &Permit,
        password: &Password,
        hash: Option<&PasswordHash>,
    ) -> Result<Verification, Overloaded> {
        let (scheme, bytes) = seen_by_bcrypt(password);
        let known = hash.and_then(Stored::parse);
        let (salt, cost) = match &known {
            Some(stored) => (stored.parts.get_salt_raw(), stored.parts.get_cost()),
            None => (self.decoy, self.cost),
        };
        let computed = self.pool.run(permit, self.job(bytes, salt, cost)).await?;
        // A password of the other scheme cannot be right; it is hashed all the same, to take the
        // same time.
        let is_right = known
            .is_some_and(|stored| stored.scheme == scheme && is_equal(&stored.parts, &computed));
        Ok(if !is_right {
            Verification::Invalid
        } else if cost == self.cost {
            Verification::Valid
        } else {
            Verification::ValidNeedsRehash
        })
    }

    /// Describes a hash that takes at least as long as one of the configured cost. A hash of a
    /// lower cost would take less time than the decoy does, which would reveal that there is an
    /// account.
    fn job(&self, password: SecretString, salt: [u8; 16], cost: u32) -> Job {
        Job {
            engine: self.engine,
            password,
            salt,
            cost,
            work: cost.max(self.cost),
        }
    }
}

impl<'a> Stored<'a> {
    /// Parses a stored hash, or returns `None` where it is not one that this program writes.
    fn parse(hash: &'a PasswordHash) -> Option<Self> {
        let text = hash.as_str();
        let (scheme, bcrypt) = text.split_at_checked(text.find('$')?)?;
        let parts: HashParts = bcrypt.parse().ok()?;
        COSTS
            .contains(&parts.get_cost())
            .then_some(Self { scheme, parts })
    }
}

fn stored_text(scheme: &str, parts: &HashParts) -> PasswordHash {
    PasswordHash::new(format!("{scheme}{parts}"))
}

/// Compares two hashes in constant time.
fn is_equal(stored: &HashParts, computed: &HashParts) -> bool {
    let (stored, computed) = (stored.to_string(), computed.to_string());
    verify_slices_are_equal(stored.as_bytes(), computed.as_bytes()).is_ok()
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

#[cfg(test)]
mod tests;
