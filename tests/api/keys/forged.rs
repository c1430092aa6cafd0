//! Forged and malformed tokens, under every algorithm. `access_token.rs` has genuine ones.

use std::io::ErrorKind;
use std::net::TcpListener;

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::hmac::{self, HMAC_SHA256, HMAC_SHA384, HMAC_SHA512};
use aws_lc_rs::rsa::KeyPair as RsaKeyPair;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{EncodingKey, Header};
use serde_json::{Value, json};

use super::{SECRET, UNAUTHENTICATED, header};
use crate::support::{BEGINNING, Device, Service};

fn encoded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn claims(device: &Device) -> Value {
    let token = device.bearer.as_ref().unwrap();
    serde_json::from_slice(
        &URL_SAFE_NO_PAD
            .decode(token.split('.').nth(1).unwrap())
            .unwrap(),
    )
    .unwrap()
}

/// Builds a token with an HMAC as its signature.
fn hmac_signed(
    header: &Value,
    claims: &Value,
    algorithm: hmac::Algorithm,
    secret: &[u8],
) -> String {
    let message = format!("{}.{}", encoded(header), encoded(claims));
    let tag = hmac::sign(&hmac::Key::new(algorithm, secret), message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag))
}

async fn signed_up(settings: &[(&str, &str)]) -> (Service, Device) {
    let service = Service::with(settings).await;
    let device = service.device().signed_up("ada@x.test").await.0;
    assert!(device.me().await.is_ok());
    (service, device)
}

async fn assert_refused(device: &Device, token: &str, why: &str) {
    assert_eq!(
        device.with_bearer(token).me().await,
        Err(UNAUTHENTICATED.to_owned()),
        "{why}"
    );
}

/// Returns a service's public key in the encodings that a library might mistake for a secret: DER,
/// and PEM with and without its last line break.
fn public_key(service: &Service) -> Vec<Vec<u8>> {
    let text = std::fs::read_to_string(service.folder.path().join("keys/1.pem")).unwrap();
    let private = pem::parse(text).unwrap().into_contents();
    let p256 = || EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &private).ok();
    let der: PublicKeyX509Der<'_> = if let Some(pair) = p256() {
        pair.public_key().as_der().unwrap()
    } else if let Ok(pair) = Ed25519KeyPair::from_pkcs8(&private) {
        pair.public_key().as_der().unwrap()
    } else {
        RsaKeyPair::from_pkcs8(&private)
            .unwrap()
            .public_key()
            .as_der()
            .unwrap()
    };
    let with_crlf = pem::encode(&pem::Pem::new("PUBLIC KEY", der.as_ref()));
    let pem = with_crlf.replace("\r\n", "\n");
    let trimmed = pem.trim_end().to_owned();
    vec![
        der.as_ref().to_vec(),
        pem.into_bytes(),
        trimmed.into_bytes(),
        with_crlf.into_bytes(),
    ]
}

#[tokio::test]
async fn public_key_is_not_accepted_as_hmac_secret() {
    for algorithm in ["ES256", "EdDSA", "RS256"] {
        let (service, device) = signed_up(&[("LATCHKEY_SIGNING_ALGORITHM", algorithm)]).await;
        let (mut header, claims) = (header(&device), claims(&device));
        let jwk = service.device().get("/.well-known/jwks.json").await.json["keys"][0]
            .to_string()
            .into_bytes();
        for secret in public_key(&service).into_iter().chain([jwk, Vec::new()]) {
            for (name, hash) in [
                ("HS256", HMAC_SHA256),
                ("HS384", HMAC_SHA384),
                ("HS512", HMAC_SHA512),
            ] {
                header["alg"] = json!(name);
                let forged = hmac_signed(&header, &claims, hash, &secret);
                assert_refused(
                    &device,
                    &forged,
                    &format!("{name} with the public key of {algorithm}"),
                )
                .await;
            }
        }
    }
}

#[tokio::test]
async fn algorithm_none_is_refused_in_every_spelling() {
    for algorithm in ["ES256", "EdDSA", "RS256"] {
        let (_service, device) = signed_up(&[("LATCHKEY_SIGNING_ALGORITHM", algorithm)]).await;
        let (mut header, claims) = (header(&device), claims(&device));
        let signature = device
            .bearer
            .as_ref()
            .unwrap()
            .rsplit_once('.')
            .unwrap()
            .1
            .to_owned();
        for alg in [
            json!("none"),
            json!("None"),
            json!("nOnE"),
            json!("NONE"),
            json!(""),
            json!(null),
            json!(["none"]),
        ] {
            header["alg"] = alg.clone();
            let message = format!("{}.{}", encoded(&header), encoded(&claims));
            for forged in [
                message.clone(),
                format!("{message}."),
                format!("{message}.{signature}"),
            ] {
                assert_refused(&device, &forged, &alg.to_string()).await;
            }
        }
    }
}

