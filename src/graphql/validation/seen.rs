//! Remembers which documents were found valid, so that each is validated once.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_lc_rs::digest::{SHA256, digest};

/// The number of documents that are remembered. The front ends of one service have some hundreds;
/// each takes 64 bytes.
const MAX_DOCUMENTS: usize = 2048;

/// The digests of valid documents, the latest ones. Clones share them.
///
/// A document itself is never kept, and neither is the digest of one that has strings: a password
/// may be among them.
#[derive(Clone, Debug, Default)]
pub struct SeenDocuments(Arc<Mutex<Seen>>);

#[derive(Debug, Default)]
struct Seen {
    digests: HashSet<DocumentDigest>,
    in_order: VecDeque<DocumentDigest>,
}

/// The SHA-256 of a document's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct DocumentDigest([u8; 32]);

impl DocumentDigest {
    pub(crate) fn of(text: &str) -> Self {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest(&SHA256, text.as_bytes()).as_ref());
        Self(bytes)
    }
}

impl SeenDocuments {
    pub(crate) fn contains(&self, digest: &DocumentDigest) -> bool {
        self.seen().digests.contains(digest)
    }

    /// Remembers a document, and forgets the oldest where there are too many.
    pub(crate) fn insert(&self, digest: DocumentDigest) {
        let mut seen = self.seen();
        if !seen.digests.insert(digest) {
            return;
        }
        seen.in_order.push_back(digest);
        if seen.in_order.len() > MAX_DOCUMENTS
            && let Some(oldest) = seen.in_order.pop_front()
        {
            seen.digests.remove(&oldest);
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_documents_are_forgotten_when_full() {
        let seen = SeenDocuments::default();
        let digest = |number: usize| DocumentDigest::of(&number.to_string());
        for number in 0..=MAX_DOCUMENTS {
            seen.insert(digest(number));
            seen.insert(digest(number));
        }
        assert!(!seen.contains(&digest(0)));
        assert!((1..=MAX_DOCUMENTS).all(|number| seen.contains(&digest(number))));
        assert_eq!(seen.seen().digests.len(), MAX_DOCUMENTS);
    }
}
