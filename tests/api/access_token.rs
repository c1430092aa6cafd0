//! The claims, header and signature of an access token.

use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign as hmac};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::me::{UNAUTHENTICATED, code, signed_up};
use crate::support::{BEGINNING, Service};

pub fn segment(token: &str, index: usize) -> Value {
    serde_json::from_slice(
        &URL_SAFE_NO_PAD
            .decode(token.split('.').nth(index).unwrap())
            .unwrap(),
    )
    .unwrap()
}

fn message(header: &Value, claims: &Value) -> String {
    format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header.to_string()),
        URL_SAFE_NO_PAD.encode(claims.to_string())
    )
}

/// Reads a service's private key from its file.
fn key_of(service: &Service) -> EcdsaKeyPair {
    let text = std::fs::read_to_string(service.folder.path().join("keys/1.pem")).unwrap();
    EcdsaKeyPair::from_pkcs8(
        &ECDSA_P256_SHA256_FIXED_SIGNING,
        pem::parse(text).unwrap().contents(),
    )
    .unwrap()
}

/// Builds a token that is signed with a service's own key.
fn signed(service: &Service, header: &Value, claims: &Value) -> String {
    let message = message(header, claims);
    let signature = key_of(service)
        .sign(&SystemRandom::new(), message.as_bytes())
        .unwrap();
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
}

#[tokio::test]
async fn access_token_carries_the_claims_gateways_need() {
    let (service, device, token) = signed_up().await;
    let user = device.me().await.unwrap();
    let (header, claims) = (segment(&token, 0), segment(&token, 1));
    let jwk = service.device().get("/.well-known/jwks.json").await.json["keys"][0].clone();
    assert_eq!(
        header,
        json!({ "alg": "ES256", "typ": "at+jwt", "kid": jwk["kid"] })
    );
    let now = BEGINNING.seconds();
    assert_eq!(
        (&claims["iss"], &claims["aud"]),
        (&json!("http://127.0.0.1:4000"), &json!("latchkey"))
    );
    assert_eq!(claims["client_id"], "latchkey");
    assert_eq!(
        (&claims["sub"], &claims["sid"]),
        (&user["id"], &user["sessions"][0]["id"])
    );
    let times = (&claims["iat"], &claims["nbf"], &claims["exp"]);
    assert_eq!(times, (&json!(now), &json!(now - 60), &json!(now + 14_400)));
    assert_eq!(claims["role"], "USER");
    let again = device.logged_in("ada@x.test").await.0.bearer.unwrap();
    assert_ne!(segment(&again, 1)["jti"], claims["jti"]);
}

#[tokio::test]
async fn wrong_or_missing_claims_are_refused() {
    let (service, device, token) = signed_up().await;
    let (header, claims) = (segment(&token, 0), segment(&token, 1));
    assert_eq!(code(&device, &signed(&service, &header, &claims)).await, "");
    let now = BEGINNING.seconds();
    let bob = segment(&device.signed_up("bob@x.test").await.0.bearer.unwrap(), 1);
    for (claim, value) in [
        ("exp", json!(now - 6)),
        ("exp", json!(-1)),
        ("exp", json!((now + 60).to_string())),
        ("exp", json!(1_795_339_860.5)),
        ("exp", Value::Null),
        ("iss", json!("https://evil.test")),
        ("aud", json!("https://evil.test")),
        ("aud", json!(["evil", "latchkey"])),
        ("sub", json!("usr_00000000000000000000000000000000")),
        ("sub", json!("ada@x.test")),
        ("sub", bob["sub"].clone()),
        ("sid", json!("ses_00000000000000000000000000000000")),
        ("sid", bob["sid"].clone()),
    ] {
        let mut claims = claims.clone();
        claims[claim] = value.clone();
        assert_eq!(
            code(&device, &signed(&service, &header, &claims)).await,
            UNAUTHENTICATED,
            "{claim} {value}"
        );
    }
    for claim in [
        "iss",
        "aud",
        "client_id",
        "sub",
        "sid",
        "jti",
        "iat",
        "nbf",
        "exp",
        "role",
    ] {
        let mut claims = claims.clone();
        claims.as_object_mut().unwrap().remove(claim);
        assert_eq!(
            code(&device, &signed(&service, &header, &claims)).await,
            UNAUTHENTICATED,
            "without {claim}"
        );
    }
}

#[tokio::test]
async fn role_claim_grants_no_role_here() {
    let (service, device, token) = signed_up().await;
    let (header, mut claims) = (segment(&token, 0), segment(&token, 1));
    claims["role"] = json!("ADMIN");
    let device = device.with_bearer(&signed(&service, &header, &claims));
    assert_eq!(device.me().await.unwrap()["role"], "USER");
}

#[tokio::test]
async fn wrong_type_algorithm_or_key_id_is_refused() {
    let (service, device, token) = signed_up().await;
    let (header, claims) = (segment(&token, 0), segment(&token, 1));
    for (name, value) in [
        ("typ", json!("JWT")),
        ("typ", Value::Null),
        ("kid", Value::Null),
        ("kid", json!("another")),
        ("kid", json!("key 1")),
        ("alg", json!("ES384")),
        ("alg", json!("RS256")),
        ("alg", json!("none")),
    ] {
        let mut header = header.clone();
        header[name] = value.clone();
        assert_eq!(
            code(&device, &signed(&service, &header, &claims)).await,
            UNAUTHENTICATED,
            "{name} {value}"
        );
    }
}

#[tokio::test]
async fn only_the_services_own_signature_is_accepted() {
    let (service, device, token) = signed_up().await;
    let (header, claims) = (segment(&token, 0), segment(&token, 1));
    for alg in ["none", "None", "nOnE", "ES256", "HS256"] {
        let mut header = header.clone();
        header["alg"] = json!(alg);
        assert_eq!(
            code(&device, &format!("{}.", message(&header, &claims))).await,
            UNAUTHENTICATED,
            "{alg}"
        );
    }
    // The public key as an HMAC secret, in every encoding in which it is published.
    let jwk = service.device().get("/.well-known/jwks.json").await.json["keys"][0].clone();
    let point: Vec<u8> = ["x", "y"]
        .iter()
        .flat_map(|it| URL_SAFE_NO_PAD.decode(jwk[it].as_str().unwrap()).unwrap())
        .collect();
    for secret in [
        [&[4], &point[..]].concat(),
        point,
        jwk.to_string().into_bytes(),
        Vec::new(),
    ] {
        let mut header = header.clone();
        header["alg"] = json!("HS256");
        let message = message(&header, &claims);
        let tag = hmac(&Key::new(HMAC_SHA256, &secret), message.as_bytes());
        let token = format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag.as_ref()));
        assert_eq!(code(&device, &token).await, UNAUTHENTICATED);
    }
    // A key that the token embeds or links.
    let other = Service::start().await;
    let theirs = other.device().get("/.well-known/jwks.json").await.json["keys"][0].clone();
    for (name, value) in [
        ("jwk", theirs),
        ("jku", json!("http://127.0.0.1:9/jwks.json")),
        ("x5u", json!("http://127.0.0.1:9")),
    ] {
        let mut header = header.clone();
        header[name] = value;
        assert_eq!(
            code(&device, &signed(&other, &header, &claims)).await,
            UNAUTHENTICATED,
            "{name}"
        );
    }
}
