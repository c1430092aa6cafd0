//! A signing key and its one algorithm.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair as RsaKeyPair;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256,
    RsaPublicKeyComponents,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, crypto};
use serde_json::Value;

use super::KeyAlgorithm;
use super::pem::public_pem;

/// The sizes of RSA keys in bytes that resource servers can be expected to support: 2048 to 4096
/// bits.
const RSA_BYTES: std::ops::RangeInclusive<usize> = 256..=512;

/// A key that signs access tokens. The key alone decides the algorithm; a token's header has no
/// influence.
pub(in crate::token) struct SigningKey {
    /// The JWK thumbprint (RFC 7638), which gives the same key the same id on every node.
    pub(in crate::token) kid: String,
    /// The key's algorithm.
    pub(in crate::token) algorithm: Algorithm,
    /// The key that verifies the signatures.
    pub(in crate::token) verifying: DecodingKey,
    /// The public key as a JWK; a shared secret has none.
    pub(super) jwk: Option<Value>,
    pair: Pair,
}

enum Pair {
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
    Rs256(RsaKeyPair),
    Hs256(Box<hmac::Key>),
}

impl Pair {
    /// Returns the algorithm's registered name (RFC 7518, section 3.1).
    const fn algorithm_name(&self) -> &'static str {
        match self {
            Self::Es256(_) => KeyAlgorithm::Es256.name(),
            Self::EdDsa(_) => KeyAlgorithm::EdDsa.name(),
            Self::Rs256(_) => KeyAlgorithm::Rs256.name(),
            Self::Hs256(_) => "HS256",
        }
    }
}

impl SigningKey {
    pub(super) const fn algorithm_name(&self) -> &'static str {
        self.pair.algorithm_name()
    }

    /// Reads a P-256, Ed25519 or RSA key in PKCS #8.
    pub(super) fn from_pkcs8(der: &[u8]) -> Option<Self> {
        let key = Self::es256(der)
            .or_else(|| Self::eddsa(der))
            .or_else(|| Self::rs256(der))?;
        key.is_proven().then_some(key)
    }

    /// Wraps a shared secret, with which every resource server that verifies could also sign.
    pub(super) fn shared(secret: &[u8]) -> Self {
        let pair = hmac::Key::new(hmac::HMAC_SHA256, secret);
        // A thumbprint would put a plain digest of the secret into every token.
        let kid = URL_SAFE_NO_PAD.encode(hmac::sign(&pair, b"latchkey/kid/v1"));
        let verifying = DecodingKey::from_secret(secret);
        Self {
            kid,
            algorithm: Algorithm::HS256,
            verifying,
            jwk: None,
            pair: Pair::Hs256(Box::new(pair)),
        }
    }

    fn es256(der: &[u8]) -> Option<Self> {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der).ok()?;
        let point = pair.public_key().as_ref();
        // An uncompressed point (SEC 1, section 2.3.3): the byte 4, then both coordinates.
        let (x, y) = point.strip_prefix(&[4])?.split_at_checked(32)?;
        let members = format!(
            r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#,
            encoded(x),
            encoded(y)
        );
        let verifying = DecodingKey::from_ec_der(point);
        Some(Self::asymmetric(
            Algorithm::ES256,
            verifying,
            &members,
            Pair::Es256(pair),
        ))
    }

    fn eddsa(der: &[u8]) -> Option<Self> {
        let pair = Ed25519KeyPair::from_pkcs8(der).ok()?;
        let x = pair.public_key().as_ref();
        let members = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, encoded(x));
        let verifying = DecodingKey::from_ed_der(x);
        Some(Self::asymmetric(
            Algorithm::EdDSA,
            verifying,
            &members,
            Pair::EdDsa(pair),
        ))
    }

    fn rs256(der: &[u8]) -> Option<Self> {
        let pair = RsaKeyPair::from_pkcs8(der)
            .ok()
            .filter(|pair| RSA_BYTES.contains(&pair.public_modulus_len()))?;
        let RsaPublicKeyComponents { n, e } =
            RsaPublicKeyComponents::<Vec<u8>>::from(pair.public_key());
        let members = format!(
            r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#,
            encoded(&e),
            encoded(&n)
        );
        let verifying = DecodingKey::from_rsa_raw_components(&n, &e);
        Some(Self::asymmetric(
            Algorithm::RS256,
            verifying,
            &members,
            Pair::Rs256(pair),
        ))
    }

    /// Builds a key from the members that RFC 7638, section 3.2, digests: sorted by name, without
    /// white space.
    fn asymmetric(algorithm: Algorithm, verifying: DecodingKey, members: &str, pair: Pair) -> Self {
        let kid = thumbprint(members);
        let name = pair.algorithm_name();
        let more = format!(r#","kid":"{kid}","use":"sig","alg":"{name}"}}"#);
        let jwk = serde_json::from_str(&members.replace('}', &more)).ok();
        Self {
            kid,
            algorithm,
            verifying,
            jwk,
            pair,
        }
    }

    /// Returns the public key in PEM (RFC 7468, section 13); `None` for a shared secret.
    pub(super) fn public_pem(&self) -> Option<String> {
        let der: PublicKeyX509Der<'_> = match &self.pair {
            Pair::Es256(pair) => pair.public_key().as_der(),
            Pair::EdDsa(pair) => pair.public_key().as_der(),
            Pair::Rs256(pair) => pair.public_key().as_der(),
            Pair::Hs256(_) => return None,
        }
        .ok()?;
        Some(public_pem(der.as_ref()))
    }

    /// Signs a message.
    ///
    /// # Panics
    /// Never panics: the key was proven to sign when it was read.
    pub(in crate::token) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.try_sign(message)
            .expect("a key that was proven to sign signs")
    }

    fn try_sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        let rng = SystemRandom::new();
        match &self.pair {
            Pair::Es256(pair) => Some(pair.sign(&rng, message).ok()?.as_ref().to_vec()),
            Pair::EdDsa(pair) => Some(pair.try_sign(message).ok()?.as_ref().to_vec()),
            Pair::Rs256(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &rng, message, &mut signature)
                    .ok()?;
                Some(signature)
            }
            Pair::Hs256(key) => Some(hmac::sign(key, message).as_ref().to_vec()),
        }
    }

    /// Returns whether the key verifies its own signature: a file whose two halves do not match
    /// would lock all users out.
    fn is_proven(&self) -> bool {
        let message = b"latchkey";
        let verified = |signature: Vec<u8>| {
            crypto::verify(
                &encoded(&signature),
                message,
                &self.verifying,
                self.algorithm,
            )
            .unwrap_or(false)
        };
        self.try_sign(message).is_some_and(verified)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({}, {:?})", self.kid, self.algorithm)
    }
}

