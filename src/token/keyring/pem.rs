//! Private keys as text: PKCS #8 in PEM (RFC 7468), as latchkey and `openssl genpkey` write it.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair};

use pem::{EncodeConfig, LineEnding};

use super::key::SigningKey;

const TAG: &str = "PRIVATE KEY";

/// A description of the expected text, for the operator.
pub(super) const EXPECTED: &str = "a private key in PKCS #8 PEM (P-256, Ed25519, or RSA of 2048 to 4096 bits; openssl pkcs8 -topk8 -nocrypt converts)";

/// The algorithm of a key that latchkey creates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyAlgorithm {
    /// ECDSA on P-256 with SHA-256, which every gateway and framework verifies.
    Es256,
    /// Ed25519.
    EdDsa,
    /// RSA with 2048 bits, PKCS #1 v1.5 and SHA-256, for resource servers that verify nothing
    /// newer.
    Rs256,
}

impl KeyAlgorithm {
    /// Generates a private key in PEM.
    ///
    /// # Panics
    /// Panics if the operating system has no randomness.
    pub(super) fn generate(self) -> String {
        let der = self.try_generate().expect("a key can be generated");
        encoded(TAG, der)
    }

    fn try_generate(self) -> Option<Vec<u8>> {
        Some(match self {
            Self::Es256 => EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)
                .ok()?
                .to_pkcs8v1()
                .ok()?
                .as_ref()
                .to_vec(),
            // Version 1, the only one that OpenSSL reads.
            Self::EdDsa => Ed25519KeyPair::generate()
                .ok()?
                .to_pkcs8v1()
                .ok()?
                .as_ref()
                .to_vec(),
            Self::Rs256 => {
                let pair = RsaKeyPair::generate(KeySize::Rsa2048).ok()?;
                AsDer::<Pkcs8V1Der<'_>>::as_der(&pair)
                    .ok()?
                    .as_ref()
                    .to_vec()
            }
        })
    }

    /// Returns the algorithm's name in a JWT header and in the setting.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
            Self::Rs256 => "RS256",
        }
    }
}

/// Returns a public key in PEM.
pub(super) fn public_pem(der: &[u8]) -> String {
    encoded("PUBLIC KEY", der)
}

fn encoded(tag: &str, der: impl Into<Vec<u8>>) -> String {
    let config = EncodeConfig::new().set_line_ending(LineEnding::LF);
    pem::encode_config(&pem::Pem::new(tag, der), config)
}

/// Returns the keys in a text in their order, or `None` if any part of it is not a signing key.
pub(super) fn keys_in(text: &str) -> Option<Vec<SigningKey>> {
    // Some platforms allow no line breaks in a variable and write `\n` instead.
    let text = text.replace("\\n", "\n");
    let blocks = pem::parse_many(&text).ok()?;
    // The parser skips blocks that it does not understand.
    let all = blocks.len() == text.matches("-----BEGIN ").count() && !blocks.is_empty();
    let keys = blocks
        .iter()
        .map(|block| SigningKey::from_pkcs8(block.contents()).filter(|_| block.tag() == TAG));
    keys.collect::<Option<Vec<_>>>().filter(|_| all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_in_order_despite_text_between() {
        let texts = [KeyAlgorithm::EdDsa, KeyAlgorithm::Es256].map(KeyAlgorithm::generate);
        let kids = |text: &str| {
            keys_in(text).map(|keys| keys.into_iter().map(|key| key.kid).collect::<Vec<_>>())
        };
        let both = kids(&format!(
            "the new one\n{}the old one\n{}",
            texts[0], texts[1]
        ))
        .unwrap();
        assert_eq!(
            both,
            [kids(&texts[0]).unwrap(), kids(&texts[1]).unwrap()].concat()
        );
        assert_eq!(
            kids(&texts.concat().replace('\n', "\\n")).as_ref(),
            Some(&both)
        );
    }

    #[test]
    fn text_without_a_private_key_is_refused() {
        let good = KeyAlgorithm::Es256.generate();
        let ed448 =
            "-----BEGIN PRIVATE KEY-----\nMEcCAQAwBQYDK2VxBDsEOQ==\n-----END PRIVATE KEY-----\n";
        for text in [
            String::new(),
            "hello".to_owned(),
            good.replace("PRIVATE", "PUBLIC"),
            good.replace("PRIVATE KEY", "EC PRIVATE KEY"),
            good[..good.len() / 2].to_owned(),
            format!("{good}{}", &good[..good.len() / 2]),
            format!("{good}{ed448}"),
        ] {
            assert!(keys_in(&text).is_none(), "{}", text.len());
        }
    }
}
