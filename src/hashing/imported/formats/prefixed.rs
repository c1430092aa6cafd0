//! Texts that begin with the framework's own name of the function.

use secrecy::SecretString;

use super::super::ImportedHash;
use super::super::digest::{Hash, Sha};
use super::super::encoding::hex;
use super::super::function::Function;
use super::super::preparation::Step;
use super::{Parsed, bcrypt, modular, parts, pbkdf2, salted, scrypt, some_base64};

/// The HMAC key of `WordPress`, which is public.
const WORDPRESS_KEY: &str = "wp-sha384";

/// Parses a hash of `AdonisJS`, which writes bcrypt in ordinary base64 and names its version by the
/// number of its character.
pub(super) fn adonis(text: &str) -> Option<ImportedHash> {
    let Some(rest) = text.strip_prefix("$bcrypt$") else {
        return modular::argon2(text).or_else(|| scrypt::modular(text));
    };
    let [version, cost, salt, digest] = parts(rest, '$')?;
    let is_known = matches!(version, "v=97" | "v=98" | "v=121");
    bcrypt::standard(cost.strip_prefix("r=")?, salt, digest).filter(|_| is_known)
}

/// Parses a hash of Django. Salts are text.
pub(super) fn django(text: &str) -> Option<ImportedHash> {
    let (algorithm, rest) = text.split_once('$')?;
    let fields: Vec<&str> = rest.split('$').collect();
    match (algorithm, fields.as_slice()) {
        ("argon2", _) => modular::argon2(&format!("${rest}")),
        ("bcrypt", _) => bcrypt::plain(rest),
        ("bcrypt_sha256", _) => {
            let step = Step::HexDigest(Hash::Sha(Sha::Sha256));
            bcrypt::plain(rest).map(|hash| hash.after([step]))
        }
        ("scrypt", [n, salt, r, p, key]) => {
            let n = n.parse().ok().filter(|n| *n > 1)?;
            let (r, p) = (r.parse().ok()?, p.parse().ok()?);
            scrypt::hash(n, r, p, (*salt).into(), some_base64(key)?)
        }
        ("md5", [salt, key]) => before(Hash::Md5, salt, hex(key)?),
        ("sha1", [salt, key]) => before(Hash::Sha(Sha::Sha1), salt, hex(key)?),
        (_, [iterations, salt, key]) => {
            let sha = Sha::named(algorithm.strip_prefix("pbkdf2_")?)?;
            pbkdf2::hash(sha, iterations.parse().ok()?, *salt, some_base64(key)?)
        }
        _ => None,
    }
}

/// Describes one digest of the salt and the password behind it.
fn before(hash: Hash, salt: &str, key: Vec<u8>) -> Option<ImportedHash> {
    salted::hash(hash, salt.as_bytes(), b"", key)
}

/// Parses a hash of Werkzeug: `scrypt:32768:8:1$salt$key` and `pbkdf2:sha256:1000000$salt$key`. Salts
/// are text, keys hexadecimal.
pub(super) fn werkzeug(text: &str) -> Option<ImportedHash> {
    let [method, salt, key] = parts(text, '$')?;
    let key = hex(key)?;
    match method.split(':').collect::<Vec<_>>().as_slice() {
        ["scrypt", n, r, p] => {
            let n = n.parse().ok().filter(|n| *n > 1)?;
            scrypt::hash(n, r.parse().ok()?, p.parse().ok()?, salt.into(), key)
        }
        ["pbkdf2", sha, iterations] => {
            pbkdf2::hash(Sha::named(sha)?, iterations.parse().ok()?, salt, key)
        }
        _ => None,
    }
}

/// Parses a hash of `WordPress`: of 6.8 and later, of phpass before that, or of very old versions.
pub(super) fn wordpress(text: &str) -> Option<ImportedHash> {
    if let Some(rest) = text.strip_prefix("$wp") {
        let steps = [
            Step::Trim,
            Step::Base64Hmac(Sha::Sha384, WORDPRESS_KEY.to_owned()),
        ];
        return bcrypt::plain(rest).map(|hash| hash.after(steps));
    }
    let plain = || bcrypt::plain(text).or_else(|| modular::argon2(text));
    let md5 = || {
        let key = hex(text).filter(|key| key.len() == 16)?;
        salted::hash(Hash::Md5, b"", b"", key)
    };
    let hash = salted::phpass(text).or_else(plain).or_else(md5)?;
    Some(hash.after([Step::Trim]))
}

