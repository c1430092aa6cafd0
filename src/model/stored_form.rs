//! The stored document of an account that a newer version wrote.

use std::fmt;
use std::sync::Arc;

/// A stored document as it was read, in the form of its store. Kept where the document has fields
/// that this version does not know, so that a save can carry them along.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredForm(Arc<[u8]>);

impl StoredForm {
    /// Keeps a document.
    #[must_use]
    pub fn new(document: &[u8]) -> Self {
        Self(document.into())
    }

    /// Returns the document.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Prints nothing of the document, which holds addresses and hashes.
impl fmt::Debug for StoredForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoredForm(..)")
    }
}
