//! Tokens that a provider signs with each kind of key, and with claims of every kind.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::json;

use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_795_339_800_000);
const SECONDS: i64 = 1_795_339_800;

/// A key of a provider.
struct Signer {
    key: EncodingKey,
    jwk: Value,
}

impl Signer {
    fn new(kid: Option<&str>) -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let document = pair.to_pkcs8v1().unwrap();
        let point = &pair.public_key().as_ref()[1..];
        let coordinate = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let mut jwk = json!({
            "kty": "EC", "crv": "P-256", "x": coordinate(&point[..32]), "y": coordinate(&point[32..]),
        });
        if let Some(kid) = kid {
            jwk["kid"] = json!(kid);
        }
        Self {
            key: EncodingKey::from_ec_der(document.as_ref()),
            jwk,
        }
    }

    fn sign(&self, kid: Option<&str>, claims: &Value) -> String {
        let mut header = Header::new(Algorithm::ES256);
        header.kid = kid.map(str::to_owned);
        encode(&header, claims, &self.key).unwrap()
    }
}

fn keys(signers: &[&Signer]) -> KeySet {
    let keys: Vec<_> = signers.iter().map(|it| it.jwk.clone()).collect();
    KeySet::read(json!({ "keys": keys }).as_object().unwrap()).unwrap()
}

fn claims() -> Value {
    json!({
        "iss": "https://a.test", "sub": "1", "aud": "us", "nonce": "n",
        "iat": SECONDS, "exp": SECONDS + 600,
    })
}

fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    match value {
        Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
        value => claims[name] = value,
    }
    claims
}

fn verified(token: &str, keys: &KeySet) -> Result<Map<String, Value>, IdTokenError> {
    let issuer = Issuer::parse("https://a.test").unwrap();
    let expected = Expected {
        issuer: &issuer,
        client_id: "us",
        nonce: "n",
        now: NOW,
    };
    verify(token, keys, &expected)
}

/// Returns the result for a token with these claims.
fn outcome(claims: &Value) -> Result<(), IdTokenError> {
    let signer = Signer::new(Some("k"));
    let token = signer.sign(Some("k"), claims);
    verified(&token, &keys(&[&signer])).map(drop)
}

#[test]
fn token_for_this_sign_in_is_accepted() {
    assert_eq!(outcome(&claims()), Ok(()));
    for (name, value) in [
        ("iss", json!("https://a.test/")),
        ("aud", json!(["us"])),
        ("azp", json!("us")),
        ("iat", Value::Null),
        ("exp", json!(1_795_339_801.5)),
        ("amr", json!("pwd")),
        ("address", json!("a street")),
        ("updated_at", json!("2026-11-22")),
        ("email_verified", json!("true")),
        ("auth_time", json!(null)),
    ] {
        let claims = with(name, value);
        assert_eq!(outcome(&claims), Ok(()), "{claims}");
    }
    let mut several = with("aud", json!(["them", "us"]));
    several["azp"] = json!("us");
    assert_eq!(outcome(&several), Ok(()));
}

#[test]
fn token_for_another_party_or_sign_in_is_refused() {
    use IdTokenError::{Audience, Issuer, Nonce};
    for (name, value, error) in [
        ("iss", json!("https://b.test"), Issuer),
        ("iss", json!("https://a.test/x"), Issuer),
        ("iss", Value::Null, Issuer),
        ("iss", json!(7), Issuer),
        ("aud", json!("them"), Audience),
        ("aud", json!(["them"]), Audience),
        ("aud", json!(["them", "us"]), Audience),
        ("aud", Value::Null, Audience),
        ("azp", json!("them"), Audience),
        ("azp", json!(7), Audience),
        ("nonce", json!("m"), Nonce),
        ("nonce", Value::Null, Nonce),
    ] {
        let claims = with(name, value);
        assert_eq!(outcome(&claims), Err(error), "{claims}");
    }
}

#[test]
fn clocks_may_differ_by_a_minute() {
    for (name, seconds, is_accepted) in [
        ("exp", -59, true),
        ("exp", -60, false),
        ("iat", 60, true),
        ("iat", 61, false),
        ("nbf", 60, true),
        ("nbf", 61, false),
    ] {
        let claims = with(name, json!(SECONDS + seconds));
        assert_eq!(outcome(&claims).is_ok(), is_accepted, "{claims}");
    }
    for time in [Value::Null, json!("soon"), json!(-1e300)] {
        assert_eq!(outcome(&with("exp", time)), Err(IdTokenError::Time));
    }
    assert_eq!(outcome(&with("iat", json!("now"))), Err(IdTokenError::Time));
}

#[test]
fn key_is_found_by_its_id_or_without_one() {
    let (named, bare) = (Signer::new(Some("k")), Signer::new(None));
    let both = keys(&[&named, &bare]);
    for (signer, kid) in [
        (&named, Some("k")),
        (&named, None),
        (&bare, None),
        (&bare, Some("x")),
    ] {
        let token = signer.sign(kid, &claims());
        assert!(verified(&token, &both).is_ok(), "{kid:?}");
    }
    let other = Signer::new(Some("other"));
    for kid in [Some("k"), Some("other"), None] {
        let token = other.sign(kid, &claims());
        assert_eq!(
            verified(&token, &both).unwrap_err(),
            IdTokenError::UnknownKey
        );
    }
}

#[test]
fn unsigned_and_symmetric_tokens_are_refused() {
    let signer = Signer::new(Some("k"));
    let set = keys(&[&signer]);
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let unsigned = format!("{}.{}.", part(json!({ "alg": "none" })), part(claims()));
    assert_eq!(
        verified(&unsigned, &set).unwrap_err(),
        IdTokenError::Malformed
    );
    let secret = EncodingKey::from_secret(b"us");
    let symmetric = encode(&Header::new(Algorithm::HS256), &claims(), &secret).unwrap();
    assert_eq!(
        verified(&symmetric, &set).unwrap_err(),
        IdTokenError::Malformed
    );
    let token = signer.sign(Some("k"), &claims());
    let (head, signature) = token.rsplit_once('.').unwrap();
    for forged in [
        format!("{head}."),
        format!(
            "{}.{}.{signature}",
            part(json!({ "alg": "ES256", "kid": "k" })),
            part(with("sub", json!("2")))
        ),
        String::new(),
        "a.b".to_owned(),
    ] {
        assert!(verified(&forged, &set).is_err(), "{forged}");
    }
}

#[test]
fn critical_header_member_is_refused() {
    let signer = Signer::new(Some("k"));
    let mut header = Header::new(Algorithm::ES256);
    header.crit = Some(vec!["x".to_owned()]);
    let token = encode(&header, &claims(), &signer.key).unwrap();
    assert_eq!(
        verified(&token, &keys(&[&signer])).unwrap_err(),
        IdTokenError::Malformed
    );
}
