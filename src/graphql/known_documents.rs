//! Remembers valid documents with their parsed form, so that each is parsed, checked and validated
//! once.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::digest::{SHA256, digest};

use super::document_limits::CheckedDocument;
use crate::model::Recent;

/// The maximum size of all documents that are remembered, in bytes.
const MAX_BYTES: usize = 8 * 1024 * 1024;
/// The bytes that a parsed document takes for each byte of its text. A field of a few characters
/// has a node of some 300 bytes.
const BYTES_PER_CHARACTER: usize = 48;

/// The valid documents, the latest ones. Clones share them.
///
/// A document that has strings is not kept, and neither is its digest: a password may be among
/// them.
#[derive(Clone)]
pub struct KnownDocuments(Arc<Mutex<Recent<Digest, Arc<CheckedDocument>>>>);

/// The SHA-256 of a document's text.
type Digest = [u8; 32];

impl Default for KnownDocuments {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Recent::new(MAX_BYTES))))
    }
}

impl KnownDocuments {
    /// Returns the document with this text, if it was found valid before.
    pub(super) fn find(&self, text: &str) -> Option<Arc<CheckedDocument>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&digest_of(text)).cloned()
    }

    /// Remembers a valid document.
    pub(super) fn insert(&self, text: &str, document: &Arc<CheckedDocument>) {
        if document.has_strings {
            return;
        }
        let size = text.len() * BYTES_PER_CHARACTER;
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(digest_of(text), document.clone(), size);
    }
}

impl fmt::Debug for KnownDocuments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KnownDocuments")
    }
}

fn digest_of(text: &str) -> Digest {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest(&SHA256, text.as_bytes()).as_ref());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graphql::document_limits::check;

    fn inserted(known: &KnownDocuments, text: &str) -> bool {
        known.insert(text, &Arc::new(check(text).unwrap()));
        known.find(text).is_some()
    }

    #[test]
    fn document_is_found_by_its_whole_text() {
        let known = KnownDocuments::default();
        assert!(inserted(&known, "{ me { id } }"));
        assert!(known.find("{ me { id }}").is_none());
        let found = known.find("{ me { id } }").unwrap();
        assert!(found.operation(None).is_ok());
    }

    #[test]
    fn document_with_a_string_is_never_kept() {
        let known = KnownDocuments::default();
        for text in [
            r#"mutation { login(input: {email: "a@x.test", password: "secret"}) { __typename } }"#,
            r#"{ node(id: "usr_1") { id } }"#,
            r#"query ($id: ID = "") { node(id: $id) { id } }"#,
        ] {
            assert!(!inserted(&known, text), "{text}");
        }
        assert!(!format!("{known:?}").contains("secret"));
    }

    #[test]
    fn memory_of_documents_is_bounded_by_bytes() {
        let known = KnownDocuments::default();
        let text = |number: usize| format!("{number:>3000}");
        let fits = MAX_BYTES / (text(0).len() * BYTES_PER_CHARACTER);
        let document = Arc::new(check("{ me { id } }").unwrap());
        for number in 0..fits + 20 {
            known.insert(&text(number), &document);
        }
        let kept = (0..fits + 20).filter(|number| known.find(&text(*number)).is_some());
        assert!((fits - 1..=fits).contains(&kept.count()));
        assert!(known.find(&text(0)).is_none());
    }
}
