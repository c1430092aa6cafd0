//! Formats of several fields.

use serde_json::Value;

use super::super::digest::Sha;
use super::super::encoding::{Bytes, hex};
use super::super::function::{Function, Variant};
use super::super::{Finish, ImportedHash};
use super::{FirebaseConfig, Parsed, pbkdf2, some_base64};

fn text<'a>(stored: &'a Value, name: &str) -> Option<&'a str> {
    stored.get(name)?.as_str()
}

/// Parses Payload's `hash` and `salt`. The salt is the text itself. Rows without a prefix have the
/// parameters of passport-local-mongoose.
pub(super) fn payload(stored: &Value) -> Option<Parsed> {
    let (hash, salt) = (text(stored, "hash")?, text(stored, "salt")?);
    let (iterations, key) = match hash.strip_prefix("pbkdf2-sha256-v1:") {
        Some(key) => (600_000, hex(key)?),
        None => (25_000, hex(hash)?),
    };
    pbkdf2::hash(Sha::Sha256, iterations, salt, key).map(Parsed::from)
}

/// Parses Discourse's three columns. The salt is the text itself.
pub(super) fn discourse(stored: &Value) -> Option<Parsed> {
    let mut algorithm = text(stored, "password_algorithm")?.split('$').skip(1);
    let sha = Sha::named(algorithm.next()?.strip_prefix("pbkdf2-")?)?;
    let iterations = pbkdf2::iterations(algorithm.next()?)?;
    let salt = text(stored, "password_salt")?;
    let key = hex(text(stored, "password_hash")?)?;
    pbkdf2::hash(sha, iterations, salt, key).map(Parsed::from)
}

/// Parses Symfony's PBKDF2, whose parameters are in the application's code only: the defaults.
pub(super) fn symfony_pbkdf2(stored: &Value) -> Option<Parsed> {
    let (key, salt) = (some_base64(text(stored, "hash")?)?, text(stored, "salt")?);
    let is_default = key.len() == 40;
    pbkdf2::hash(Sha::Sha512, 1000, salt, key)
        .filter(|_| is_default)
        .map(Parsed::from)
}

/// Parses Symfony's message digest with the default parameters.
pub(super) fn symfony_digest(stored: &Value) -> Option<Parsed> {
    let key = some_base64(text(stored, "hash")?).filter(|key| key.len() == 64)?;
    let function = Function::Repeated {
        sha: Sha::Sha512,
        rounds: 5000,
        suffix: format!("{{{}}}", text(stored, "salt")?),
    };
    Some(ImportedHash::derive(function, key).into())
}

/// Parses Firebase's `passwordHash` and `salt`. A caller who may not read hashes gets the text
/// `REDACTED` for each: no hash of Firebase is as short.
pub(super) fn firebase(stored: &Value, config: Option<&FirebaseConfig>) -> Option<Parsed> {
    let config = config?;
    let key = some_base64(text(stored, "passwordHash")?).filter(|key| key.len() > 32)?;
    let mut salt = some_base64(text(stored, "salt")?)?;
    salt.extend(super::base64(&config.base64_salt_separator)?);
    let function = Function::Scrypt {
        log_n: config.mem_cost,
        r: config.rounds,
        p: 1,
        salt: Bytes(salt),
    };
    let hash = ImportedHash::derive(function, key).finished_by(Finish::EncryptsSecret);
    Some(hash.into())
}

/// Parses Keycloak's two JSON texts.
pub(super) fn keycloak(stored: &Value) -> Option<Parsed> {
    let inner = |name| serde_json::from_str::<Value>(text(stored, name)?).ok();
    let (secret, parameters) = (inner("secretData")?, inner("credentialData")?);
    let (key, salt) = (text(&secret, "value")?, text(&secret, "salt")?);
    let (key, salt) = (some_base64(key)?, some_base64(salt)?);
    let iterations = u32::try_from(parameters.get("hashIterations")?.as_u64()?).ok()?;
    let hash = match text(&parameters, "algorithm")? {
        "argon2" => ImportedHash::derive(argon2(&parameters, iterations, salt)?, key),
        // The first versions named SHA-1 by the function alone.
        "pbkdf2" => pbkdf2::hash(Sha::Sha1, iterations, salt, key)?,
        other => pbkdf2::hash(
            Sha::named(other.strip_prefix("pbkdf2-")?)?,
            iterations,
            salt,
            key,
        )?,
    };
    Some(hash.into())
}

fn argon2(parameters: &Value, passes: u32, salt: Vec<u8>) -> Option<Function> {
    let more = parameters.get("additionalParameters")?;
    let first = |name: &str| more.get(name)?.get(0)?.as_str();
    let variant = match first("type")? {
        "id" => Variant::Id,
        "i" => Variant::I,
        "d" => Variant::D,
        _ => return None,
    };
    let version = match first("version")? {
        "1.3" => 19,
        "1.0" => 16,
        _ => return None,
    };
    Some(Function::Argon2 {
        variant,
        version,
        memory: first("memory")?.parse().ok()?,
        passes,
        lanes: first("parallelism")?.parse().ok()?,
        salt: Bytes(salt),
    })
}
