//! Remembers tokens that were verified, so that each costs one check of its signature.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::digest::{SHA256, digest};

use crate::model::{AccountId, Recent, SessionId, Timestamp};

/// The number of tokens that are remembered, of some 150 bytes each.
const MAX_TOKENS: usize = 8192;

/// The tokens that were verified. Clones share them. A token itself is not kept: its digest is.
#[derive(Clone)]
pub struct VerifiedTokens(Arc<Mutex<Recent<[u8; 32], Verified>>>);

/// The result of verifying a token.
#[derive(Clone, Copy, Debug)]
pub(super) struct Verified {
    /// The state of the keys that the token was verified with. Under another one it counts for
    /// nothing.
    pub(super) generation: u64,
    /// The time until which the token's key verifies, if that is known.
    pub(super) key_until: Option<Timestamp>,
    /// The token's `exp`.
    pub(super) expires: i64,
    /// The account and the session that the token names.
    pub(super) named: (AccountId, SessionId),
}

impl Default for VerifiedTokens {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Recent::new(MAX_TOKENS))))
    }
}

impl VerifiedTokens {
    pub(super) fn get(&self, token: &str) -> Option<Verified> {
        let recent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        recent.get(&key(token)).copied()
    }

    pub(super) fn insert(&self, token: &str, verified: Verified) {
        let mut recent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        recent.insert(key(token), verified, 1);
    }
}

impl fmt::Debug for VerifiedTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VerifiedTokens")
    }
}

fn key(token: &str) -> [u8; 32] {
    let mut key = [0; 32];
    key.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
    key
}
