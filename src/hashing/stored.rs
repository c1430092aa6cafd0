//! The text of a stored hash of ours: the scheme, then bcrypt's output.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use bcrypt::HashParts;
use secrecy::SecretString;

use super::{BCRYPT_BYTES, COSTS};
use crate::model::{Password, PasswordHash};

/// The key of the HMAC before bcrypt. It is public: it only separates latchkey's digests from all
/// others, so that a leaked table of plain SHA-256 digests cannot be tried against the stored
/// hashes.
const DOMAIN: &[u8] = b"latchkey/password/v1";
const PLAIN: &str = "bcrypt:";
const PREHASHED: &str = "hmac-sha256+bcrypt:";

/// A stored hash, parsed.
pub(super) struct Stored<'a> {
    pub(super) scheme: &'a str,
    pub(super) parts: HashParts,
}

impl<'a> Stored<'a> {
    /// Parses a stored hash, or returns `None` where it is not one that this program writes.
    pub(super) fn parse(hash: &'a PasswordHash) -> Option<Self> {
        let text = hash.as_str();
        let (scheme, bcrypt) = text.split_at_checked(text.find('$')?)?;
        let parts: HashParts = bcrypt.parse().ok()?;
        COSTS
            .contains(&parts.get_cost())
            .then_some(Self { scheme, parts })
    }
}

pub(super) fn stored_text(scheme: &str, parts: &HashParts) -> PasswordHash {
    PasswordHash::new(format!("{scheme}{parts}"))
}

/// Compares two hashes in constant time.
pub(super) fn is_equal(stored: &HashParts, computed: &HashParts) -> bool {
    let (stored, computed) = (stored.to_string(), computed.to_string());
    verify_slices_are_equal(stored.as_bytes(), computed.as_bytes()).is_ok()
}

pub(super) fn seen_by_bcrypt(password: &Password) -> (&'static str, SecretString) {
    let text = password.expose();
    // bcrypt appends a NUL of its own: 71 bytes are what it sees whole.
    if text.len() < BCRYPT_BYTES && !text.contains('\0') {
        return (PLAIN, text.into());
    }
    let digest = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, DOMAIN), text.as_bytes());
    (PREHASHED, STANDARD_NO_PAD.encode(digest).into())
}
