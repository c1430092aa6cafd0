//! The key that signs access tokens, and its public half as a JWK set (RFC 7517).

use std::fmt;
use std::path::Path;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{DecodingKey, EncodingKey};
use serde_json::{Value, json};

use super::files::{self, KeyFault};

/// An ES256 key (ECDSA on P-256 with SHA-256): the asymmetric algorithm that every gateway and framework verifies.
#[derive(Clone)]
pub struct Keyring {
    pub(super) kid: String,
    pub(super) signing: EncodingKey,
    pub(super) verifying: DecodingKey,
    jwk: Value,
}

impl Keyring {
    /// Reads the key from a folder, or makes one there.
    ///
    /// # Errors
    /// When the file can neither be read nor made, is no P-256 key in PKCS #8 PEM, or can be read by others.
    pub fn open(folder: &Path) -> Result<Self, KeyFault> {
        files::create_folder(folder)?;
        let path = folder.join("signing-key.pem");
        let text = files::read_or_create(&path, generate)?;
        Self::from_pem(&text).ok_or(KeyFault::Malformed { path, expected: "a P-256 private key in PKCS #8 PEM" })
    }

    fn from_pem(text: &str) -> Option<Self> {
        let pem = pem::parse(text).ok().filter(|pem| pem.tag() == "PRIVATE KEY")?;
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pem.contents()).ok()?;
        // An uncompressed point (SEC 1, section 2.3.3): 4, then both coordinates.
        let point = pair.public_key().as_ref();
        let (x, y) = point.strip_prefix(&[4])?.split_at_checked(32)?;
        let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
        let kid = thumbprint(&x, &y);
        Some(Self {
            signing: EncodingKey::from_ec_der(pem.contents()),
            verifying: DecodingKey::from_ec_der(point),
            jwk: json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": kid, "use": "sig", "alg": "ES256" }),
            kid,
        })
    }

    /// The public keys, for whoever verifies access tokens.
    #[must_use]
    pub fn jwks(&self) -> Value {
        json!({ "keys": [self.jwk] })
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keyring({})", self.kid)
    }
}

fn generate() -> String {
    let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
    pem::encode(&pem::Pem::new("PRIVATE KEY", key.expect("a P-256 key can be made").as_ref()))
}

/// The JWK thumbprint (RFC 7638): the same key has the same `kid` on every node.
fn thumbprint(x: &str, y: &str) -> String {
    let members = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
    URL_SAFE_NO_PAD.encode(digest(&SHA256, members.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_keeps_its_key_and_the_jwks_shows_only_the_public_half() {
        let folder = tempfile::tempdir().unwrap();
        let first = Keyring::open(folder.path()).unwrap();
        let again = Keyring::open(folder.path()).unwrap();
        assert_eq!(first.jwks(), again.jwks());
        let key = &first.jwks()["keys"][0];
        assert_eq!(key["kid"], first.kid);
        assert!(key.get("d").is_none());
    }

    #[test]
    fn what_is_no_key_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        files::read_or_create(&folder.path().join("signing-key.pem"), || "hello".to_owned()).unwrap();
        let fault = Keyring::open(folder.path()).unwrap_err().to_string();
        assert!(fault.contains("signing-key.pem") && !fault.contains("hello"), "{fault}");
    }
}
