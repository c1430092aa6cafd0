//! The operator's changes to keys in files. Each change is one new file, which running servers
//! notice.

use std::time::Duration;

use super::folder::KeyFolder;
use super::schedule::Schedule;
use super::{KeyState, Keyring, LONGEST_LIFETIME};
use crate::model::Timestamp;
use crate::token::KeyError;

/// The result of a rotation.
#[derive(Clone, Debug)]
pub struct Rotated {
    /// The new key.
    pub kid: String,
    /// The time from which the new key signs.
    pub signs_from: Timestamp,
    /// The keys that ended long ago and whose files were removed.
    pub removed: Vec<String>,
}

/// The reason for which no key was added.
#[derive(Debug, thiserror::Error)]
pub enum RotateError {
    /// The keys are not files, so latchkey cannot change them.
    #[error("the keys are not files that latchkey has created")]
    NotFiles,
    /// A key that has not begun to sign exists already.
    #[error("{kid} exists already and signs from {}; retire it first if you want another", signs_from.to_rfc3339())]
    Waiting {
        /// The id of that key.
        kid: String,
        /// The time from which it signs.
        signs_from: Timestamp,
    },
    /// Another process added a key at the same time.
    #[error("another rotation came first: see latchkey keys list")]
    Raced,
    /// The key files cannot be read or written.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// The reason for which no key was retired.
#[derive(Debug, thiserror::Error)]
pub enum RetireError {
    /// The keys are not files, so latchkey cannot change them.
    #[error("the keys are not files that latchkey has created")]
    NotFiles,
    /// No key has this id.
    #[error("there is no key {0}: see latchkey keys list")]
    Unknown(String),
    /// No other key could sign.
    #[error(
        "{0} signs, and no other key could: run latchkey keys rotate first (with --lead 0 to have it sign at once)"
    )]
    Last(String),
    /// The key files cannot be read or written.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// The time for which an ended key's file is kept after the next key began: longer than any token
/// lives.
const KEPT: Duration = LONGEST_LIFETIME.saturating_add(Duration::from_hours(1));

impl Keyring {
    /// Adds the next key, which is published and accepted at once and signs after `lead`.
    ///
    /// # Errors
    /// Returns an error if a next key exists already, or if the files cannot be read or written.
    pub fn rotate(&self, lead: Duration, now: Timestamp) -> Result<Rotated, RotateError> {
        let Some((folder, algorithm)) = &self.0.files else {
            return Err(RotateError::NotFiles);
        };
        let schedule = self.read_again(folder)?;
        let waiting = schedule.states(now).find_map(|(entry, state)| match state {
            KeyState::Next { signs_from } => Some((entry.kid.clone(), signs_from)),
            _ => None,
        });
        if let Some((kid, signs_from)) = waiting {
            return Err(RotateError::Waiting { kid, signs_from });
        }
        let last = schedule
            .entries()
            .last()
            .ok_or_else(|| folder.without_key())?;
        let (number, after) = (
            last.number + 1,
            last.signs_from.plus(Duration::from_millis(1)),
        );
        let signs_from = now.plus(lead).max(after);
        if !folder.add(number, *algorithm, signs_from)? {
            return Err(RotateError::Raced);
        }
        let rotated = self.read_again(folder)?;
        let new = rotated
            .entries()
            .iter()
            .find(|entry| entry.number == number)
            .ok_or(RotateError::Raced)?;
        Ok(Rotated {
            kid: new.kid.clone(),
            signs_from,
            removed: remove_ended(folder, &rotated, now)?,
        })
    }

    /// Ends a key at once: tokens that it signed are refused from now on. Where it was the one that
    /// signs, the next one Retires a key: the tokens that it signed are refused from now on. If it
    /// was the signing key, the next one takes over early. Returns the state that the key had until
    /// now.
    /// # Errors
    /// Returns an error if the key does not exist, if no other key could sign, or if the files
    /// cannot be read or written.
    pub fn retire(&self, kid: &str, now: Timestamp) -> Result<KeyState, RetireError> {
        let Some((folder, _)) = &self.0.files else {
            return Err(RetireError::NotFiles);
        };
        let schedule = self.read_again(folder)?;
        let found = schedule
            .states(now)
            .find(|(entry, state)| entry.kid == kid && *state != KeyState::Retired);
        let (entry, state) = found.ok_or_else(|| RetireError::Unknown(kid.to_owned()))?;
        let newer = schedule
            .entries()
            .iter()
            .any(|other| other.number > entry.number && other.key.is_some());
        if state == KeyState::Signing && !newer {
            return Err(RetireError::Last(kid.to_owned()));
        }
        folder.retire(entry, now)?;
        self.refresh();
        Ok(state)
    }

    fn read_again(&self, folder: &KeyFolder) -> Result<Schedule, KeyError> {
        self.refresh();
        Schedule::new(folder.read()?, Some(LONGEST_LIFETIME)).ok_or_else(|| folder.without_key())
    }
}

/// Removes the files of keys that ended long ago: a private key without a use can only leak.
fn remove_ended(
    folder: &KeyFolder,
    schedule: &Schedule,
    now: Timestamp,
) -> Result<Vec<String>, KeyError> {
    let successors = schedule.entries().iter().skip(1);
    let ended = schedule
        .states(now)
        .zip(successors)
        .filter(|((_, state), successor)| {
            matches!(state, KeyState::Ended | KeyState::Retired)
                && successor.signs_from.plus(KEPT) <= now
        });
    ended
        .map(|((entry, _), _)| folder.remove(entry).map(|()| entry.kid.clone()))
        .collect()
}
