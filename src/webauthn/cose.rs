//! Public keys in COSE (RFC 9053), of the algorithms that are offered.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
    RsaPublicKeyComponents,
};

use super::Invalid;
use super::cbor::Map;

/// The algorithms that are offered, the preferred first: `EdDSA` with Ed25519, ES256 and RS256.
pub const ALGORITHMS: [i32; 3] = [-8, -7, -257];

// The labels of a COSE key.
const KEY_TYPE: i64 = 1;
const ALGORITHM: i64 = 3;
const CURVE: i64 = -1;
const X: i64 = -2;
const Y: i64 = -3;
const MODULUS: i64 = -1;
const EXPONENT: i64 = -2;

/// The length of a coordinate, and of a key of Ed25519.
const COORDINATE: usize = 32;
/// The lengths of an RSA modulus, in bytes.
const MODULUS_LENGTHS: std::ops::RangeInclusive<usize> = 256..=1024;
/// The maximum length of an RSA exponent, in bytes.
const MAX_EXPONENT: usize = 4;

/// A public key that verifies signatures.
#[derive(Debug)]
pub(super) enum PublicKey {
    /// Ed25519 or ES256.
    Curve(ParsedPublicKey),
    Rsa(RsaPublicKeyComponents<Vec<u8>>),
}

impl PublicKey {
    /// Parses a key.
    pub(super) fn parse(cose: &[u8]) -> Result<Self, Invalid> {
        let mut map = Map::read_whole(cose)?;
        let form = (map.number(ALGORITHM), map.number(KEY_TYPE));
        match form {
            (Some(-8), Some(1)) if map.number(CURVE) == Some(6) => {
                let key = coordinate(&mut map, X)?;
                let key = ParsedPublicKey::new(&ED25519, key);
                key.map(Self::Curve).map_err(|_| Invalid::Key)
            }
            (Some(-7), Some(2)) if map.number(CURVE) == Some(1) => {
                let point = [vec![4], coordinate(&mut map, X)?, coordinate(&mut map, Y)?];
                let key = ParsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point.concat());
                key.map(Self::Curve).map_err(|_| Invalid::Key)
            }
            (Some(-257), Some(3)) => {
                let n = map.take_bytes(MODULUS).map_err(|_| Invalid::Key)?;
                let e = map.take_bytes(EXPONENT).map_err(|_| Invalid::Key)?;
                let is_bounded = MODULUS_LENGTHS.contains(&n.len())
                    && (1..=MAX_EXPONENT).contains(&e.len())
                    && n[0] != 0
                    && e[0] != 0;
                is_bounded
                    .then_some(Self::Rsa(RsaPublicKeyComponents { n, e }))
                    .ok_or(Invalid::Key)
            }
            _ => Err(Invalid::Key),
        }
    }

    /// Verifies a signature over a message.
    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Invalid> {
        let verified = match self {
            Self::Curve(key) => key.verify_sig(message, signature),
            Self::Rsa(key) => key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature),
        };
        verified.map_err(|_| Invalid::Signature)
    }
}

/// Removes a coordinate and returns it.
fn coordinate(map: &mut Map, label: i64) -> Result<Vec<u8>, Invalid> {
    let bytes = map.take_bytes(label).ok();
    let bytes = bytes.filter(|bytes| bytes.len() == COORDINATE);
    bytes.ok_or(Invalid::Key)
}
