//! One bcrypt hash, computed by the interleaved core or by the `bcrypt` crate.

use base64::{Engine, alphabet, engine::GeneralPurpose, engine::general_purpose::NO_PAD};
use bcrypt::HashParts;
use secrecy::{ExposeSecret, SecretString};

use super::bcrypt_core::{self, Digest, Input, MAX_LANES};

const BASE64: GeneralPurpose = GeneralPurpose::new(&alphabet::BCRYPT, NO_PAD);

/// The code that computes hashes. All write and read the same text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BcryptEngine {
    /// The core of this program: up to six hashes at once in each thread.
    Interleaved,
    /// The `bcrypt` crate: one hash at a time in each thread.
    Crate,
}

impl BcryptEngine {
    /// Returns the most hashes that a thread computes at once.
    pub(super) const fn lanes(self) -> usize {
        match self {
            Self::Interleaved => MAX_LANES,
            Self::Crate => 1,
        }
    }
}

/// A hash to compute.
pub(super) struct Job {
    pub(super) engine: BcryptEngine,
    /// At most 71 bytes, without NUL.
    pub(super) password: SecretString,
    pub(super) salt: [u8; 16],
    pub(super) cost: u32,
    /// The cost that decides how long the job takes: the hash's own, or a higher one.
    pub(super) work: u32,
}

impl Job {
    /// Computes jobs of the same work, and returns the results in the same order.
    pub(super) fn run_batch(batch: &[&Self]) -> Vec<HashParts> {
        match batch.first() {
            Some(first) if first.engine == BcryptEngine::Interleaved => {
                let inputs: Vec<_> = batch.iter().map(|job| job.input()).collect();
                let digests = bcrypt_core::hash_batch(&inputs, first.work);
                inputs.iter().zip(&digests).map(parts).collect()
            }
            _ => batch.iter().map(|job| job.run_by_crate()).collect(),
        }
    }

    fn input(&self) -> Input<'_> {
        Input {
            password: self.password.expose_secret().as_bytes(),
            salt: self.salt,
            cost: self.cost,
        }
    }

    fn run_by_crate(&self) -> HashParts {
        let hash = |cost| {
            let password = self.password.expose_secret();
            bcrypt::non_truncating_hash_with_salt(password, cost, self.salt)
                .expect("a valid cost, and at most 71 bytes")
        };
        let parts = hash(self.cost);
        // Costs c, c+1, … C-1 after the first c add up to C.
        for cost in self.cost..self.work {
            hash(cost);
        }
        parts
    }
}

/// Hands a result to the crate, which owns the text format.
fn parts((input, digest): (&Input<'_>, &Digest)) -> HashParts {
    let (salt, digest) = (BASE64.encode(input.salt), BASE64.encode(digest));
    let text = format!("$2b${:02}${salt}{digest}", input.cost);
    text.parse().expect("the format that the crate writes")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(engine: BcryptEngine, password: &str, cost: u32) -> Job {
        Job {
            engine,
            password: password.into(),
            salt: [7; 16],
            cost,
            work: 6,
        }
    }

    #[test]
    fn engines_agree_on_every_job_of_a_batch() {
        let batch = |engine| {
            let jobs = [("", 4), ("correct horse", 5), ("correct horse", 6)]
                .map(|(password, cost)| job(engine, password, cost));
            Job::run_batch(&jobs.each_ref())
        };
        let interleaved = batch(BcryptEngine::Interleaved);
        assert_eq!(interleaved, batch(BcryptEngine::Crate));
        assert!(interleaved[1].to_string().starts_with("$2b$05$"));
    }
}
