//! An authenticator in software: it makes passkeys from the options of the server, and answers as a
//! browser's `credential.toJSON()`.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256,
    RsaKeyPair,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ciborium::Value as Cbor;
use serde_json::{Value, json};

/// Present, verified, eligible for a backup and backed up: the flags of a password manager.
pub const SYNCED: u8 = 0x1d;
/// Present and verified: the flags of a key that stays on its device.
pub const BOUND: u8 = 0x05;

const HAS_CREDENTIAL: u8 = 0x40;

/// The key of a passkey.
pub enum Key {
    Ed25519(Ed25519KeyPair),
    Es256(EcdsaKeyPair),
    Rs256(RsaKeyPair),
}

/// A passkey, with what its authenticator and browser say in the next answer.
pub struct Passkey {
    pub key: Key,
    pub id: Vec<u8>,
    pub user_handle: Option<String>,
    pub rp_id: String,
    pub origin: String,
    pub flags: u8,
    pub counter: u32,
    /// Further members of the client data, and those to replace.
    pub client_data: Value,
}

impl Key {
    pub fn ed25519() -> Self {
        Self::Ed25519(Ed25519KeyPair::generate().expect("a key"))
    }

    pub fn es256() -> Self {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING);
        Self::Es256(key.expect("a key"))
    }

    pub fn rs256() -> Self {
        Self::Rs256(RsaKeyPair::generate(KeySize::Rsa2048).expect("a key"))
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let rng = SystemRandom::new();
        match self {
            Self::Ed25519(key) => key.sign(message).as_ref().to_vec(),
            Self::Es256(key) => {
                let signature = key.sign(&rng, message).expect("a signature");
                signature.as_ref().to_vec()
            }
            Self::Rs256(key) => {
                let mut signature = vec![0; 256];
                let signed = key.sign(&RSA_PKCS1_SHA256, &rng, message, &mut signature);
                signed.expect("a signature");
                signature
            }
        }
    }

    /// Returns the public key as a COSE map.
    fn cose(&self) -> Vec<u8> {
        let bytes = |bytes: &[u8]| Cbor::Bytes(bytes.to_vec());
        let entries: Vec<(i64, Cbor)> = match self {
            Self::Ed25519(key) => {
                let x = bytes(key.public_key().as_ref());
                vec![(1, 1.into()), (3, (-8).into()), (-1, 6.into()), (-2, x)]
            }
            Self::Es256(key) => {
                let point = key.public_key().as_ref();
                let (x, y) = (bytes(&point[1..33]), bytes(&point[33..]));
                let kind = [(1, 2.into()), (3, (-7).into()), (-1, 1.into())];
                kind.into_iter().chain([(-2, x), (-3, y)]).collect()
            }
            Self::Rs256(key) => {
                // The modulus of 2048 bits is at a fixed place from the end of the X.509 form.
                let der: PublicKeyX509Der<'_> = key.public_key().as_der().expect("X.509");
                let der = der.as_ref();
                let (n, e) = (
                    bytes(&der[der.len() - 261..der.len() - 5]),
                    bytes(&[1, 0, 1]),
                );
                vec![(1, 3.into()), (3, (-257).into()), (-1, n), (-2, e)]
            }
        };
        let entries = entries
            .into_iter()
            .map(|(label, value)| (label.into(), value));
        to_bytes(&Cbor::Map(entries.collect()))
    }
}

impl Passkey {
    /// Makes a passkey as the options of a registration ask for, on a page of an origin. Returns it
    /// with the browser's answer.
    pub fn create(options: &Value, origin: &str, key: Key) -> (Self, Value) {
        let mut id = vec![0; 32];
        aws_lc_rs::rand::fill(&mut id).expect("randomness");
        let passkey = Self {
            key,
            id,
            user_handle: Some(text(&options["user"]["id"])),
            rp_id: text(&options["rp"]["id"]),
            origin: origin.to_owned(),
            flags: SYNCED,
            counter: 0,
            client_data: json!({}),
        };
        let answer = passkey.register(options);
        (passkey, answer)
    }

    /// Returns the browser's answer to the options of a registration.
    pub fn register(&self, options: &Value) -> Value {
        let length = u16::try_from(self.id.len()).expect("a short id");
        let more = [
            &[3; 16][..],
            &length.to_be_bytes(),
            &self.id,
            &self.key.cose(),
        ]
        .concat();
        let data = self.data(self.flags | HAS_CREDENTIAL, &more);
        let object = Cbor::Map(vec![
            ("fmt".into(), "none".into()),
            ("attStmt".into(), Cbor::Map(Vec::new())),
            ("authData".into(), Cbor::Bytes(data)),
        ]);
        json!({
            "id": encode(&self.id),
            "rawId": encode(&self.id),
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": { "credProps": { "rk": true } },
            "response": {
                "clientDataJSON": encode(self.client_data("webauthn.create", options)),
                "attestationObject": encode(to_bytes(&object)),
                "transports": ["hybrid", "internal", "teleport"],
            },
        })
    }

    /// Returns the browser's answer to the options of a login.
    pub fn sign_in(&self, options: &Value) -> Value {
        let data = self.data(self.flags, &[]);
        let client_data = self.client_data("webauthn.get", options);
        let hash = digest(&SHA256, &client_data);
        let signature = self.key.sign(&[&data, hash.as_ref()].concat());
        json!({
            "id": encode(&self.id),
            "rawId": encode(&self.id),
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": encode(client_data),
                "authenticatorData": encode(data),
                "signature": encode(signature),
                "userHandle": self.user_handle,
            },
        })
    }

    fn data(&self, flags: u8, more: &[u8]) -> Vec<u8> {
        let hash = digest(&SHA256, self.rp_id.as_bytes());
        let counter = self.counter.to_be_bytes();
        [hash.as_ref(), &[flags], &counter, more].concat()
    }

    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        let mut data = json!({
            "type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": false,
        });
        for (name, value) in self.client_data.as_object().into_iter().flatten() {
            data[name] = value.clone();
        }
        data.to_string().into_bytes()
    }
}

pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn to_bytes(value: &Cbor) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).expect("CBOR");
    bytes
}
