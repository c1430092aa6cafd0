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
mod imported;
mod job;
mod pool;
mod priority;
mod queue;
mod stored;
mod task;

use std::fmt;
use std::io;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use bcrypt::HashParts;
use secrecy::SecretString;

pub use self::admission::Permit;
use self::imported::bcrypt_millis;
pub use self::imported::{
    FirebaseConfig, Format, HashError, HashOptions, ImportedHash, MAX_VERIFICATION_MIB,
    MAX_VERIFICATION_MILLIS, Parsed,
};
pub use self::job::BcryptEngine;
use self::job::Job;
use self::pool::Pool;
use self::stored::{Stored, is_equal, seen_by_bcrypt, stored_text};
use self::task::{Computed, ImportedJob, Task};
use crate::metrics::Metrics;
use crate::model::{Password, PasswordHash, Rng};

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
#[derive(Clone)]
pub struct Hashing {
    engine: BcryptEngine,
    cost: u32,
    /// The salt of the hash that is computed where there is no account.
    decoy: [u8; 16],
    rng: Rng,
    pool: Pool<Task>,
    unseal: Unseal,
    metrics: Metrics,
    /// The estimated time of the slowest imported hash in the store, in milliseconds.
    slowest_imported: Arc<AtomicU32>,
}

/// Opens the sealed secret of an application whose hashes were imported.
pub type Unseal = Arc<dyn Fn(&str) -> Option<SecretString> + Send + Sync>;

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
        drop(Job::run_batch(&[&job]));
        let pool = Pool::new(threads, engine.lanes(), started.elapsed())?;
        Ok(Self {
            engine,
            cost,
            decoy,
            rng,
            pool,
            unseal: Arc::new(|_| None),
            metrics: Metrics::default(),
            slowest_imported: Arc::default(),
        })
    }

    /// Opens the secrets of applications whose hashes were imported.
    #[must_use]
    pub fn with_unseal(self, unseal: Unseal) -> Self {
        Self { unseal, ..self }
    }

    /// Records the times of hashes.
    #[must_use]
    pub fn with_metrics(self, metrics: Metrics) -> Self {
        Self { metrics, ..self }
    }

    /// Returns the number of hashes that wait for a thread.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.pool.waiting()
    }

    /// Takes note of the slowest imported hash in the store: wrong passwords are answered no sooner
    /// than it could have been verified.
    pub fn expect_imported(&self, slowest_millis: u32) {
        self.slowest_imported
            .store(slowest_millis, Ordering::Relaxed);
    }

    /// Returns the earliest time for an answer that must not reveal whether a hash was verified: an
    /// eighth more than a hash takes on this machine now. That covers what a long document takes
    /// more than the decoy.
    #[must_use]
    pub fn padding_target(&self) -> Duration {
        let own = bcrypt_millis(self.cost);
        let slowest = self.slowest_imported.load(Ordering::Relaxed).max(own);
        (self.pool.latency() * 9 / 8 * slowest / own).min(MAX_PADDING)
    }

    /// Admits a client to the pool. Taken before an operation counts an attempt, so that a refusal
    /// uses up no limit.
    ///
    /// # Errors
    /// When the client's turn would come too late.
    pub fn try_acquire(&self, client: &str) -> Result<Permit, Overloaded> {
        let admitted = self.pool.try_acquire(client);
        if admitted.is_err() {
            self.metrics.hash("refused", Duration::ZERO);
        }
        admitted
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
        let parts = self.compute(permit, self.job(bytes, self.rng.bytes(), self.cost));
        Ok(stored_text(scheme, &parts.await?))
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
        if let Some(imported) = hash.and_then(ImportedHash::read) {
            return self.verify_imported(permit, password, imported).await;
        }
        let (scheme, bytes) = seen_by_bcrypt(password);
        let known = hash.and_then(Stored::parse);
        let (salt, cost) = match &known {
            Some(stored) => (stored.parts.get_salt_raw(), stored.parts.get_cost()),
            None => (self.decoy, self.cost),
        };
        let computed = self.compute(permit, self.job(bytes, salt, cost)).await?;
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

    /// Verifies a password against a hash of another system, which a right one is to replace.
    async fn verify_imported(
        &self,
        permit: &Permit,
        password: &Password,
        hash: ImportedHash,
    ) -> Result<Verification, Overloaded> {
        let secret = match hash.sealed_secret() {
            Some(sealed) => (self.unseal)(sealed),
            None => Some(SecretString::default()),
        };
        // Without its secret no password is right.
        let Some(secret) = secret else {
            return Ok(Verification::Invalid);
        };
        let job = ImportedJob {
            hash,
            password: password.clone(),
            secret,
        };
        let computed = self.run(permit, Task::Imported(job)).await?;
        Ok(if computed.is_right() {
            Verification::ValidNeedsRehash
        } else {
            Verification::Invalid
        })
    }

    async fn compute(&self, permit: &Permit, job: Job) -> Result<HashParts, Overloaded> {
        let computed = self.run(permit, Task::Bcrypt(job)).await?;
        computed.hash().ok_or(Overloaded)
    }

    async fn run(&self, permit: &Permit, task: Task) -> Result<Computed, Overloaded> {
        let started = Instant::now();
        let computed = self.pool.run(permit, task).await;
        let outcome = if computed.is_ok() { "ok" } else { "failed" };
        self.metrics.hash(outcome, started.elapsed());
        computed
    }

    /// Returns whether a text is one that this program stores: a hash of its own or an imported
    /// one.
    #[must_use]
    pub fn is_stored(hash: &PasswordHash) -> bool {
        Stored::parse(hash).is_some() || ImportedHash::read(hash).is_some()
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

impl fmt::Debug for Hashing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hashing")
            .field("engine", &self.engine)
            .field("cost", &self.cost)
            .field("pool", &self.pool)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
