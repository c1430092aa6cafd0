//! The folder of the signing keys: one file per key, written once and never changed.
//!
//! `1.pem`, `2.pem`, …: the number is the key's position, so that one of two concurrent rotations
//! wins. A line before the key gives the time from which it signs. `2.retired` takes the position
//! of a retired key, so that restoring a copy of the key's file does not revive it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::DateTime;

use super::pem::{EXPECTED, KeyAlgorithm, keys_in};
use super::schedule::Entry;
use crate::model::Timestamp;
use crate::token::files;
use crate::token::files::KeyError;

const SIGNS_FROM: &str = "Signs-From";
const KID: &str = "Kid";
/// The number of attempts to read a folder whose files disappear between listing and reading.
const TRIES: usize = 3;

/// The folder `keys` in the data folder.
#[derive(Clone, Debug)]
pub(super) struct KeyFolder {
    path: PathBuf,
}

/// A list of the properties that change with a file: name, modification time, length and inode.
pub(super) type Listing = Vec<(OsString, i64, i64, u64, u64)>;

impl KeyFolder {
    pub(super) fn of(data: &Path) -> Self {
        Self {
            path: data.join("keys"),
        }
    }

    /// Lists the folder's files, if it exists. Costs one stat per file and reads none.
    pub(super) fn listing(&self) -> Result<Listing, KeyError> {
        let io_error = |source| files::io(&self.path, source);
        let mut listing = Listing::new();
        let entries = match fs::read_dir(&self.path) {
            Err(source) if source.kind() == ErrorKind::NotFound => return Ok(listing),
            entries => entries.map_err(io_error)?,
        };
        for entry in entries {
            let entry = entry.map_err(io_error)?;
            // A file that is gone already belongs to the next listing.
            if let Ok(meta) = entry.metadata() {
                listing.push((
                    entry.file_name(),
                    meta.mtime(),
                    meta.mtime_nsec(),
                    meta.len(),
                    meta.ino(),
                ));
            }
        }
        listing.sort();
        Ok(listing)
    }

    /// Reads all keys, the oldest first.
    pub(super) fn read(&self) -> Result<Vec<Entry>, KeyError> {
        for _ in 1..TRIES {
            match self.try_read() {
                Err(KeyError::Io { source, .. }) if source.kind() == ErrorKind::NotFound => {}
                read => return read,
            }
        }
        self.try_read()
    }

    fn try_read(&self) -> Result<Vec<Entry>, KeyError> {
        let mut entries = Vec::new();
        for (number, path) in self.files()? {
            let entry = read_entry(number, &path)?;
            if !entries.is_empty() && entry.signs_from == Timestamp::from_millis(0) {
                let expected = "a key with a line `Signs-From: 2026-01-31T12:00:00Z` before it, as all but the first need";
                return Err(KeyError::Malformed { path, expected });
            }
            entries.push(entry);
        }
        let retired: Vec<_> = entries
            .iter()
            .filter(|entry| entry.key.is_none())
            .map(|entry| entry.kid.clone())
            .collect();
        for entry in entries
            .iter_mut()
            .filter(|entry| retired.contains(&entry.kid))
        {
            entry.key = None;
        }
        Ok(entries)
    }

    /// Returns the key files by number; a retired key's record hides the key of the same number.
    fn files(&self) -> Result<BTreeMap<u32, PathBuf>, KeyError> {
        let mut files = BTreeMap::new();
        for (name, ..) in self.listing()? {
            let path = self.path.join(name);
            let extension = path.extension().and_then(|extension| extension.to_str());
            let number = path
                .file_stem()
                .and_then(|stem| stem.to_str())
                .and_then(|stem| stem.parse().ok());
            match (number, extension) {
                (Some(number), Some("retired")) => _ = files.insert(number, path),
                (Some(number), Some("pem")) => _ = files.entry(number).or_insert(path),
                (None, Some("pem")) => {
                    let expected = "named by its number, such as 2.pem";
                    return Err(KeyError::Malformed { path, expected });
                }
                // Drafts, and files left by platforms and editors.
                _ => {}
            }
        }
        Ok(files)
    }

    /// Adds a key. Returns false if the number is taken.
    pub(super) fn add(
        &self,
        number: u32,
        algorithm: KeyAlgorithm,
        signs_from: Timestamp,
    ) -> Result<bool, KeyError> {
        let text = format!(
            "{SIGNS_FROM}: {}\n{}",
            signs_from.to_rfc3339(),
            algorithm.generate()
        );
        files::create_folder(&self.path)?;
        files::create(&self.pem(number), &text)
    }

    /// Retires a key. Its file is removed last, so that an interrupted retirement is complete.
    pub(super) fn retire(&self, entry: &Entry, now: Timestamp) -> Result<(), KeyError> {
        let (signs_from, retired_at) = (entry.signs_from.to_rfc3339(), now.to_rfc3339());
        let text = format!(
            "{KID}: {}\n{SIGNS_FROM}: {signs_from}\nRetired-At: {retired_at}\n",
            entry.kid
        );
        files::create(&self.path.join(format!("{}.retired", entry.number)), &text)?;
        remove(&self.pem(entry.number))
    }

    /// Removes the files of a key that has ended.
    pub(super) fn remove(&self, entry: &Entry) -> Result<(), KeyError> {
        remove(&self.pem(entry.number))?;
        remove(&self.path.join(format!("{}.retired", entry.number)))
    }

    /// Returns the error of a folder in which no key can sign.
    pub(super) fn without_key(&self) -> KeyError {
        KeyError::Malformed {
            path: self.path.clone(),
            expected: "a folder with a key that was not retired",
        }
    }

    fn pem(&self, number: u32) -> PathBuf {
        self.path.join(format!("{number}.pem"))
    }
}

fn read_entry(number: u32, path: &Path) -> Result<Entry, KeyError> {
    let malformed = |expected| KeyError::Malformed {
        path: path.to_owned(),
        expected,
    };
    let text = files::read(path)?;
    let signs_from = match field(&text, SIGNS_FROM).map(DateTime::parse_from_rfc3339) {
        None => Timestamp::from_millis(0),
        Some(Ok(time)) => Timestamp::from_millis(time.timestamp_millis()),
        Some(Err(_)) => {
            return Err(malformed(
                "a key whose Signs-From is a time such as 2026-01-31T12:00:00Z",
            ));
        }
    };
    if path
        .extension()
        .is_some_and(|extension| extension == "retired")
    {
        let kid = field(&text, KID)
            .ok_or_else(|| malformed("the record of a retired key"))?
            .to_owned();
        return Ok(Entry {
            number,
            signs_from,
            kid,
            key: None,
        });
    }
    let keys = keys_in(&text).and_then(|keys| <[_; 1]>::try_from(keys).ok());
    let [key] = keys.ok_or_else(|| malformed(EXPECTED))?;
    Ok(Entry {
        number,
        signs_from,
        kid: key.kid.clone(),
        key: Some(Arc::new(key)),
    })
}

/// Returns a field of the text before the key, where PEM allows explanations (RFC 7468, section
/// 5.2).
fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = text.lines().take_while(|line| !line.starts_with("-----"));
    lines
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
        .map(str::trim)
}

fn remove(path: &Path) -> Result<(), KeyError> {
    match fs::remove_file(path) {
        Err(source) if source.kind() != ErrorKind::NotFound => Err(files::io(path, source)),
        _ => Ok(()),
    }
}
