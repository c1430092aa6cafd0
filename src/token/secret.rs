//! The secret behind everything keyed except access tokens: refresh tokens, codes, tickets, emails,
//! counters.

use std::fmt;
use std::path::Path;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::files::{self, KeyError};
use super::{Purpose, SecretSource};
use crate::model::{Rng, Sealed};

/// The secret: 32 random bytes in a file of their own. A copy of the store without it yields no
/// token, code or email.
#[derive(Clone)]
pub struct Secret(hmac::Key);

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
        match URL_SAFE_NO_PAD.decode(text.trim()) {
            Ok(bytes) if bytes.len() == 32 => Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, &bytes))),
            _ => Err(KeyError::Malformed {
                path,
                expected: "32 bytes in base64url",
            }),
        }
    }

    /// Reads the secret that the operator has set.
    ///
    /// # Errors
    /// Returns an error if the secret cannot be read or has fewer than 32 bytes.
    pub fn read(source: &SecretSource) -> Result<Self, KeyError> {
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, &source.bytes()?)))
    }

    /// Returns a few characters by which an operator can compare the secrets of two nodes.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let tag = hmac::sign(&self.0, b"latchkey/fingerprint/v1");
        URL_SAFE_NO_PAD.encode(&tag.as_ref()[..6])
    }

    /// Returns a keyed digest of several parts, as base64url. The parts' lengths count: `ab`, `c`
    /// differs from `a`, `bc`.
    #[must_use]
    pub fn digest(&self, purpose: Purpose, parts: &[&[u8]]) -> String {
        URL_SAFE_NO_PAD.encode(self.tag(purpose, parts))
    }

    fn tag(&self, purpose: Purpose, parts: &[&[u8]]) -> hmac::Tag {
        hmac::sign(
            &hmac::Key::new(hmac::HMAC_SHA256, self.key(purpose).as_ref()),
            &framed(parts),
        )
    }

    /// Returns a token that only holders of this secret can create or verify.
    pub(super) fn sign_token(&self, purpose: Purpose, prefix: &str, body: &[u8]) -> String {
        let tag = self.tag(purpose, &[body]);
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
        let (body, tag) = bytes.split_first_chunk()?;
        verify_slices_are_equal(tag, self.tag(purpose, &[body]).as_ref())
            .ok()
            .map(|()| *body)
    }

    /// Encrypts a code for a queued email.
    #[must_use]
    pub fn seal(&self, plain: &str, rng: &Rng) -> Sealed {
        self.seal_for(Purpose::EmailCode, plain, rng)
    }

    /// Decrypts a code of a queued email; returns `None` if it was encrypted with another secret.
    #[must_use]
    pub fn unseal(&self, sealed: &Sealed) -> Option<String> {
        self.unseal_for(Purpose::EmailCode, sealed)
    }

    /// Encrypts a short text for one purpose.
    ///
    /// # Panics
    /// Never panics: AES-256-GCM encrypts any text this short.
    #[must_use]
    pub fn seal_for(&self, purpose: Purpose, plain: &str, rng: &Rng) -> Sealed {
        let nonce = rng.bytes::<NONCE_LEN>();
        let mut bytes = plain.as_bytes().to_vec();
        self.sealing_key(purpose)
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::empty(),
                &mut bytes,
            )
            .expect("a text is short enough to be sealed");
        Sealed::new(URL_SAFE_NO_PAD.encode([&nonce[..], &bytes].concat()))
    }

    /// Decrypts a text; returns `None` if it was encrypted with another secret or for another
    /// purpose.
    #[must_use]
    pub fn unseal_for(&self, purpose: Purpose, sealed: &Sealed) -> Option<String> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed.as_str()).ok()?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut sealed = sealed.to_vec();
        let plain = self
            .sealing_key(purpose)
            .open_in_place(nonce, Aad::empty(), &mut sealed)
            .ok()?;
        String::from_utf8(plain.to_vec()).ok()
    }

    fn sealing_key(&self, purpose: Purpose) -> LessSafeKey {
        let key = self.key(purpose);
        LessSafeKey::new(
            UnboundKey::new(&AES_256_GCM, key.as_ref()).expect("an HMAC-SHA-256 tag has 32 bytes"),
        )
    }

    fn key(&self, purpose: Purpose) -> hmac::Tag {
        hmac::sign(&self.0, purpose.label().as_bytes())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

fn framed(parts: &[&[u8]]) -> Vec<u8> {
    parts
        .iter()
        .flat_map(|part| [&(part.len() as u64).to_be_bytes()[..], part].concat())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> Secret {
        Secret::open(tempfile::tempdir().unwrap().path(), &Rng::system()).unwrap()
    }

    #[test]
    fn same_folder_gives_the_same_secret_and_another_differs() {
        let folder = tempfile::tempdir().unwrap();
        let digest = |secret: &Secret| secret.digest(Purpose::Ticket, &[b"x"]);
        let first = Secret::open(folder.path(), &Rng::system()).unwrap();
        let second = Secret::open(folder.path(), &Rng::system()).unwrap();
        assert_eq!(digest(&first), digest(&second));
        assert_ne!(digest(&first), digest(&secret()));
    }

    #[test]
    fn operators_secret_equals_the_one_in_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let ours = Secret::open(folder.path(), &Rng::system()).unwrap();
        let file = SecretSource::parse(&format!("file:{}", folder.path().join("secret").display()));
        let read = Secret::read(&file).unwrap();
        assert_eq!(
            read.digest(Purpose::Ticket, &[b"x"]),
            ours.digest(Purpose::Ticket, &[b"x"])
        );
        assert_eq!(
            (read.fingerprint().len(), read.fingerprint()),
            (8, ours.fingerprint())
        );
        assert_ne!(secret().fingerprint(), ours.fingerprint());
    }

    #[test]
    fn purposes_and_part_boundaries_keep_digests_apart() {
        let secret = secret();
        assert_ne!(
            secret.digest(Purpose::Ticket, &[b"ab", b"c"]),
            secret.digest(Purpose::Ticket, &[b"a", b"bc"])
        );
        assert_ne!(
            secret.digest(Purpose::Ticket, &[b"x"]),
            secret.digest(Purpose::Counter, &[b"x"])
        );
    }

    #[test]
    fn sealed_code_opens_with_its_own_secret_only() {
        let (ours, theirs) = (secret(), secret());
        let sealed = ours.seal("123456", &Rng::system());
        assert!(!sealed.as_str().contains("123456"));
        assert_eq!(ours.unseal(&sealed).as_deref(), Some("123456"));
        assert_eq!(theirs.unseal(&sealed), None);
        assert_eq!(ours.unseal(&Sealed::new("AAAA".to_owned())), None);
    }

    #[test]
    fn secret_that_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        drop(Secret::open(folder.path(), &Rng::system()).unwrap());
        let path = folder.path().join("secret");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let error = Secret::open(folder.path(), &Rng::system()).unwrap_err();
        assert!(matches!(error, KeyError::Exposed { .. }), "{error}");
    }
}