#[tokio::test]
async fn shared_secret_accepts_only_its_own_algorithm() {
    let shared = [
        ("LATCHKEY_SIGNING_ALGORITHM", "HS256"),
        ("LATCHKEY_SIGNING_SECRET", SECRET),
    ];
    let (_service, device) = signed_up(&shared).await;
    let secret: Vec<u8> = (0..32).collect();
    let (mut header, claims) = (header(&device), claims(&device));
    let real = hmac_signed(&header, &claims, HMAC_SHA256, &secret);
    assert!(device.with_bearer(&real).me().await.is_ok());
    for (name, hash) in [
        ("HS384", HMAC_SHA384),
        ("HS512", HMAC_SHA512),
        ("ES256", HMAC_SHA256),
        ("none", HMAC_SHA256),
    ] {
        header["alg"] = json!(name);
        assert_refused(&device, &hmac_signed(&header, &claims, hash, &secret), name).await;
    }
    header["alg"] = json!("HS256");
    for secret in [SECRET.as_bytes(), b"", b"secret", &secret[..31]] {
        assert_refused(
            &device,
            &hmac_signed(&header, &claims, HMAC_SHA256, secret),
            "another secret",
        )
        .await;
    }
}

#[tokio::test]
async fn key_id_is_matched_only_by_exact_name() {
    let (_service, device) = signed_up(&[]).await;
    let (mut header, claims) = (header(&device), claims(&device));
    let real = header["kid"].as_str().unwrap().to_owned();
    for kid in [
        json!("another"),
        json!("key 1"),
        json!("1"),
        json!("1.pem"),
        json!("keys/1.pem"),
        json!({ "kid": real }),
        json!([real]),
        json!(""),
        json!(0),
        json!(format!("{real}\t")),
        json!(format!(" {real}")),
        json!(real.to_lowercase()),
        json!(&real[..42]),
    ] {
        header["kid"] = kid.clone();
        for (alg, hash) in [("HS256", HMAC_SHA256), ("HS512", HMAC_SHA512)] {
            header["alg"] = json!(alg);
            assert_refused(
                &device,
                &hmac_signed(&header, &claims, hash, b""),
                &kid.to_string(),
            )
            .await;
        }
    }
}

#[tokio::test]
async fn keys_embedded_or_linked_in_tokens_are_ignored() {
    let (_service, device) = signed_up(&[]).await;
    let claims = claims(&device);
    let own = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let point = own.public_key().as_ref();
    let part = |range: std::ops::Range<usize>| URL_SAFE_NO_PAD.encode(&point[range]);
    let jwk = json!({ "kty": "EC", "crv": "P-256", "x": part(1..33), "y": part(33..65), "alg": "ES256", "use": "sig" });
    let key = EncodingKey::from_ec_der(own.to_pkcs8v1().unwrap().as_ref());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}/jwks.json", listener.local_addr().unwrap());
    for (name, value) in [
        ("jwk", jwk),
        ("jku", json!(url)),
        ("x5u", json!(url)),
        ("x5c", json!(["AAAA"])),
    ] {
        for kid in [header(&device)["kid"].clone(), json!(url), Value::Null] {
            let mut header = header(&device);
            (header["kid"], header[name]) = (kid, value.clone());
            let header: Header = serde_json::from_value(header).unwrap();
            let forged = jsonwebtoken::encode(&header, &claims, &key).unwrap();
            assert_refused(&device, &forged, name).await;
        }
    }
    let visit = listener
        .accept()
        .map(|(_, address)| address)
        .map_err(|error| error.kind());
    assert_eq!(
        visit,
        Err(ErrorKind::WouldBlock),
        "the service fetched {url}"
    );
}

#[tokio::test]
async fn clocks_may_differ_and_be_set_back() {
    let (service, device) = signed_up(&[]).await;
    let text = std::fs::read_to_string(service.folder.path().join("keys/1.pem")).unwrap();
    let key = EncodingKey::from_ec_der(pem::parse(text).unwrap().contents());
    let header: Header = serde_json::from_value(header(&device)).unwrap();
    let now = BEGINNING.seconds();
    for (claim, time, is_good) in [
        ("exp", now - 4, true),
        ("exp", now - 6, false),
        ("nbf", now + 5, true),
        ("nbf", now + 60, true),
        ("iat", now + 5, true),
        ("iat", now + 60, true),
        ("exp", i64::MIN, false),
    ] {
        let mut claims = claims(&device);
        claims[claim] = json!(time);
        let token = jsonwebtoken::encode(&header, &claims, &key).unwrap();
        assert_eq!(
            device.with_bearer(&token).me().await.is_ok(),
            is_good,
            "{claim} {}",
            time.saturating_sub(now)
        );
    }
}

#[tokio::test]
async fn access_and_refresh_tokens_are_not_interchangeable() {
    let service = Service::start().await;
    let (device, refresh_token) = service.device().signed_up("ada@x.test").await;
    assert_refused(&device, &refresh_token, "a refresh token as a bearer").await;
    let access_token = device.bearer.clone().unwrap();
    for token in [
        access_token.clone(),
        format!("lkr_{access_token}"),
        access_token.replace('.', ""),
    ] {
        assert_eq!(
            device.refresh(&token).await["__typename"],
            "InvalidRefreshToken"
        );
    }
    assert!(
        device.me().await.is_ok()
            && device.refresh(&refresh_token).await["__typename"] == "Authenticated"
    );
}
