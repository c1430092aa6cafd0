//! The source of the trusted documents.

use std::path::PathBuf;

use crate::graphql::{TrustedDocuments, TrustedDocumentsError};

/// The source of the trusted documents: the file's path, or its content once it was read, so that
/// it is read and parsed only once.
#[derive(Clone, Debug)]
pub enum DocumentSource {
    /// A file that is not read yet.
    File(PathBuf),
    /// The parsed documents.
    Loaded(TrustedDocuments),
}

impl DocumentSource {
    /// Returns the documents, reading their file if necessary.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read, or if one of its documents is not acceptable.
    pub fn documents(self) -> Result<TrustedDocuments, TrustedDocumentsError> {
        match self {
            Self::File(path) => TrustedDocuments::read(&path),
            Self::Loaded(documents) => Ok(documents),
        }
    }
}

/// Reads the file that the setting names.
pub(super) fn load(source: Option<DocumentSource>) -> Result<Option<DocumentSource>, String> {
    match source {
        Some(DocumentSource::File(path)) => match TrustedDocuments::read(&path) {
            Ok(documents) => Ok(Some(DocumentSource::Loaded(documents))),
            Err(error) => Err(format!("{}: {error}", path.display())),
        },
        other => Ok(other),
    }
}
