//! Trusted documents: those that the operator's front ends were built with, and no others.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use super::document_limits::{self, CheckedDocument, DocumentError};
use super::type_system;
use super::validation::validate;

/// What `documentId` has before a hash (GraphQL over HTTP, appendix on persisted documents).
const PREFIX: &str = "sha256:";

/// Documents by their hash, parsed. Clones are the same documents.
#[derive(Clone, Debug)]
pub struct TrustedDocuments(Arc<HashMap<String, CheckedDocument>>);

/// Why a file of documents cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TrustedDocumentsError {
    /// The file cannot be read.
    #[error("the file cannot be read: {0}")]
    Read(std::io::Error),
    /// The file is not what graphql-codegen writes.
    #[error("the file is not a JSON object of hashes and documents: {0}")]
    Malformed(#[from] serde_json::Error),
    /// It holds nothing.
    #[error("the file holds no document")]
    Empty,
    /// A document would be refused.
    #[error("the document {hash} would be refused: {why}")]
    Refused {
        /// Which.
        hash: String,
        /// What a client would be told.
        why: String,
    },
}

impl TrustedDocuments {
    /// Reads a file of documents.
    ///
    /// # Errors
    /// When it cannot be read, or holds something else than [`TrustedDocuments::parse`] takes.
    pub fn read(path: &Path) -> Result<Self, TrustedDocumentsError> {
        Self::parse(&std::fs::read_to_string(path).map_err(TrustedDocumentsError::Read)?)
    }

    /// Reads what graphql-codegen writes for `persistedDocuments`: one JSON object, from hash to document.
    ///
    /// # Errors
    /// When it is something else, or holds a document that keeps not every limit.
    pub fn parse(json: &str) -> Result<Self, TrustedDocumentsError> {
        let texts: BTreeMap<String, String> = serde_json::from_str(json)?;
        if texts.is_empty() {
            return Err(TrustedDocumentsError::Empty);
        }
        let unfit = |hash: &String, unfit: DocumentError| {
            let why = async_graphql::ServerError::from(unfit).message;
            TrustedDocumentsError::Refused {
                hash: hash.clone(),
                why,
            }
        };
        let admit = |(hash, text): (String, String)| {
            let checked = document_limits::check(&text).map_err(|error| unfit(&hash, error))?;
            match validate(type_system(), &checked.document) {
                Ok(()) => Ok((hash, checked)),
                Err(errors) => Err(TrustedDocumentsError::Refused {
                    hash,
                    why: first_message(errors),
                }),
            }
        };
        Ok(Self(Arc::new(
            texts.into_iter().map(admit).collect::<Result<_, _>>()?,
        )))
    }

    /// The document of a hash, which may have the prefix that says what kind of hash it is.
    pub(super) fn find(&self, hash: &str) -> Option<&CheckedDocument> {
        self.0
            .get(hash)
            .or_else(|| self.0.get(hash.strip_prefix(PREFIX)?))
    }
}

fn first_message(errors: Vec<async_graphql::ServerError>) -> String {
    let first = errors.into_iter().next();
    first.map(|error| error.message).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_found_by_its_hash_with_and_without_the_prefix() {
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
    fn a_file_that_would_not_work_is_told_when_it_is_read() {
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
            (
                r#"{ "abc": "{ me { nam } }" }"#,
                "the document abc would be refused: The type \"User\" has no field \"nam\".",
            ),
        ] {
            let error = TrustedDocuments::parse(json).unwrap_err().to_string();
            assert!(error.contains(says), "{json}: {error}");
        }
    }
}
