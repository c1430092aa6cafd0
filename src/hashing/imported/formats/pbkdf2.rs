//! PBKDF2.

use std::num::NonZeroU32;

use super::super::ImportedHash;
use super::super::digest::Sha;
use super::super::encoding::Bytes;
use super::super::function::Function;
use super::{parts, some_base64};

/// Describes a hash.
pub(super) fn hash(
    sha: Sha,
    iterations: u32,
    salt: impl Into<Vec<u8>>,
    key: Vec<u8>,
) -> Option<ImportedHash> {
    let function = Function::Pbkdf2 {
        sha,
        iterations: NonZeroU32::new(iterations)?,
        salt: Bytes(salt.into()),
        secret_follows: false,
    };
    (!key.is_empty()).then(|| ImportedHash::derive(function, key))
}

/// Parses `$pbkdf2-sha256$29000$salt$key` and `$pbkdf2-sha256$i=29000,l=32$salt$key`. passlib names
/// SHA-1 by `$pbkdf2$`.
pub(super) fn modular(text: &str) -> Option<ImportedHash> {
    let [name, parameters, salt, key] = parts(text.strip_prefix("$pbkdf2")?, '$')?;
    let sha = match name.strip_prefix('-') {
        Some(name) => Sha::named(name)?,
        None => Sha::Sha1,
    };
    let (salt, key) = (some_base64(salt)?, some_base64(key)?);
    hash(sha, iterations(parameters)?, salt, key)
}

/// Reads the number of iterations, alone or as `i=` among others.
pub(super) fn iterations(parameters: &str) -> Option<u32> {
    let named = parameters
        .split(',')
        .find_map(|parameter| parameter.strip_prefix("i="));
    named.unwrap_or(parameters).parse().ok()
}

/// Parses a hash of ASP.NET Identity: a byte for the version, then the parts.
pub(super) fn aspnet(text: &str) -> Option<ImportedHash> {
    let bytes = some_base64(text)?;
    match bytes.split_first()? {
        (0, rest) => {
            let (salt, key) = rest.split_at_checked(16)?;
            hash(Sha::Sha1, 1000, salt, key.to_vec()).filter(|_| key.len() == 32)
        }
        (1, rest) => {
            let (function, rest) = number(rest)?;
            let sha = match function {
                0 => Sha::Sha1,
                1 => Sha::Sha256,
                2 => Sha::Sha512,
                _ => return None,
            };
            let (iterations, rest) = number(rest)?;
            let (length, rest) = number(rest)?;
            let (salt, key) = rest.split_at_checked(usize::try_from(length).ok()?)?;
            hash(sha, iterations, salt, key.to_vec())
        }
        _ => None,
    }
}

fn number(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (number, rest) = bytes.split_first_chunk()?;
    Some((u32::from_be_bytes(*number), rest))
}
