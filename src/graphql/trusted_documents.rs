//! Trusted documents: the operator's front ends were built with them, and the server executes no
//! others.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use async_graphql::ServerError;

use super::document_limits::{self, CheckedDocument};

/// The prefix of a hash in `documentId` (GraphQL over HTTP, appendix on persisted documents).
const PREFIX: &str = "sha256:";

/// Parsed documents by their hash. Clones share them.
#[derive(Clone, Debug)]
pub struct TrustedDocuments(Arc<HashMap<String, CheckedDocument>>);

/// An error in a file of trusted documents.
#[derive(Debug, thiserror::Error)]
pub enum TrustedDocumentsError {
    /// The file cannot be read.
    #[error("the file cannot be read: {0}")]
    Read(std::io::Error),
    /// The file does not have the format that graphql-codegen writes.
    #[error("the file is not a JSON object of hashes and documents: {0}")]
    Malformed(#[from] serde_json::Error),
    /// The file has no document.
    #[error("the file holds no document")]
    Empty,
    /// A document is invalid or exceeds a limit.
    #[error("the document {hash} would be refused: {why}")]
    Invalid {
        /// The document's hash.
        hash: String,
        /// The message that a client would receive.
        why: String,
    },
}

impl TrustedDocuments {
    /// Reads a file of documents.
    ///
    /// # Errors
    /// If the file cannot be read, or [`TrustedDocuments::parse`] refuses its contents.
    pub fn read(path: &Path) -> Result<Self, TrustedDocumentsError> {
        Self::parse(&std::fs::read_to_string(path).map_err(TrustedDocumentsError::Read)?)
    }

    /// Parses the JSON object that graphql-codegen writes for `persistedDocuments`, which maps
    /// hashes to documents.
    ///
    /// # Errors
    /// If the JSON has another form, or a document exceeds a limit.
    pub fn parse(json: &str) -> Result<Self, TrustedDocumentsError> {
        let texts: BTreeMap<String, String> = serde_json::from_str(json)?;
        if texts.is_empty() {
            return Err(TrustedDocumentsError::Empty);
        }
        let mut documents = HashMap::new();
        for (hash, text) in texts {
            match document_limits::check(&text) {
                Ok(checked) => _ = documents.insert(hash, checked),
                Err(error) => {
                    let why = ServerError::from(error).message;
                    return Err(TrustedDocumentsError::Invalid { hash, why });
                }
            }
        }
        Ok(Self(Arc::new(documents)))
    }

    /// Returns the document of a hash, with or without the prefix that names the hash function.
    pub(super) fn find(&self, hash: &str) -> Option<&CheckedDocument> {
        self.0
            .get(hash)
            .or_else(|| self.0.get(hash.strip_prefix(PREFIX)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn document_is_found_with_and_without_hash_prefix() {
        let trusted = TrustedDocuments::parse(
            r#"{ "abc": "{ me { id } }", "sha256:def": "{ __typename }" }"#,
        )
        .unwrap();
        for hash in ["abc", "sha256:abc", "sha256:def"] {
            assert!(trusted.find(hash).is_some(), "{hash}");
        }
        for hash in ["", "ABC", "def", "sha256:", "sha1:abc"] {
            assert!(trusted.find(hash).is_none(), "{hash}");
        }
    }

    #[test]
    fn unusable_file_is_an_error_when_it_is_read() {
        for (json, says) in [
            ("[]", "not a JSON object"),
            ("{", "not a JSON object"),
            (r#"{ "abc": 1 }"#, "not a JSON object"),
            ("{}", "holds no document"),
            (
                r#"{ "abc": "{" }"#,
                "the document abc would be refused: The document is not valid GraphQL.",
            ),
            (
                r#"{ "abc": "fragment F on User { id }" }"#,
                "The document has no operation.",
            ),
        ] {
            let error = TrustedDocuments::parse(json).unwrap_err().to_string();
            assert!(error.contains(says), "{json}: {error}");
        }
    }
}
