//! An authenticator in software, for the checks of this module.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ciborium::cbor;

use crate::webauthn::{
    AssertionResponse, NewCredential, RegistrationResponse, RelyingParty, StoredCredential,
};

pub(super) const ORIGIN: &str = "https://app.example.org";
pub(super) const CHALLENGE: &str = "q4vEA3-0Jb7E6oVhTgkXqdEIcqJqvFIi2IcFfZ8f0RA";

/// Present, verified, eligible for a backup and backed up.
pub(super) const FLAGS: u8 = 0x1d;

pub(super) fn party() -> RelyingParty {
    RelyingParty {
        id: "example.org".to_owned(),
        origins: vec![ORIGIN.to_owned(), "https://example.org:8443".to_owned()],
    }
}

pub(super) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A credential of ES256, and what its authenticator answers.
pub(super) struct Software {
    key: EcdsaKeyPair,
    pub(super) id: Vec<u8>,
    pub(super) flags: u8,
    pub(super) counter: u32,
    pub(super) party: String,
    pub(super) client_data: serde_json::Value,
}

impl Software {
    pub(super) fn new() -> Self {
        let algorithm = &ECDSA_P256_SHA256_ASN1_SIGNING;
        Self {
            key: EcdsaKeyPair::generate(algorithm).unwrap(),
            id: vec![7; 32],
            flags: FLAGS,
            counter: 0,
            party: "example.org".to_owned(),
            client_data: serde_json::json!({ "challenge": CHALLENGE, "origin": ORIGIN, "crossOrigin": false }),
        }
    }

    pub(super) fn public_key(&self) -> Vec<u8> {
        let point = self.key.public_key().as_ref();
        let key = cbor!({ 1 => 2, 3 => -7, -1 => 1, -2 => bytes(&point[1..33]), -3 => bytes(&point[33..]) });
        to_bytes(&key.unwrap())
    }

    fn data(&self, flags: u8, more: &[u8]) -> Vec<u8> {
        let hash = digest(&SHA256, self.party.as_bytes());
        let counter = self.counter.to_be_bytes();
        [hash.as_ref(), &[flags], &counter, more].concat()
    }

    /// Returns the authenticator data of a registration.
    pub(super) fn created(&self) -> Vec<u8> {
        let length = u16::try_from(self.id.len()).unwrap().to_be_bytes();
        let key = self.public_key();
        let more = [&[1; 16], &length[..], &self.id, &key].concat();
        self.data(self.flags | 0x40, &more)
    }

    fn client_data(&self, kind: &str) -> Vec<u8> {
        let mut data = self.client_data.clone();
        if data.get("type").is_none() {
            data["type"] = kind.into();
        }
        data.to_string().into_bytes()
    }

    pub(super) fn register_with(&self, authenticator_data: &[u8]) -> RegistrationResponse {
        let statement = ciborium::Value::Map(Vec::new());
        let data = bytes(authenticator_data);
        let object = cbor!({ "fmt" => "none", "attStmt" => statement, "authData" => data });
        RegistrationResponse {
            id: encode(&self.id),
            raw_id: encode(&self.id),
            kind: "public-key".to_owned(),
            client_data: encode(self.client_data("webauthn.create")),
            attestation: encode(to_bytes(&object.unwrap())),
        }
    }

    pub(super) fn register(&self) -> RegistrationResponse {
        self.register_with(&self.created())
    }

    pub(super) fn sign_in(&self) -> AssertionResponse {
        self.sign_in_with(&self.data(self.flags, &[]))
    }

    pub(super) fn sign_in_with(&self, authenticator_data: &[u8]) -> AssertionResponse {
        let client_data = self.client_data("webauthn.get");
        let hash = digest(&SHA256, &client_data);
        let signed = [authenticator_data, hash.as_ref()].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).unwrap();
        AssertionResponse {
            id: encode(&self.id),
            raw_id: encode(&self.id),
            kind: "public-key".to_owned(),
            client_data: encode(client_data),
            authenticator_data: encode(authenticator_data),
            signature: encode(signature),
            user_handle: Some(encode([9; 16])),
        }
    }
}

pub(super) fn bytes(bytes: &[u8]) -> ciborium::Value {
    ciborium::Value::Bytes(bytes.to_vec())
}

pub(super) fn to_bytes(value: &ciborium::Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).unwrap();
    bytes
}

pub(super) fn stored(credential: &NewCredential) -> StoredCredential {
    StoredCredential {
        public_key: credential.public_key.clone(),
        counter: credential.counter,
        is_backup_eligible: credential.is_backup_eligible,
    }
}
