//! Keys of SCRAM (RFC 5802), from which a password can be verified without the protocol.

use serde_json::Value;

use super::super::digest::{Hash, Sha};
use super::super::preparation::Step;
use super::super::{Finish, ImportedHash};
use super::{Parsed, parts, pbkdf2, some_base64};

/// Describes a stored key. The server's key is of no use here, and shows that the text is whole.
fn stored_key(sha: Sha, iterations: u32, salt: &str, keys: [&str; 2]) -> Option<ImportedHash> {
    let read = |key| some_base64(key).filter(|key| key.len() == sha.len());
    let [stored, _] = [read(keys[0])?, read(keys[1])?];
    let hash = pbkdf2::hash(sha, iterations, some_base64(salt)?, stored)?;
    Some(hash.finished_by(Finish::StoredKey(sha)))
}

/// Parses `SCRAM-SHA-256$4096:salt$StoredKey:ServerKey`.
pub(super) fn postgresql(text: &str) -> Option<ImportedHash> {
    let [parameters, keys] = parts(text.strip_prefix("SCRAM-SHA-256$")?, '$')?;
    let (iterations, salt) = parameters.split_once(':')?;
    let keys = parts(keys, ':')?;
    let hash = stored_key(Sha::Sha256, iterations.parse().ok()?, salt, keys)?;
    Some(hash.after([Step::Saslprep]))
}

/// Parses Dovecot's `4096,salt,StoredKey,ServerKey`.
pub(super) fn dovecot(sha: Sha, text: &str) -> Option<ImportedHash> {
    let [iterations, salt, stored, server] = parts(text, ',')?;
    let keys = [stored, server];
    let hash = stored_key(sha, iterations.parse().ok()?, salt, keys)?;
    Some(hash.after([Step::Saslprep]))
}

/// Parses a document of `MongoDB`'s own users. With SHA-1 the password goes in as a digest that has
/// the user's name in it.
pub(super) fn mongodb(stored: &Value) -> Option<Parsed> {
    let text = |name: &str| stored.get(name).and_then(Value::as_str);
    let iterations = u32::try_from(stored.get("iterationCount")?.as_u64()?).ok()?;
    let salt = text("salt")?;
    let keys = [text("storedKey")?, text("serverKey")?];
    let of_256 = stored_key(Sha::Sha256, iterations, salt, keys);
    if let Some(hash) = of_256 {
        return Some(hash.after([Step::Saslprep]).into());
    }
    let prefix = format!("{}:mongo:", text("user")?);
    let steps = [Step::Prepend(prefix), Step::HexDigest(Hash::Md5)];
    let hash = stored_key(Sha::Sha1, iterations, salt, keys)?;
    Some(hash.after(steps).into())
}

/// Parses passlib's `$scram$100000$salt$sha-1=…,sha-256=…,sha-512=…`, of which the strongest key is
/// taken. They are salted passwords, not stored keys.
pub(super) fn passlib(text: &str) -> Option<ImportedHash> {
    let [iterations, salt, keys] = parts(text.strip_prefix("$scram$")?, '$')?;
    let salt = some_base64(salt)?;
    let (sha, key) = keys
        .split(',')
        .filter_map(|part| {
            let (name, key) = part.split_once('=')?;
            Some((Sha::named(name)?, some_base64(key)?))
        })
        .max_by_key(|(sha, _)| sha.len())?;
    let hash = pbkdf2::hash(sha, iterations.parse().ok()?, salt, key)?;
    Some(hash.after([Step::Saslprep]))
}
