//! Texts that begin with `$` and name their function.

use super::super::digest::Sha;
use super::super::encoding::{Bytes, crypt_digit};
use super::super::function::{Function, Variant};
use super::super::preparation::Step;
use super::super::{ImportedHash, crypt as crypt_format};
use super::{Parsed, bcrypt, parts, pbkdf2, salted, scram, scrypt, some_base64};

/// Parses `$argon2id$v=19$m=65536,t=3,p=4$salt$key`, whose parameters come in any order, and whose
/// version is 16 where none is named.
pub(super) fn argon2(text: &str) -> Option<ImportedHash> {
    let mut parts = text.strip_prefix("$argon2")?.split('$').peekable();
    let variant = match parts.next()? {
        "id" => Variant::Id,
        "i" => Variant::I,
        "d" => Variant::D,
        _ => return None,
    };
    let version = parts
        .next_if(|part| part.starts_with("v="))
        .map_or(Some(16), |part| part[2..].parse().ok())?;
    let (mut memory, mut passes, mut lanes) = (None, None, None);
    for parameter in parts.next()?.split(',') {
        let (name, value) = parameter.split_once('=')?;
        let value = Some(value.parse().ok()?);
        match name {
            "m" => memory = value,
            "t" => passes = value,
            "p" => lanes = value,
            _ => return None,
        }
    }
    let (salt, key) = (some_base64(parts.next()?)?, some_base64(parts.next()?)?);
    let function = Function::Argon2 {
        variant,
        version,
        memory: memory?,
        passes: passes?,
        lanes: lanes?,
        salt: Bytes(salt),
    };
    let is_whole = parts.next().is_none();
    is_whole.then(|| ImportedHash::derive(function, key))
}

/// Parses what applications choose among: Argon2, bcrypt, PBKDF2.
pub(super) fn phc(text: &str) -> Option<ImportedHash> {
    argon2(text)
        .or_else(|| bcrypt::plain(text))
        .or_else(|| pbkdf2::modular(text))
}

/// Parses a text of `crypt(3)`. DES and `$apr1$` are of no use: nothing verifies them here.
pub(super) fn crypt(text: &str) -> Option<Parsed> {
    if text.starts_with("$apr1$") {
        return Some(Parsed::Unverifiable("apr1"));
    }
    if crypt_format::work(text).is_some() {
        return Some(ImportedHash::crypt(text).into());
    }
    if let Some(hash) = scrypt::modular(text).or_else(|| bcrypt::plain(text)) {
        return Some(hash.into());
    }
    let is_des = text.len() >= 13 && text.bytes().all(|byte| crypt_digit(byte).is_some());
    is_des.then_some(Parsed::Unverifiable("DES crypt"))
}

/// Parses any text that passlib writes with a `$`.
pub(super) fn passlib(text: &str) -> Option<Parsed> {
    bcrypt_sha256(text)
        .or_else(|| phc(text))
        .or_else(|| scrypt::modular(text))
        .or_else(|| salted::phpass(text))
        .or_else(|| scram::passlib(text))
        .map(Parsed::from)
        .or_else(|| crypt(text))
}

/// Parses `$bcrypt-sha256$v=2,t=2b,r=12$salt$digest`: bcrypt of an HMAC whose key is the salt's text.
/// Before version 2 it was a plain digest: `$bcrypt-sha256$2b,12$salt$digest`.
fn bcrypt_sha256(text: &str) -> Option<ImportedHash> {
    let [parameters, salt, digest] = parts(text.strip_prefix("$bcrypt-sha256$")?, '$')?;
    if let Some(rest) = parameters.strip_prefix("v=2,") {
        let cost = rest.split(',').find_map(|part| part.strip_prefix("r="))?;
        let step = Step::Base64Hmac(Sha::Sha256, salt.to_owned());
        return bcrypt::split(cost, salt, digest).map(|hash| hash.after([step]));
    }
    let (_, cost) = parameters.split_once(',')?;
    let step = Step::Base64Digest(Sha::Sha256);
    bcrypt::split(cost, salt, digest).map(|hash| hash.after([step]))
}
