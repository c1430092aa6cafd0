//! The keys that sign access tokens: one signs, and each verifies what it signed. Their public halves are a JWK set
//! (RFC 7517).
//!
//! Where the keys are files, a running server follows the folder: [`Keyring::watch`] looks once a second, and a token
//! with an unknown `kid` makes it look at once. A key is read once, when its file appears.

mod change;
mod folder;
mod follow;
mod key;
mod pem;
mod schedule;
mod source;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use serde_json::{Value, json};

pub use change::{RetireError, RotateError, Rotated};
use folder::KeyFolder;
use follow::{Looked, read_folder};
pub(super) use key::SigningKey;
pub use pem::KeyAlgorithm;
pub use schedule::KeyState;
use schedule::{Entry, Schedule};
pub use source::{KeySource, SecretSource};

use super::KeyError;
use crate::model::Timestamp;

/// How long whoever verifies tokens may keep the JWK set.
pub const JWKS_MAX_AGE: Duration = Duration::from_mins(5);
/// The longest that an access token can be set to live. An old key in the folder verifies that much longer than it signs,
/// whatever the setting says today: tokens of the time before an operator lowered it live on.
pub const LONGEST_LIFETIME: Duration = Duration::from_hours(24);
/// How long a new key is shown before it signs: longer than anybody keeps the set, and than nodes take to see the file.
pub const LEAD: Duration = Duration::from_mins(10);

/// The keys. Clones are the same keyring.
#[derive(Clone)]
pub struct Keyring(Arc<Inner>);

struct Inner {
    /// Where the keys are files: the folder, and the algorithm of the next key.
    files: Option<(KeyFolder, KeyAlgorithm)>,
    schedule: RwLock<Arc<Schedule>>,
    looked: Mutex<Looked>,
}

/// One key, for the operator.
#[derive(Clone, Debug)]
pub struct KeyInfo {
    /// Its name.
    pub kid: String,
    /// Its algorithm; none when it was retired.
    pub algorithm: Option<String>,
    /// When it began to sign, or will; none where nobody knows.
    pub signs_from: Option<Timestamp>,
    /// What it does.
    pub state: KeyState,
}

impl Keyring {
    /// Reads the keys, and makes the first one where there is none.
    ///
    /// # Errors
    /// When a key can neither be read nor made, is no private key that signs, or can be read by others.
    pub fn open(source: &KeySource, now: Timestamp) -> Result<Self, KeyError> {
        if let KeySource::Folder { data, algorithm } = source {
            let folder = KeyFolder::of(data);
            if folder.read()?.is_empty() {
                // Of several nodes that start at once, one makes it.
                folder.add(1, *algorithm, now)?;
            }
        }
        Self::read(source)?.ok_or_else(|| KeyFolder::of(source.data()).without_key())
    }

    /// Reads the keys, and leaves everything as it is; none where there are none yet.
    ///
    /// # Errors
    /// When a key cannot be read, is no private key that signs, or can be read by others.
    pub fn read(source: &KeySource) -> Result<Option<Self>, KeyError> {
        let given =
            |keys| Schedule::new(given_entries(keys), None).map(|schedule| (None, None, schedule));
        let read = match source {
            KeySource::Folder { data, algorithm } => {
                let folder = KeyFolder::of(data);
                let (seen, schedule) = read_folder(&folder)?;
                schedule.map(|schedule| (Some((folder, *algorithm)), Some(seen), schedule))
            }
            KeySource::Pem(keys) => given(keys.keys()?),
            KeySource::Shared(secret) => given(vec![SigningKey::shared(&secret.bytes()?)]),
        };
        Ok(read.map(|(files, seen, schedule)| {
            let looked = Mutex::new(Looked { seen, asked: None });
            Self(Arc::new(Inner {
                files,
                schedule: RwLock::new(Arc::new(schedule)),
                looked,
            }))
        }))
    }

    /// The public keys, for whoever verifies access tokens: the one that signs comes first, for those who read no further;
    /// then the next, and those whose tokens live.
    #[must_use]
    pub fn jwks(&self, now: Timestamp) -> Value {
        let schedule = self.schedule();
        let mut good: Vec<_> = schedule
            .states(now)
            .rev()
            .filter(|(_, state)| state.is_good())
            .collect();
        good.sort_by_key(|(_, state)| *state != KeyState::Signing);
        let keys: Vec<_> = good
            .into_iter()
            .filter_map(|(entry, _)| entry.key.as_ref()?.jwk.clone())
            .collect();
        json!({ "keys": keys })
    }

    /// Every key that there is a trace of, the newest first.
    #[must_use]
    pub fn list(&self, now: Timestamp) -> Vec<KeyInfo> {
        let schedule = self.schedule();
        let info = |(entry, state): (&Entry, _)| KeyInfo {
            kid: entry.kid.clone(),
            algorithm: entry.key.as_ref().map(|key| format!("{:?}", key.algorithm)),
            signs_from: Some(entry.signs_from).filter(|from| from.millis() > 0),
            state,
        };
        schedule.states(now).rev().map(info).collect()
    }

    /// The key that signs.
    pub(super) fn signing(&self, now: Timestamp) -> Arc<SigningKey> {
        self.schedule().signing(now).clone()
    }

    /// The key of exactly this name, if its tokens are accepted.
    pub(super) fn verifying(&self, kid: &str, now: Timestamp) -> Option<Arc<SigningKey>> {
        let known = || self.schedule().verifying(kid, now).cloned();
        known().or_else(|| {
            if self.look_for_unknown() {
                known()
            } else {
                None
            }
        })
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

/// The first signs: it is the newest.
fn given_entries(keys: Vec<SigningKey>) -> Vec<Entry> {
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
