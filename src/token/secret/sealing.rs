//! Encrypts short texts that the store keeps: the first secret seals, all open.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{Purpose, Secret, derived};
use crate::model::{Rng, Sealed};

impl Secret {
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
        sealing_key(&self.current, purpose)
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
        self.all().find_map(|key| open(key, purpose, sealed))
    }

    /// Encrypts a text that a former secret has encrypted with the current one. Returns `None` if
    /// there is nothing to do, or if no secret opens it.
    #[must_use]
    pub fn reseal(&self, purpose: Purpose, sealed: &Sealed, rng: &Rng) -> Option<Sealed> {
        if open(&self.current, purpose, sealed).is_some() {
            return None;
        }
        let plain = self.unseal_for(purpose, sealed)?;
        Some(self.seal_for(purpose, &plain, rng))
    }
}

fn open(secret: &hmac::Key, purpose: Purpose, sealed: &Sealed) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(sealed.as_str()).ok()?;
    let (nonce, sealed) = bytes.split_at_checked(NONCE_LEN)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let mut sealed = sealed.to_vec();
    let key = sealing_key(secret, purpose);
    let plain = key.open_in_place(nonce, Aad::empty(), &mut sealed).ok()?;
    String::from_utf8(plain.to_vec()).ok()
}

fn sealing_key(secret: &hmac::Key, purpose: Purpose) -> LessSafeKey {
    let key = derived(secret, purpose);
    LessSafeKey::new(
        UnboundKey::new(&AES_256_GCM, key.as_ref()).expect("an HMAC-SHA-256 tag has 32 bytes"),
    )
}
