//! scrypt.

use super::super::ImportedHash;
use super::super::encoding::{Bytes, crypt_base64, crypt_digit, hex};
use super::super::function::Function;
use super::{parts, some_base64};

/// Describes a hash whose N is a number.
pub(super) fn hash(n: u64, r: u32, p: u32, salt: Vec<u8>, key: Vec<u8>) -> Option<ImportedHash> {
    let log_n = u8::try_from(n.ilog2()).ok()?;
    (n.is_power_of_two() && log_n > 0 && r > 0 && p > 0 && !key.is_empty()).then(|| {
        let salt = Bytes(salt);
        ImportedHash::derive(Function::Scrypt { log_n, r, p, salt }, key)
    })
}

/// Parses `salt:key` in hexadecimal, whose salt is the text itself.
pub(super) fn colon(text: &str, r: u32) -> Option<ImportedHash> {
    let (salt, key) = text.split_once(':')?;
    hex(salt)?;
    let nfkc = super::super::preparation::Step::Nfkc;
    hash(16_384, r, 1, salt.into(), hex(key)?).map(|hash| hash.after([nfkc]))
}

/// Parses `$scrypt$ln=16,r=8,p=1$salt$key`, where some write N itself as `n` or even as `ln`, and
/// `$7$` of `crypt(3)`.
pub(super) fn modular(text: &str) -> Option<ImportedHash> {
    if let Some(rest) = text.strip_prefix("$7$") {
        return crypt(rest);
    }
    let [parameters, salt, key] = parts(text.strip_prefix("$scrypt$")?, '$')?;
    let (mut n, mut r, mut p) = (None, None, None);
    for parameter in parameters.split(',') {
        let (name, value) = parameter.split_once('=')?;
        let value: u64 = value.parse().ok()?;
        match name {
            // 2^64 and more is no N, so a larger number is N itself.
            "ln" if value < 64 => n = Some(1 << value),
            "n" | "ln" => n = Some(value),
            "r" => r = u32::try_from(value).ok(),
            "p" => p = u32::try_from(value).ok(),
            _ => return None,
        }
    }
    let n = n.filter(|n| *n > 1)?;
    hash(n, r?, p?, some_base64(salt)?, some_base64(key)?)
}

/// Parses what follows `$7$`: N, r and p in `crypt`'s digits, and the salt as text.
fn crypt(text: &str) -> Option<ImportedHash> {
    let (settings, key) = text.split_once('$')?;
    let (log_n, numbers) = settings.as_bytes().split_first()?;
    let (r, rest) = numbers.split_at_checked(5)?;
    let (p, salt) = rest.split_at_checked(5)?;
    let n = 1_u64.checked_shl(crypt_digit(*log_n)?)?;
    hash(n, number(r)?, number(p)?, salt.to_vec(), crypt_base64(key)?)
}

fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().rev().try_fold(0, |number, digit| {
        Some((number << 6) | crypt_digit(*digit)?)
    })
}
