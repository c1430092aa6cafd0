//! Hashes in the format of `crypt(3)` that name all of their parameters themselves.

use sha_crypt::{PasswordVerifier, ShaCrypt};
use yescrypt::Yescrypt;

use super::digest::Hash;
use super::encoding::{crypt_digit, encode_crypt_base64};

/// A function of `crypt(3)`, known by the prefix of the hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scheme {
    Md5,
    Sha256,
    Sha512,
    Yescrypt,
}

impl Scheme {
    fn of(text: &str) -> Option<Self> {
        match text.split('$').nth(1)? {
            "1" => Some(Self::Md5),
            "5" => Some(Self::Sha256),
            "6" => Some(Self::Sha512),
            "y" => Some(Self::Yescrypt),
            _ => None,
        }
    }
}

/// The work of a hash: its time in microseconds and its memory in KiB.
pub(super) fn work(text: &str) -> Option<(u64, u64)> {
    match Scheme::of(text)? {
        Scheme::Md5 => Some((1_000, 0)),
        Scheme::Sha256 => Some((rounds(text)?, 0)),
        Scheme::Sha512 => Some((rounds(text)? * 6 / 5, 0)),
        Scheme::Yescrypt => {
            let params = text.split('$').nth(2)?.as_bytes();
            // The second character is the logarithm of N less one; the third is r less one. Longer
            // parameters come with more lanes or passes, which no system sets.
            let [_, log_n, r] = *params else { return None };
            let (log_n, r) = (crypt_digit(log_n)? + 1, u64::from(crypt_digit(r)?) + 1);
            let blocks = 1_u64.checked_shl(log_n)?.checked_mul(r)?;
            Some((blocks / 3, blocks / 8))
        }
    }
}

fn rounds(text: &str) -> Option<u64> {
    let field = text.split('$').nth(2)?;
    match field.strip_prefix("rounds=") {
        Some(rounds) => rounds.parse().ok(),
        None => Some(5000),
    }
}

/// Returns whether a hash is of this password. A hash that cannot be read is of none.
pub(super) fn verify(password: &[u8], text: &str) -> bool {
    match Scheme::of(text) {
        Some(Scheme::Md5) => verify_md5(password, text).unwrap_or(false),
        Some(Scheme::Sha256 | Scheme::Sha512) => {
            ShaCrypt::default().verify_password(password, text).is_ok()
        }
        Some(Scheme::Yescrypt) => Yescrypt::default().verify_password(password, text).is_ok(),
        None => false,
    }
}

fn verify_md5(password: &[u8], text: &str) -> Option<bool> {
    let (salt, expected) = text.strip_prefix("$1$")?.split_once('$')?;
    let computed = md5_crypt(password, salt.as_bytes());
    Some(super::is_equal(computed.as_bytes(), expected.as_bytes()))
}

/// The `$1$` scheme, first of FreeBSD: 1,000 rounds of MD5 over password, salt and the last digest
/// in a changing order.
fn md5_crypt(password: &[u8], salt: &[u8]) -> String {
    let inner = Hash::Md5.digest(&[password, salt, password].concat());
    let mut first = [password, b"$1$", salt].concat();
    first.extend(inner.iter().cycle().take(password.len()));
    let mut length = password.len();
    while length > 0 {
        first.push(if length & 1 == 1 { 0 } else { password[0] });
        length >>= 1;
    }
    let mut last = Hash::Md5.digest(&first);
    for round in 0..1000 {
        let is_odd = round % 2 == 1;
        let mut next = if is_odd {
            password.to_vec()
        } else {
            last.clone()
        };
        if round % 3 != 0 {
            next.extend_from_slice(salt);
        }
        if round % 7 != 0 {
            next.extend_from_slice(password);
        }
        next.extend_from_slice(if is_odd { &last } else { password });
        last = Hash::Md5.digest(&next);
    }
    // The bytes are written in groups of three, each from the highest to the lowest.
    let order = [12, 6, 0, 13, 7, 1, 14, 8, 2, 15, 9, 3, 5, 10, 4, 11];
    encode_crypt_base64(&order.map(|at| last[at]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_of_a_hash_follows_its_parameters() {
        assert_eq!(work("$6$rounds=656000$salt$hash"), Some((787_200, 0)));
        assert_eq!(work("$5$salt$hash"), Some((5000, 0)));
        assert_eq!(work("$y$j9T$salt$hash"), Some((43_690, 16_384)));
        assert_eq!(work("$y$jzzabc$salt$hash"), None);
        assert_eq!(work("$apr1$salt$hash"), None);
        assert_eq!(work("plain"), None);
    }

    #[test]
    fn hash_that_cannot_be_read_is_of_no_password() {
        for text in [
            "",
            "$",
            "$1$",
            "$1$salt",
            "$5$",
            "$6$rounds=x$a$b",
            "$y$j9T$",
            "$9$a$b",
        ] {
            assert!(!verify(b"a password", text), "{text}");
        }
    }
}
