//! Trusted documents: the operator's front ends were built with them, and the server executes no
//! others.

mod manifest;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_graphql::ServerError;

use super::document_limits::{self, CheckedDocument};
use super::type_system;
use super::validation::validate;
use manifest::ManifestError;

/// The prefix of a hash in `documentId` (GraphQL over HTTP, appendix on persisted documents).
const PREFIX: &str = "sha256:";

/// Parsed documents by their hash, without the prefix. Clones share them.
#[derive(Clone, Debug)]
pub struct TrustedDocuments(Arc<HashMap<String, Arc<CheckedDocument>>>);

/// An error in a file of trusted documents.
#[derive(Debug, thiserror::Error)]
#[error("{}: {error}", file.display())]
pub struct TrustedDocumentsError {
    file: PathBuf,
    error: FileError,
}

/// The reason why a file of trusted documents cannot be used.
#[derive(Debug, thiserror::Error)]
enum FileError {
    #[error("the file cannot be read: {0}")]
    Read(std::io::Error),
    #[error(transparent)]
    Malformed(#[from] ManifestError),
    #[error("the file holds no document")]
    Empty,
    /// The document is invalid or exceeds a limit. Holds the message that a client would receive.
    #[error("the document {hash} would be refused: {why}")]
    Invalid { hash: String, why: String },
    #[error("the document {hash} differs from the one of that name in {}", other.display())]
    Differs { hash: String, other: PathBuf },
}

impl TrustedDocuments {
    /// Reads the documents of all files.
    ///
    /// # Errors
    /// If a file cannot be read, has another form, or has no document; if a document is invalid or
    /// exceeds a limit; if two documents have the same hash.
    pub fn read(files: &[PathBuf]) -> Result<Self, TrustedDocumentsError> {
        let mut collected = Collected::default();
        for file in files {
            let read = std::fs::read_to_string(file).map_err(FileError::Read);
            let added = read.and_then(|json| collected.add(file, &json));
            added.map_err(|error| TrustedDocumentsError {
                file: file.clone(),
                error,
            })?;
        }
        Ok(Self(Arc::new(collected.checked)))
    }

    /// Returns the document of a hash, with or without the prefix that names the hash function.
    pub(super) fn find(&self, hash: &str) -> Option<&Arc<CheckedDocument>> {
        self.0.get(without_prefix(hash))
    }
}

/// The documents of the files that were read so far.
#[derive(Default)]
struct Collected {
    checked: HashMap<String, Arc<CheckedDocument>>,
    /// The text of each document, and the file that has it.
    texts: HashMap<String, (String, PathBuf)>,
}

impl Collected {
    fn add(&mut self, file: &Path, json: &str) -> Result<(), FileError> {
        let documents = manifest::read(json)?;
        if documents.is_empty() {
            return Err(FileError::Empty);
        }
        for (hash, text) in documents {
            let key = without_prefix(&hash).to_owned();
            match self.texts.get(&key) {
                Some((known, _)) if *known == text => continue,
                Some((_, other)) => {
                    let other = other.clone();
                    return Err(FileError::Differs { hash, other });
                }
                None => {}
            }
            match check(&text) {
                Ok(checked) => _ = self.checked.insert(key.clone(), Arc::new(checked)),
                Err(why) => return Err(FileError::Invalid { hash, why }),
            }
            self.texts.insert(key, (text, file.to_owned()));
        }
        Ok(())
    }
}

fn without_prefix(hash: &str) -> &str {
    hash.strip_prefix(PREFIX).unwrap_or(hash)
}

/// Parses and validates a document.
///
/// # Errors
/// If it would be rejected: the message that a client would see.
fn check(text: &str) -> Result<CheckedDocument, String> {
    let checked = document_limits::check(text).map_err(|error| ServerError::from(error).message)?;
    match validate(type_system(), &checked.document) {
        Ok(()) => Ok(checked),
        Err(errors) => {
            let first = errors.into_iter().next();
            Err(first.map(|error| error.message).unwrap_or_default())
        }
    }
}
