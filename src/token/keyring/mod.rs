//! The keys that sign access tokens: one signs, and each verifies the tokens that it signed. The
//! public keys form a JWK set (RFC 7517).
//!
//! If the keys are files, a running server follows the folder: [`Keyring::watch`] checks once a
//! second, and a token with an unknown `kid` causes an immediate check. A key is read once, when
//! its file appears.

mod change;
mod folder;
mod follow;
mod key;
mod pem;
mod schedule;
mod source;

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use serde_json::{Value, json};

pub use change::{RetireError, RotateError, Rotated};
use folder::KeyFolder;
use follow::{FolderState, read_folder};
pub(super) use key::SigningKey;
pub use pem::KeyAlgorithm;
pub use schedule::KeyState;
use schedule::{Entry, Schedule};
pub use source::{KeySource, SecretSource};

use super::KeyError;
use crate::model::Timestamp;

/// The time for which resource servers may cache the JWK set.
pub const JWKS_MAX_AGE: Duration = Duration::from_mins(5);
/// The largest lifetime that can be set for access tokens. An old key in the folder verifies that
/// much longer than it signs, whatever the current setting is: tokens issued before an operator
/// lowered it are still valid.
pub const LONGEST_LIFETIME: Duration = Duration::from_hours(24);
/// The time between a new key's publication and its first signature. Some resource servers look at
/// the JWK set every 15 minutes at the earliest, and never for an unknown key; others read it once
/// an hour, and caches in between add to that.
pub const LEAD: Duration = Duration::from_hours(24);

/// The signing keys. Clones share them.
#[derive(Clone)]
pub struct Keyring(Arc<Inner>);

struct Inner {
    /// The key folder and the algorithm of the next key, if the keys are files.
    files: Option<(KeyFolder, KeyAlgorithm)>,
    schedule: RwLock<Arc<Schedule>>,
    /// The number of times that the schedule was replaced.
    generation: AtomicU64,
    folder_state: Mutex<FolderState>,
}

/// A key's description for the operator.
#[derive(Clone, Debug)]
pub struct KeyInfo {
    /// The key's id.
    pub kid: String,
    /// The key's algorithm; `None` for a retired key.
    pub algorithm: Option<&'static str>,
    /// The time from which the key signs; `None` if it is unknown.
    pub signs_from: Option<Timestamp>,
    /// The key's state.
    pub state: KeyState,
}

impl Keyring {
    /// Reads the keys, and creates a first one if the folder has none.
    ///
    /// # Errors
    /// Returns an error if a key can neither be read nor created, is not a private signing key, or
    /// is readable by others.
    pub fn open(source: &KeySource, now: Timestamp) -> Result<Self, KeyError> {
        if let KeySource::Folder { data, algorithm } = source {
            let folder = KeyFolder::of(data);
            if folder.read()?.is_empty() {
                // If several nodes start at once, one of them creates the key.
                folder.add(1, *algorithm, now)?;
            }
        }
        Self::read(source)?.ok_or_else(|| KeyFolder::of(source.data()).without_key())
    }

    /// Reads the keys without creating any; returns `None` if there are none yet.
    ///
    /// # Errors
    /// Returns an error if a key cannot be read, is not a private signing key, or is readable by
    /// others.
    pub fn read(source: &KeySource) -> Result<Option<Self>, KeyError> {
        let fixed = |keys| {
            Schedule::new(operator_entries(keys), None).map(|schedule| (None, None, schedule))
        };
        let read = match source {
            KeySource::Folder { data, algorithm } => {
                let folder = KeyFolder::of(data);
                let (listing, schedule) = read_folder(&folder)?;
                schedule.map(|schedule| (Some((folder, *algorithm)), Some(listing), schedule))
            }
            KeySource::Pem(keys) => fixed(keys.keys()?),
            KeySource::Shared(secret) => fixed(vec![SigningKey::shared(&secret.bytes()?)]),
        };
        Ok(read.map(|(files, listing, schedule)| {
            let folder_state = Mutex::new(FolderState {
                listing,
                checked_for_unknown: None,
            });
            Self(Arc::new(Inner {
                files,
                schedule: RwLock::new(Arc::new(schedule)),
                generation: AtomicU64::new(0),
                folder_state,
            }))
        }))
    }

