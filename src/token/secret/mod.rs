//! The secret behind everything keyed except access tokens: refresh tokens, codes, tickets, emails,
//! counters.

mod purpose;
mod sealing;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;
use std::{fmt, iter};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

pub use self::purpose::Purpose;
use super::SecretSource;
use super::files::{self, KeyError};
use crate::model::{Digest, Rng};

/// The secret: 32 random bytes in a file of their own. A copy of the store without it yields no
/// token, code or email.
///
/// While an operator replaces it, there are several: the first signs, digests and seals, and what
/// the others have signed, digested or sealed is still good.
#[derive(Clone)]
pub struct Secret {
    current: hmac::Key,
    former: Arc<[hmac::Key]>,
}

impl Secret {
    /// Reads the secret from a folder, or creates it there.
    ///
    /// # Errors
    /// Returns an error if the file can be neither read nor created, is malformed, or is readable
    /// by others.
    pub fn open(folder: &Path, rng: &Rng) -> Result<Self, KeyError> {
        files::create_folder(folder)?;
        let path = folder.join("secret");
        let text = files::read_or_create(&path, || URL_SAFE_NO_PAD.encode(rng.bytes::<32>()))?;
        Self::read(&SecretSource::Loaded(path, text.into()))
    }

    /// Reads the secret that the operator has set.
    ///
    /// # Errors
    /// Returns an error if the secret cannot be read or has fewer than 32 bytes.
    pub fn read(source: &SecretSource) -> Result<Self, KeyError> {
        let key = |bytes: Vec<u8>| hmac::Key::new(hmac::HMAC_SHA256, &bytes);
        let (first, others) = source.secrets()?;
        Ok(Self {
            current: key(first),
            former: others.into_iter().map(key).collect(),
        })
    }

    /// Returns a few characters by which an operator can compare the secrets of two nodes.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        fingerprint(&self.current)
    }

    /// Returns the fingerprints of the former secrets.
    #[must_use]
    pub fn former_fingerprints(&self) -> Vec<String> {
        self.former.iter().map(fingerprint).collect()
    }

    /// Returns whether there are former secrets.
    #[must_use]
    pub fn has_former(&self) -> bool {
        !self.former.is_empty()
    }

    /// Returns the first of the recorded fingerprints that no secret here has.
    #[must_use]
    pub fn missing_of<'a>(&self, recorded: &'a [String]) -> Option<&'a str> {
        let known: Vec<_> = self.all().map(fingerprint).collect();
        let missing = recorded.iter().find(|it| !known.contains(it));
        missing.map(String::as_str)
    }

    /// Returns a keyed digest of several parts. The parts' lengths count: `ab`, `c` differs from
    /// `a`, `bc`. It equals a stored one that a former secret has made.
    #[must_use]
    pub fn digest(&self, purpose: Purpose, parts: &[&[u8]]) -> Digest {
        let former = self.former.iter();
        let former = former.map(|key| encoded(tag(key, purpose, parts)));
        Digest::new(self.digest_text(purpose, parts)).or_former(former.collect())
    }

    /// Returns a keyed digest of several parts by the current secret, as base64url.
    #[must_use]
    pub fn digest_text(&self, purpose: Purpose, parts: &[&[u8]]) -> String {
        encoded(tag(&self.current, purpose, parts))
    }

    /// Returns a token that only holders of this secret can create or verify.
    pub(super) fn sign_token(&self, purpose: Purpose, prefix: &str, body: &[u8]) -> String {
        let tag = tag(&self.current, purpose, &[body]);
        format!(
            "{prefix}{}",
            URL_SAFE_NO_PAD.encode([body, tag.as_ref()].concat())
        )
    }

    /// Returns the body of a token that was signed with this secret for this purpose and has
    /// exactly `N` bytes.
    pub(super) fn open_token<const N: usize>(
        &self,
        purpose: Purpose,
        prefix: &str,
        text: &str,
    ) -> Option<[u8; N]> {
        let bytes = URL_SAFE_NO_PAD.decode(text.strip_prefix(prefix)?).ok()?;
        let (body, signature) = bytes.split_first_chunk()?;
        let is_signed = |key| {
            let expected = tag(key, purpose, &[body]);
            verify_slices_are_equal(signature, expected.as_ref()).is_ok()
        };
        self.all().any(is_signed).then_some(*body)
    }

    fn all(&self) -> impl Iterator<Item = &hmac::Key> {
        iter::once(&self.current).chain(self.former.iter())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Derives the key of one purpose.
fn derived(secret: &hmac::Key, purpose: Purpose) -> hmac::Tag {
    hmac::sign(secret, purpose.label().as_bytes())
}

fn tag(secret: &hmac::Key, purpose: Purpose, parts: &[&[u8]]) -> hmac::Tag {
    let key = hmac::Key::new(hmac::HMAC_SHA256, derived(secret, purpose).as_ref());
    hmac::sign(&key, &framed(parts))
}

fn encoded(tag: hmac::Tag) -> String {
    URL_SAFE_NO_PAD.encode(tag)
}

fn fingerprint(secret: &hmac::Key) -> String {
    let tag = hmac::sign(secret, b"latchkey/fingerprint/v1");
    URL_SAFE_NO_PAD.encode(&tag.as_ref()[..6])
}

fn framed(parts: &[&[u8]]) -> Vec<u8> {
    parts
        .iter()
        .flat_map(|part| [&(part.len() as u64).to_be_bytes()[..], part].concat())
        .collect()
}
