//! The steps that another system runs on a password before it hashes it.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::digest::{Hash, Sha};
use super::encoding::{encode_base64, encode_hex};

/// One step, from bytes to bytes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Step {
    /// Normalises the text: NFKC.
    Nfkc,
    /// Prepares the text for SCRAM (RFC 4013); a text that it forbids stays as it is.
    Saslprep,
    /// Removes the white space at both ends that PHP's `trim` removes.
    Trim,
    /// Puts a text in front.
    Prepend(String),
    /// Adds the secret of the application at the end.
    AppendSecret,
    /// Replaces the bytes by the hexadecimal text of their digest.
    HexDigest(Hash),
    /// Replaces the bytes by the base64 text of their digest.
    Base64Digest(Sha),
    /// As `Base64Digest(Sha512)`, for passwords that bcrypt would cut.
    Base64DigestIfLong,
    /// Replaces the bytes by the base64 text of their HMAC under a public key.
    Base64Hmac(Sha, String),
    /// Replaces the bytes by the base64 text of their HMAC-SHA-512 under the secret of the
    /// application.
    Base64HmacSecret,
}

impl Step {
    /// Returns whether the step needs the secret of the application.
    pub(super) const fn needs_secret(&self) -> bool {
        matches!(self, Self::AppendSecret | Self::Base64HmacSecret)
    }

    /// Runs the step.
    pub(super) fn run(&self, bytes: Vec<u8>, secret: &str) -> Vec<u8> {
        match self {
            Self::Nfkc => text(&bytes).nfkc().collect::<String>().into_bytes(),
            Self::Saslprep => saslprep(&bytes),
            Self::Trim => text(&bytes)
                .trim_matches([' ', '\t', '\n', '\r', '\0', '\x0b'])
                .as_bytes()
                .to_vec(),
            Self::Prepend(prefix) => [prefix.as_bytes(), &bytes].concat(),
            Self::AppendSecret => [&bytes, secret.as_bytes()].concat(),
            Self::HexDigest(hash) => encode_hex(&hash.digest(&bytes)).into_bytes(),
            Self::Base64Digest(sha) => encode_base64(&sha.digest(&bytes)).into_bytes(),
            Self::Base64DigestIfLong if bytes.len() <= super::BCRYPT_BYTES => bytes,
            Self::Base64DigestIfLong => encode_base64(&Sha::Sha512.digest(&bytes)).into_bytes(),
            Self::Base64Hmac(sha, key) => {
                encode_base64(&sha.hmac(key.as_bytes(), &bytes)).into_bytes()
            }
            Self::Base64HmacSecret => {
                encode_base64(&Sha::Sha512.hmac(secret.as_bytes(), &bytes)).into_bytes()
            }
        }
    }
}

fn text(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

fn saslprep(bytes: &[u8]) -> Vec<u8> {
    let text = text(bytes);
    stringprep::saslprep(&text)
        .unwrap_or_else(|_| text.clone())
        .as_bytes()
        .to_vec()
}
