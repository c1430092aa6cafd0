//! `me`: the signed-in user. An invalid bearer token is an error only where an operation needs a caller.

use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign as hmac};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::support::{BEGINNING, Device, PASSWORD, Service};

const UNAUTHENTICATED: &str = "UNAUTHENTICATED";

fn segment(token: &str, index: usize) -> Value {
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

async fn signed_up() -> (Service, Device, String) {
    let service = Service::start().await;
    let (device, _) = service.device().signed_up("ada@x.test").await;
    let token = device.bearer.clone().unwrap();
    (service, device, token)
}

async fn code(device: &Device, token: &str) -> String {
    device
        .with_bearer(token)
        .me()
        .await
        .err()
        .unwrap_or_default()
}

#[tokio::test]
async fn me_returns_the_signed_in_user() {
    let (service, device, _) = signed_up().await;
    service.device().sign_up("bob@x.test").await;
    let user = device.me().await.unwrap();
    assert_eq!(
        (&user["email"], &user["firstName"]),
        (&json!("ada@x.test"), &json!("Ada"))
    );
}

#[tokio::test]
async fn missing_token_answers_null_with_an_error_path() {
    let reply = Service::start()
        .await
        .device()
        .post("{ me { id } policy { codeLength } }", json!({}))
        .await;
    assert_eq!(
        reply.json["data"],
        json!({ "me": null, "policy": { "codeLength": 6 } })
    );
    assert_eq!(reply.json["errors"].as_array().unwrap().len(), 1);
    assert_eq!(reply.json["errors"][0]["path"], json!(["me"]));
    assert_eq!(reply.code(), UNAUTHENTICATED);
}

#[tokio::test]
async fn bearer_scheme_is_matched_case_insensitively() {
    let (service, _, token) = signed_up().await;
    for (header, signed_in) in [
        (format!("Bearer {token}"), true),
        (format!("bearer {token}"), true),
        (format!("BEARER  {token}"), true),
        (token.clone(), false),
        (format!("Basic {token}"), false),
        (format!("Token {token}"), false),
        (format!("Bearer {token} {token}"), false),
        (format!("Bearer \"{token}\""), false),
        ("Bearer".to_owned(), false),
        ("Bearer ".to_owned(), false),
        ("Bearer null".to_owned(), false),
    ] {
        let device = service.device().with_header("authorization", &header);
        assert_eq!(device.me().await.is_ok(), signed_in, "{header}");
    }
}

#[tokio::test]
async fn malformed_or_foreign_tokens_are_refused() {
    let (_, device, token) = signed_up().await;
    let (_, foreign, _) = signed_up().await;
    let (unsigned, _) = token.rsplit_once('.').unwrap();
    let foreign = foreign.bearer.unwrap();
    for wrong in [
        "x",
        "..",
        unsigned,
        &format!("{unsigned}."),
        &format!("{unsigned}.AAAA"),
        &format!("{token}."),
        &token[1..],
        &token[..token.len() - 1],
        &foreign,
        &format!("{unsigned}.{}", foreign.rsplit_once('.').unwrap().1),
        &"x".repeat(20_000),
    ] {
        assert_eq!(
            code(&device, wrong).await,
            UNAUTHENTICATED,
            "{}",
            &wrong[..wrong.len().min(80)]
        );
    }
    assert_eq!(code(&device, &token).await, "");
}

#[tokio::test]
async fn other_secrets_are_not_bearer_tokens() {
    let service = Service::start().await;
    let (device, refresh_token) = service.device().signed_up("ada@x.test").await;
    let strict = service
        .node(&[("LATCHKEY_VERIFY_EMAIL_FIRST", "true")])
        .await;
    let ticket = strict.device().sign_up("bob@x.test").await["ticket"]
        .as_str()
        .unwrap()
        .to_owned();
    for secret in [
        refresh_token,
        ticket,
        PASSWORD.to_owned(),
        strict.code_for("bob@x.test").await,
    ] {
        assert_eq!(code(&device, &secret).await, UNAUTHENTICATED);
    }
}

#[tokio::test]
async fn access_token_expires_with_seconds_of_leeway() {
    let (service, device, _) = signed_up().await;
    service.wait(14_400 - 1);
    assert!(device.me().await.is_ok());
    service.wait(7);
    assert_eq!(device.me().await, Err(UNAUTHENTICATED.to_owned()));
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
    assert_eq!(
        (&claims["sub"], &claims["sid"]),
        (&user["id"], &user["sessions"][0]["id"])
    );
    let times = (&claims["iat"], &claims["nbf"], &claims["exp"]);
    assert_eq!(times, (&json!(now), &json!(now), &json!(now + 14_400)));
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
        ("nbf", json!(now + 60)),
        ("iat", json!(now + 60)),
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
        "iss", "aud", "sub", "sid", "jti", "iat", "nbf", "exp", "role",
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
