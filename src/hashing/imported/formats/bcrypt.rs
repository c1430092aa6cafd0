//! bcrypt in its own text format, and in two that take it apart.

use super::super::ImportedHash;
use super::super::encoding::{Bytes, bcrypt_base64};
use super::super::function::Function;
use super::{parts, some_base64};

/// Parses `$2a$10$` and what follows.
pub(super) fn plain(text: &str) -> Option<ImportedHash> {
    let [version, cost, rest] = parts(text.strip_prefix('$')?, '$')?;
    let is_known = matches!(version, "2a" | "2b" | "2y");
    if !is_known || !rest.is_ascii() || rest.len() != 53 {
        return None;
    }
    let (salt, digest) = rest.split_at(22);
    hash(cost, bcrypt_base64(salt)?, bcrypt_base64(digest)?)
}

/// Parses the salt and the digest apart, in bcrypt's alphabet: passlib and `MediaWiki`.
pub(super) fn split(cost: &str, salt: &str, digest: &str) -> Option<ImportedHash> {
    hash(cost, bcrypt_base64(salt)?, bcrypt_base64(digest)?)
}

/// Parses the salt and the digest in ordinary base64: Adonis.
pub(super) fn standard(cost: &str, salt: &str, digest: &str) -> Option<ImportedHash> {
    hash(cost, some_base64(salt)?, some_base64(digest)?)
}

fn hash(cost: &str, salt: Vec<u8>, digest: Vec<u8>) -> Option<ImportedHash> {
    let cost = cost.parse().ok().filter(|cost| (4..=31).contains(cost))?;
    (salt.len() == 16 && digest.len() == 23).then(|| {
        let salt = Bytes(salt);
        ImportedHash::derive(Function::Bcrypt { cost, salt }, digest)
    })
}
