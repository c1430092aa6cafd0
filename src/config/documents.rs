//! The source of the trusted documents.

use std::path::PathBuf;

use crate::graphql::{TrustedDocuments, TrustedDocumentsError};

/// The source of the trusted documents: the files' paths, or their content once they were read, so
/// that they are read and parsed only once.
#[derive(Clone, Debug)]
pub enum DocumentSource {
    /// Files that are not read yet.
    Files(Vec<PathBuf>),
    /// The parsed documents.
    Loaded(TrustedDocuments),
}

impl DocumentSource {
    /// Returns the documents, reading their files if necessary.
    ///
    /// # Errors
    /// Returns an error if a file cannot be read, or if one of its documents is not acceptable.
    pub fn documents(self) -> Result<TrustedDocuments, TrustedDocumentsError> {
        match self {
            Self::Files(paths) => TrustedDocuments::read(&paths),
            Self::Loaded(documents) => Ok(documents),
        }
    }
}

/// Reads the files that the setting names.
pub(super) fn load(source: Option<DocumentSource>) -> Result<Option<DocumentSource>, String> {
    let documents = source.map(DocumentSource::documents).transpose();
    let documents = documents.map_err(|error| error.to_string())?;
    Ok(documents.map(DocumentSource::Loaded))
}
