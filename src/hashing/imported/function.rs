//! The functions that stretch a password, with their parameters.

use std::num::NonZeroU32;

use argon2::{Algorithm, Argon2, ParamsBuilder, Version};
use scrypt::Params as Cost;
use serde::{Deserialize, Serialize};

use super::BCRYPT_BYTES;
use super::digest::{Hash, Sha};
use super::encoding::Bytes;

/// A function from the prepared password to a derived key.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Function {
    /// bcrypt, which reads 72 bytes and ignores the rest.
    Bcrypt { cost: u32, salt: Bytes },
    /// Argon2.
    Argon2 {
        variant: Variant,
        version: u32,
        /// Memory in KiB.
        memory: u32,
        passes: u32,
        lanes: u32,
        salt: Bytes,
    },
    /// scrypt (RFC 7914).
    Scrypt {
        log_n: u8,
        r: u32,
        p: u32,
        salt: Bytes,
    },
    /// PBKDF2 (RFC 8018).
    Pbkdf2 {
        sha: Sha,
        iterations: NonZeroU32,
        salt: Bytes,
        /// The secret of the application follows the salt.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        secret_follows: bool,
    },
    /// One digest of salt and password.
    Salted {
        hash: Hash,
        before: Bytes,
        after: Bytes,
    },
    /// Repeated digests, each of the last one and the password (phpass).
    Phpass {
        hash: Hash,
        log_rounds: u8,
        salt: String,
    },
    /// Repeated digests, each of the last one and the salted password (Symfony).
    Repeated {
        sha: Sha,
        rounds: u32,
        /// The text after the password.
        suffix: String,
    },
}

/// The variant of Argon2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Variant {
    D,
    I,
    Id,
}

/// The parameters are not ones that the function has.
#[derive(Debug)]
pub(super) struct InvalidParameters;

impl Function {
    /// Derives a key of `length` bytes.
    ///
    /// # Errors
    /// When the function does not have such parameters.
    pub(super) fn derive(
        &self,
        password: &[u8],
        secret: &str,
        length: usize,
    ) -> Result<Vec<u8>, InvalidParameters> {
        let mut key = vec![0; length];
        match self {
            Self::Bcrypt { cost, salt } => key = truncating_bcrypt(*cost, salt, password)?,
            Self::Argon2 { salt, .. } => {
                let argon2 = self.argon2(length).ok_or(InvalidParameters)?;
                argon2
                    .hash_password_into(password, &salt.0, &mut key)
                    .map_err(|_| InvalidParameters)?;
            }
            Self::Scrypt { log_n, r, p, salt } => {
                let params = scrypt_params(*log_n, *r, *p)?;
                scrypt::scrypt(password, &salt.0, &params, &mut key)
                    .map_err(|_| InvalidParameters)?;
            }
            Self::Pbkdf2 {
                sha,
                iterations,
                salt,
                secret_follows,
            } => {
                let follows = if *secret_follows { secret } else { "" };
                let salt = [salt.0.as_slice(), follows.as_bytes()].concat();
                sha.pbkdf2(password, &salt, *iterations, &mut key);
            }
            Self::Salted { .. } | Self::Phpass { .. } | Self::Repeated { .. } => {
                key = self.digest(password);
            }
        }
        Ok(key)
    }

    /// Computes the functions that are digests, once or repeated.
    fn digest(&self, password: &[u8]) -> Vec<u8> {
        match self {
            Self::Salted {
                hash,
                before,
                after,
            } => hash.digest(&[&before.0, password, &after.0].concat()),
            Self::Phpass {
                hash,
                log_rounds,
                salt,
            } => repeat(
                1 << log_rounds,
                &[salt.as_bytes(), password],
                password,
                |it| hash.digest(it),
            ),
            Self::Repeated {
                sha,
                rounds,
                suffix,
            } => {
                let salted = [password, suffix.as_bytes()].concat();
                repeat(rounds.saturating_sub(1), &[&salted], &salted, |it| {
                    sha.digest(it)
                })
            }
            Self::Bcrypt { .. }
            | Self::Argon2 { .. }
            | Self::Scrypt { .. }
            | Self::Pbkdf2 { .. } => Vec::new(),
        }
    }

    fn argon2(&self, length: usize) -> Option<Argon2<'static>> {
        let Self::Argon2 {
            variant,
            version,
            memory,
            passes,
            lanes,
            ..
        } = self
        else {
            return None;
        };
        let algorithm = match variant {
            Variant::D => Algorithm::Argon2d,
            Variant::I => Algorithm::Argon2i,
            Variant::Id => Algorithm::Argon2id,
        };
        let version = Version::try_from(*version).ok()?;
        let mut params = ParamsBuilder::new();
        params
            .m_cost(*memory)
            .t_cost(*passes)
            .p_cost(*lanes)
            .output_len(length);
        let params = params.build().ok()?;
        Some(Argon2::new(algorithm, version, params))
    }
}

/// Computes bcrypt, which reads 72 bytes and ignores the rest.
fn truncating_bcrypt(
    cost: u32,
    salt: &Bytes,
    password: &[u8],
) -> Result<Vec<u8>, InvalidParameters> {
    let salt = salt
        .0
        .as_slice()
        .try_into()
        .map_err(|_| InvalidParameters)?;
    // bcrypt reads the NUL at the end of the text too.
    let mut text = [password, &[0]].concat();
    text.truncate(BCRYPT_BYTES);
    Ok(bcrypt::bcrypt(cost, salt, &text)[..23].to_vec())
}

fn scrypt_params(log_n: u8, r: u32, p: u32) -> Result<Cost, InvalidParameters> {
    Cost::new(log_n, r, p).map_err(|_| InvalidParameters)
}

/// Returns the digest of the first parts, then `rounds` times the digest of the last one and
/// `tail`.
fn repeat(rounds: u32, first: &[&[u8]], tail: &[u8], digest: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let mut last = digest(&first.concat());
    for _ in 0..rounds {
        last.extend_from_slice(tail);
        last = digest(&last);
    }
    last
}