    /// Returns the public keys for resource servers: first the signing key, for clients that read
    /// only one, then the next key and those whose tokens are still valid.
    #[must_use]
    pub fn jwks(&self, now: Timestamp) -> Value {
        let schedule = self.schedule();
        let keys: Vec<_> = schedule
            .published(now)
            .into_iter()
            .filter_map(|entry| entry.key.as_ref()?.jwk.clone())
            .collect();
        json!({ "keys": keys })
    }

    /// Returns the public keys of the JWK set in PEM, in its order, each with its id.
    #[must_use]
    pub fn public_pems(&self, now: Timestamp) -> Vec<(String, String)> {
        let schedule = self.schedule();
        let published = schedule.published(now);
        let pem = |entry: &Entry| Some((entry.kid.clone(), entry.key.as_ref()?.public_pem()?));
        published.into_iter().filter_map(pem).collect()
    }

    /// Returns the names of the algorithms in the JWK set, each once, in its order.
    #[must_use]
    pub fn published_algorithms(&self, now: Timestamp) -> Vec<&'static str> {
        let schedule = self.schedule();
        let mut names = Vec::new();
        for entry in schedule.published(now) {
            let name = entry.key.as_ref().map(|key| key.algorithm_name());
            names.extend(name.filter(|name| !names.contains(name)));
        }
        names
    }

    /// Returns all keys that have left a trace, the newest first.
    #[must_use]
    pub fn list(&self, now: Timestamp) -> Vec<KeyInfo> {
        let schedule = self.schedule();
        let info = |(entry, state): (&Entry, _)| KeyInfo {
            kid: entry.kid.clone(),
            algorithm: entry.key.as_ref().map(|key| key.algorithm_name()),
            signs_from: Some(entry.signs_from).filter(|from| from.millis() > 0),
            state,
        };
        schedule.states(now).rev().map(info).collect()
    }

    /// Returns the key that signs.
    pub(super) fn signing(&self, now: Timestamp) -> Arc<SigningKey> {
        self.schedule().signing(now).clone()
    }

    /// Returns the key with exactly this id, if its tokens are accepted.
    pub(super) fn verifying(&self, kid: &str, now: Timestamp) -> Option<Arc<SigningKey>> {
        let known = || self.schedule().verifying(kid, now).cloned();
        known().or_else(|| {
            if self.check_for_unknown() {
                known()
            } else {
                None
            }
        })
    }

    /// Returns a number that changes whenever the keys do. What was verified under another one may
    /// have been verified with a key that is gone.
    pub(super) fn generation(&self) -> u64 {
        self.0.generation.load(Ordering::SeqCst)
    }

    /// Returns the time until which a key verifies; `None` if it is not known to end.
    pub(super) fn verifies_until(&self, kid: &str) -> Option<Timestamp> {
        let schedule = self.schedule();
        let index = schedule.entries().iter().position(|it| it.kid == kid)?;
        schedule.until(index)
    }

    fn schedule(&self) -> Arc<Schedule> {
        self.0
            .schedule
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Keyring({:?})",
            self.schedule()
                .entries()
                .iter()
                .map(|entry| &entry.kid)
                .collect::<Vec<_>>()
        )
    }
}

/// Turns the operator's keys into entries. The first one signs, so it counts as the newest.
fn operator_entries(keys: Vec<SigningKey>) -> Vec<Entry> {
    let signs_from = Timestamp::from_millis(0);
    let entry = |key: SigningKey| Entry {
        number: 0,
        signs_from,
        kid: key.kid.clone(),
        key: Some(Arc::new(key)),
    };
    keys.into_iter().rev().map(entry).collect()
}

#[cfg(test)]
mod tests;
