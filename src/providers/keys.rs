//! The public keys of a provider (RFC 7517).

use jsonwebtoken::jwk::{Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::{Map, Value};

/// The largest number of keys that are looked at.
const MAX_KEYS: usize = 64;

/// The keys that may have signed an ID token.
#[derive(Debug, Default)]
pub(super) struct KeySet(Vec<Jwk>);

impl KeySet {
    /// Reads a key set. Keys of kinds that are not known here are passed over: a provider may have
    /// keys for other purposes.
    pub(super) fn read(document: &Map<String, Value>) -> Option<Self> {
        let keys = document.get("keys")?.as_array()?.iter().take(MAX_KEYS);
        let keys = keys.filter_map(|key| serde_json::from_value(key.clone()).ok());
        Some(Self(keys.collect()))
    }

    /// Returns the keys that may have signed a token with this header. A key without an id may have
    /// signed any.
    pub(super) fn candidates<'a>(
        &'a self,
        kid: Option<&'a str>,
        algorithm: Algorithm,
    ) -> impl Iterator<Item = DecodingKey> + 'a {
        let signs = move |key: &&Jwk| {
            let common = &key.common;
            let is_named = match (&common.key_id, kid) {
                (Some(id), Some(kid)) => id == kid,
                _ => true,
            };
            let is_for_signatures =
                matches!(common.public_key_use, None | Some(PublicKeyUse::Signature));
            let is_of_algorithm = common
                .key_algorithm
                .is_none_or(|it| Algorithm::try_from(it).is_ok_and(|it| it == algorithm));
            is_named && is_for_signatures && is_of_algorithm
        };
        let keys = self.0.iter().filter(signs);
        keys.filter_map(|key| DecodingKey::from_jwk(key).ok())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn set(keys: &Value) -> KeySet {
        KeySet::read(json!({ "keys": keys }).as_object().unwrap()).unwrap()
    }

    fn rsa(members: &[(&str, &str)]) -> Value {
        let mut key = json!({ "kty": "RSA", "n": "AQAB", "e": "AQAB" });
        for (name, value) in members {
            key[*name] = json!(value);
        }
        key
    }

    fn count(set: &KeySet, kid: Option<&str>) -> usize {
        set.candidates(kid, Algorithm::RS256).count()
    }

    #[test]
    fn keys_of_unknown_kinds_are_passed_over() {
        let keys = json!([
            rsa(&[("kid", "a")]), { "kty": "XYZ", "kid": "a" }, { "kid": "a" }, 7, "x",
            { "kty": "EC", "crv": "P-999", "x": "A", "y": "A", "kid": "a" },
        ]);
        assert_eq!(count(&set(&keys), Some("a")), 1);
        assert!(KeySet::read(json!({}).as_object().unwrap()).is_none());
    }

    #[test]
    fn candidates_have_the_id_of_the_header_or_none() {
        let keys = set(&json!([
            rsa(&[("kid", "a")]),
            rsa(&[("kid", "b")]),
            rsa(&[])
        ]));
        assert_eq!(count(&keys, Some("a")), 2);
        assert_eq!(count(&keys, Some("c")), 1);
        assert_eq!(count(&keys, None), 3);
    }

    #[test]
    fn keys_for_other_purposes_are_no_candidates() {
        let keys = set(&json!([
            rsa(&[("use", "enc")]),
            rsa(&[("alg", "RS512")]),
            rsa(&[("alg", "RSA-OAEP")]),
            rsa(&[("use", "sig"), ("alg", "RS256")]),
        ]));
        assert_eq!(count(&keys, None), 1);
    }
}
