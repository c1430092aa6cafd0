//! The work of the pool: a hash of ours, or the verification of an imported one.

use bcrypt::HashParts;
use secrecy::{ExposeSecret, SecretString};

use super::imported::ImportedHash;
use super::job::Job;
use super::pool::Work;
use crate::model::Password;

/// A piece of work for the pool.
pub(super) enum Task {
    Bcrypt(Job),
    Imported(ImportedJob),
}

/// The result of a piece of work.
pub(super) enum Computed {
    Hash(HashParts),
    Verdict(bool),
}

/// A verification of an imported hash.
pub(super) struct ImportedJob {
    pub(super) hash: ImportedHash,
    pub(super) password: Password,
    /// The secret of the application that made the hash.
    pub(super) secret: SecretString,
}

impl Work for Task {
    type Output = Computed;

    fn size(&self) -> Option<u32> {
        match self {
            Self::Bcrypt(job) => Some(job.work),
            Self::Imported(_) => None,
        }
    }

    fn run(batch: &[Self]) -> Vec<Computed> {
        if let [Self::Imported(job)] = batch {
            return vec![Computed::Verdict(job.run())];
        }
        let jobs = batch.iter().filter_map(|task| match task {
            Self::Bcrypt(job) => Some(job),
            Self::Imported(_) => None,
        });
        let hashes = Job::run_batch(&jobs.collect::<Vec<_>>());
        hashes.into_iter().map(Computed::Hash).collect()
    }
}

impl ImportedJob {
    /// Verifies the password as typed, which most systems hashed, and then its NFC.
    fn run(&self) -> bool {
        let secret = self.secret.expose_secret();
        let normalised = self.password.expose();
        self.password
            .as_typed()
            .is_some_and(|typed| self.hash.verify(typed, secret))
            || self.hash.verify(normalised, secret)
    }
}

impl Computed {
    /// Returns the hash that a job computed.
    pub(super) fn hash(self) -> Option<HashParts> {
        match self {
            Self::Hash(parts) => Some(parts),
            Self::Verdict(_) => None,
        }
    }

    pub(super) const fn is_right(&self) -> bool {
        matches!(self, Self::Verdict(true))
    }
}