fn thumbprint(members: &str) -> String {
    encoded(digest(&SHA256, members.as_bytes()).as_ref())
}

fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::keyring::pem::keys_in;

    #[test]
    fn thumbprint_matches_the_example_of_rfc_8037() {
        // Appendix A.1 and A.3, as PKCS #8.
        let seed = URL_SAFE_NO_PAD
            .decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")
            .unwrap();
        let head = [
            0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20,
        ];
        let key = SigningKey::from_pkcs8(&[&head[..], &seed].concat()).unwrap();
        assert_eq!(key.kid, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
        let jwk = key.jwk.unwrap();
        assert_eq!(jwk["x"], "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
    }

    #[test]
    fn each_algorithm_has_a_public_jwk_without_private_members() {
        for (algorithm, kty, name, members) in [
            (KeyAlgorithm::Es256, "EC", "ES256", 7),
            (KeyAlgorithm::EdDsa, "OKP", "EdDSA", 6),
            (KeyAlgorithm::Rs256, "RSA", "RS256", 6),
        ] {
            let key = keys_in(&algorithm.generate()).unwrap().remove(0);
            let jwk = key.jwk.as_ref().and_then(Value::as_object).unwrap();
            assert_eq!(
                (&jwk["kty"], &jwk["alg"], &jwk["use"]),
                (&kty.into(), &name.into(), &"sig".into())
            );
            assert_eq!(
                (jwk.len(), &jwk["kid"]),
                (members, &Value::from(key.kid.clone()))
            );
            assert_eq!(key.kid.len(), 43);
        }
    }

    #[test]
    fn shared_secret_has_no_jwk_and_hides_its_digest() {
        let key = SigningKey::shared(&[7; 32]);
        assert!(key.jwk.is_none() && key.is_proven());
        assert_ne!(key.kid, encoded(digest(&SHA256, &[7; 32]).as_ref()));
        assert!(!format!("{key:?}").contains("BwcH"));
    }
}
