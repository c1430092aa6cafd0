//! The folder of the keys: one file each, which is written once and never changed.
//!
//! `1.pem`, `2.pem`, …: the number is the key's place in the order, so that of two rotations at once one wins. Before
//! the key stands a line that tells when it begins to sign. `2.retired` takes the place of a key that was retired, so
//! that a copy of its file that somebody puts back does not bring it to life.

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
/// How often a list is made anew when a file of it is gone before it is read.
const TRIES: usize = 3;

/// The folder `keys` of a data folder.
#[derive(Clone, Debug)]
pub(super) struct KeyFolder {
    path: PathBuf,
}

/// What tells that a file is another one than before: its name, when it was changed, its length, its place on the disk.
pub(super) type Listing = Vec<(OsString, i64, i64, u64, u64)>;

impl KeyFolder {
    pub(super) fn of(data: &Path) -> Self {
        Self {
            path: data.join("keys"),
        }
    }

    /// What is in the folder now, if it is there. Costs a look at each name, and reads no file.
    pub(super) fn listing(&self) -> Result<Listing, KeyError> {
        let unread = |source| files::io(&self.path, source);
        let mut listing = Listing::new();
        let entries = match fs::read_dir(&self.path) {
            Err(source) if source.kind() == ErrorKind::NotFound => return Ok(listing),
            entries => entries.map_err(unread)?,
        };
        for entry in entries {
            let entry = entry.map_err(unread)?;
            // One that is gone already is another listing's.
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

    /// Reads every key, the oldest first.
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

    /// The files that count, by number; a retirement hides the key of its number.
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
                // Drafts, and what platforms and editors leave.
                _ => {}
            }
        }
        Ok(files)
    }

    /// Makes a key; false where the number is taken.
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

    /// Ends a key at once. Its file goes last: what is half done is done.
    pub(super) fn retire(&self, entry: &Entry, now: Timestamp) -> Result<(), KeyError> {
        let (signs_from, retired_at) = (entry.signs_from.to_rfc3339(), now.to_rfc3339());
        let text = format!(
            "{KID}: {}\n{SIGNS_FROM}: {signs_from}\nRetired-At: {retired_at}\n",
            entry.kid
        );
        files::create(&self.path.join(format!("{}.retired", entry.number)), &text)?;
        remove(&self.pem(entry.number))
    }

    /// Removes what is left of a key that has ended.
    pub(super) fn remove(&self, entry: &Entry) -> Result<(), KeyError> {
        remove(&self.pem(entry.number))?;
        remove(&self.path.join(format!("{}.retired", entry.number)))
    }

    /// What is wrong where nothing can sign.
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

/// What stands before the key, where PEM leaves room for explanations (RFC 7468, section 5.2).
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