/// Parses a hash of `MediaWiki`: `:type:` and what the type holds.
pub(super) fn mediawiki(text: &str) -> Option<ImportedHash> {
    let (kind, rest) = text.strip_prefix(':')?.split_once(':')?;
    let fields: Vec<&str> = rest.split(':').collect();
    match (kind, fields.as_slice()) {
        ("argon2", _) => modular::argon2(rest),
        ("bcrypt", [rest]) => {
            let [cost, salt, digest] = parts::<3>(rest, '$')?;
            bcrypt::split(cost, salt, digest)
        }
        ("A", [key]) => salted::hash(Hash::Md5, b"", b"", hex(key)?),
        ("B", [salt, key]) => legacy_b(salt, hex(key)?),
        ("pbkdf2", [sha, iterations, _, salt, key]) => pbkdf2::hash(
            Sha::named(sha)?,
            iterations.parse().ok()?,
            some_base64(salt)?,
            some_base64(key)?,
        ),
        ("pbkdf2-legacyB", _) => layered(rest),
        _ => None,
    }
}

/// Describes MD5 of the salt, a dash and the MD5 of the password.
fn legacy_b(salt: &str, key: Vec<u8>) -> Option<ImportedHash> {
    salted::hash(Hash::Md5, b"", b"", key).map(|hash| hash.after(legacy_b_steps(salt)))
}

fn legacy_b_steps(salt: &str) -> [Step; 2] {
    [
        Step::HexDigest(Hash::Md5),
        Step::Prepend(format!("{salt}-")),
    ]
}

/// Parses PBKDF2 over the text of the older hash: `!sha512:30000:64!salt!salt!key`.
fn layered(text: &str) -> Option<ImportedHash> {
    let [_, parameters, inner_salt, salt, key] = parts(text, '!')?;
    let [sha, iterations, _] = parts(parameters, ':')?;
    let sha = Sha::named(sha)?;
    let [digest, prefix] = legacy_b_steps(inner_salt);
    pbkdf2::hash(
        sha,
        iterations.parse().ok()?,
        some_base64(salt)?,
        some_base64(key)?,
    )
    .map(|hash| hash.after([digest, prefix, Step::HexDigest(Hash::Md5)]))
}

/// Parses a hash of Spring Security. Its older PBKDF2 has its parameters in no file: they are those
/// of the default constructor.
pub(super) fn spring(text: &str, has_secret: bool) -> Option<Parsed> {
    let Some((id, rest)) = text.strip_prefix('{').and_then(|text| text.split_once('}')) else {
        return bcrypt::plain(text).map(Parsed::from);
    };
    let hash = match id {
        "bcrypt" => bcrypt::plain(rest),
        "noop" => return Some(Parsed::Plain(SecretString::from(rest))),
        "argon2" | "argon2@SpringSecurity_v5_8" => modular::argon2(rest),
        "scrypt" | "scrypt@SpringSecurity_v5_8" => spring_scrypt(rest),
        "pbkdf2" => spring_pbkdf2(rest, Sha::Sha1, 185_000, 8),
        "pbkdf2@SpringSecurity_v5_8" => spring_pbkdf2(rest, Sha::Sha256, 310_000, 16),
        _ => None,
    }?;
    Some(hash.salted_with_secret(has_secret).into())
}

/// Parses `$e0801$salt$key`: the logarithm of N, r and p are one hexadecimal number.
fn spring_scrypt(text: &str) -> Option<ImportedHash> {
    let [parameters, salt, key] = parts(text.strip_prefix('$')?, '$')?;
    let parameters = u32::from_str_radix(parameters, 16).ok()?;
    let (salt, key) = (some_base64(salt)?, some_base64(key)?);
    let n = 1_u64.checked_shl(parameters >> 16)?;
    scrypt::hash(n, (parameters >> 8) & 255, parameters & 255, salt, key)
}

fn spring_pbkdf2(
    text: &str,
    sha: Sha,
    iterations: u32,
    salt_length: usize,
) -> Option<ImportedHash> {
    let bytes = hex(text)?;
    let (salt, key) = bytes.split_at_checked(salt_length)?;
    let key = key.to_vec();
    pbkdf2::hash(sha, iterations, salt, key).filter(|_| bytes.len() == salt_length + 32)
}

impl ImportedHash {
    /// Adds the application's secret behind the salt of PBKDF2, if the application has one.
    fn salted_with_secret(mut self, has_secret: bool) -> Self {
        if let super::super::Method::Derive {
            function: Function::Pbkdf2 { secret_follows, .. },
            ..
        } = &mut self.method
        {
            *secret_follows = has_secret;
        }
        self
    }
}
