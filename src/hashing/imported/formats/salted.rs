//! Digests with a salt, once or repeated.

use super::super::digest::{Hash, Sha};
use super::super::encoding::{Bytes, crypt_digit};
use super::super::function::Function;
use super::super::{Finish, ImportedHash};
use super::{Parsed, bcrypt, modular, parts, pbkdf2, scram, some_base64};

/// Describes one digest of a text before the password, the password, and a text after it.
pub(super) fn hash(hash: Hash, before: &[u8], after: &[u8], key: Vec<u8>) -> Option<ImportedHash> {
    let length = match hash {
        Hash::Md5 => 16,
        Hash::Sha(sha) => sha.len(),
    };
    (key.len() == length).then(|| {
        let (before, after) = (Bytes(before.to_vec()), Bytes(after.to_vec()));
        ImportedHash::derive(
            Function::Salted {
                hash,
                before,
                after,
            },
            key,
        )
    })
}

/// Parses `{SCHEME}` and what the scheme holds, as LDAP servers, Dovecot and htpasswd write it. The
/// salt stands behind the digest.
pub(super) fn ldap(text: &str) -> Option<Parsed> {
    let (scheme, rest) = text.strip_prefix('{')?.split_once('}')?;
    let scheme = scheme.to_ascii_uppercase();
    if let Some(digest) = digest_of(&scheme) {
        return salted(digest, rest, scheme.starts_with('S') && is_salted(&scheme))
            .map(Parsed::from);
    }
    match scheme.as_str() {
        "CRYPT" | "SHA512-CRYPT" | "SHA256-CRYPT" | "MD5-CRYPT" => modular::crypt(rest),
        "BLF-CRYPT" => bcrypt::plain(rest).map(Parsed::from),
        "ARGON2" | "ARGON2ID" | "ARGON2I" => modular::argon2(rest).map(Parsed::from),
        "PBKDF2" => dovecot_pbkdf2(rest).map(Parsed::from),
        "SCRAM-SHA-1" => scram::dovecot(Sha::Sha1, rest).map(Parsed::from),
        "SCRAM-SHA-256" => scram::dovecot(Sha::Sha256, rest).map(Parsed::from),
        _ => None,
    }
}

fn digest_of(scheme: &str) -> Option<Hash> {
    match scheme {
        "MD5" | "SMD5" => Some(Hash::Md5),
        "SHA" | "SHA1" | "SSHA" => Some(Hash::Sha(Sha::Sha1)),
        "SHA256" | "SSHA256" => Some(Hash::Sha(Sha::Sha256)),
        "SHA384" | "SSHA384" => Some(Hash::Sha(Sha::Sha384)),
        "SHA512" | "SSHA512" => Some(Hash::Sha(Sha::Sha512)),
        _ => None,
    }
}

fn is_salted(scheme: &str) -> bool {
    scheme.starts_with("SS") || scheme.starts_with("SM")
}

fn salted(digest: Hash, text: &str, is_salted: bool) -> Option<ImportedHash> {
    let bytes = some_base64(text)?;
    let length = match digest {
        Hash::Md5 => 16,
        Hash::Sha(sha) => sha.len(),
    };
    let (key, salt) = bytes.split_at_checked(length)?;
    if is_salted == salt.is_empty() {
        return None;
    }
    hash(digest, b"", salt, key.to_vec())
}

/// Parses `$1$salt$5000$key`: SHA-1, the salt as text, the key in hexadecimal.
fn dovecot_pbkdf2(text: &str) -> Option<ImportedHash> {
    let [salt, iterations, key] = parts(text.strip_prefix("$1$")?, '$')?;
    let key = super::super::encoding::hex(key)?;
    pbkdf2::hash(Sha::Sha1, iterations.parse().ok()?, salt, key)
}

/// Parses phpass's `$P$`, phpBB's `$H$`, and Drupal's `$S$`, which is SHA-512 and cut.
pub(super) fn phpass(text: &str) -> Option<ImportedHash> {
    let (kind, rest) = text.split_at_checked(3)?;
    let (hash, length) = match kind {
        "$P$" | "$H$" => (Hash::Md5, 22),
        "$S$" => (Hash::Sha(Sha::Sha512), 43),
        _ => return None,
    };
    let (rounds, rest) = rest.split_at_checked(1)?;
    let (salt, key) = rest.split_at_checked(8)?;
    let log_rounds = u8::try_from(crypt_digit(rounds.bytes().next()?)?).ok()?;
    if !(7..=30).contains(&log_rounds) || key.len() != length {
        return None;
    }
    let function = Function::Phpass {
        hash,
        log_rounds,
        salt: salt.to_owned(),
    };
    Some(ImportedHash::derive(function, key.into()).finished_by(Finish::CutText))
}
