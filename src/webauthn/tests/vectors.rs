//! The test vectors of Web Authentication Level 3 (section 16): pairs of a registration and a use of
//! the same credential.

use serde::Deserialize;

use crate::webauthn::authenticator_data::AuthenticatorData;
use crate::webauthn::cbor::Map;
use crate::webauthn::client_data::{self, Ceremony};
use crate::webauthn::cose::PublicKey;
use crate::webauthn::{
    Assertion, AssertionResponse, Invalid, MAX_ATTESTATION, RegistrationResponse, RelyingParty,
    decode, verify_registration,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    name: String,
    credential_id: String,
    registration: Registration,
    assertion: Use,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Registration {
    challenge: String,
    client_data: String,
    attestation: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Use {
    challenge: String,
    client_data: String,
    authenticator_data: String,
    signature: String,
}

fn party() -> RelyingParty {
    RelyingParty {
        id: "example.org".to_owned(),
        origins: vec!["https://example.org".to_owned()],
    }
}

fn vectors() -> Vec<Vector> {
    serde_json::from_str(include_str!("vectors.json")).unwrap()
}

impl Vector {
    fn register(&self) -> Result<(), Invalid> {
        let response = RegistrationResponse {
            id: self.credential_id.clone(),
            raw_id: self.credential_id.clone(),
            kind: "public-key".to_owned(),
            client_data: self.registration.client_data.clone(),
            attestation: self.registration.attestation.clone(),
        };
        verify_registration(&party(), &response, &self.registration.challenge).map(drop)
    }

    fn sign_in(&self) -> Result<(), Invalid> {
        let response = AssertionResponse {
            id: self.credential_id.clone(),
            raw_id: self.credential_id.clone(),
            kind: "public-key".to_owned(),
            client_data: self.assertion.client_data.clone(),
            authenticator_data: self.assertion.authenticator_data.clone(),
            signature: self.assertion.signature.clone(),
            user_handle: Some("AAAA".to_owned()),
        };
        Assertion::parse(&party(), &response, &self.assertion.challenge).map(drop)
    }

    /// Returns the authenticator data of the registration.
    fn created(&self) -> AuthenticatorData {
        let bytes = decode(&self.registration.attestation, MAX_ATTESTATION).unwrap();
        let mut object = Map::read_whole(&bytes).unwrap();
        AuthenticatorData::parse(&object.take_bytes("authData").unwrap()).unwrap()
    }
}

#[test]
fn vectors_of_verified_users_are_accepted() {
    use Invalid::{CrossOrigin, Key, UserVerification};
    let expected = [
        ("none-es256", Err(UserVerification), Err(UserVerification)),
        ("packed-self-es256", Ok(()), Err(UserVerification)),
        ("none-es256-crossOrigin", Err(CrossOrigin), Err(CrossOrigin)),
        ("none-es256-topOrigin", Err(CrossOrigin), Err(CrossOrigin)),
        (
            "none-es256-long-credential-id",
            Err(UserVerification),
            Ok(()),
        ),
        ("packed-es256", Ok(()), Ok(())),
        ("packed-es384", Err(UserVerification), Ok(())),
        ("packed-es512", Err(Key), Err(UserVerification)),
        ("packed-rs256", Ok(()), Err(UserVerification)),
        ("packed-eddsa", Err(UserVerification), Err(UserVerification)),
        ("packed-ed448", Err(UserVerification), Ok(())),
        ("tpm-es256", Ok(()), Ok(())),
        ("android-key-es256", Ok(()), Err(UserVerification)),
        ("apple-es256", Err(UserVerification), Err(UserVerification)),
        (
            "fido-u2f-es256",
            Err(UserVerification),
            Err(UserVerification),
        ),
    ];
    let vectors = vectors();
    let found: Vec<_> = vectors
        .iter()
        .map(|it| (it.name.as_str(), it.register(), it.sign_in()))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn signatures_of_vectors_verify_with_their_keys_alone() {
    let mut verified = 0;
    for vector in vectors() {
        let key = vector.created().credential.unwrap();
        assert_eq!(key.id, decode(&vector.credential_id, 1023).unwrap());
        let Ok(key) = PublicKey::parse(&key.key) else {
            let other = ["packed-es384", "packed-es512", "packed-ed448"];
            assert!(other.contains(&vector.name.as_str()), "{}", vector.name);
            continue;
        };
        let used = &vector.assertion;
        let data = decode(&used.authenticator_data, 4096).unwrap();
        let signature = decode(&used.signature, 1024).unwrap();
        let client_data = decode(&used.client_data, 4096).unwrap();
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &client_data);
        let signed = [&data, hash.as_ref()].concat();
        assert_eq!(key.verify(&signed, &signature), Ok(()), "{}", vector.name);
        let longer = [&signed[..], &[0]].concat();
        assert_eq!(key.verify(&longer, &signature), Err(Invalid::Signature));
        verified += 1;
    }
    assert_eq!(verified, 12);
}

#[test]
fn client_data_of_vectors_passes_for_its_ceremony_alone() {
    for vector in vectors() {
        if vector.name.ends_with("Origin") {
            continue;
        }
        let created = &vector.registration;
        let check = |ceremony, challenge: &str| {
            client_data::check(&created.client_data, ceremony, challenge, &party()).map(drop)
        };
        assert_eq!(check(Ceremony::Create, &created.challenge), Ok(()));
        assert_eq!(check(Ceremony::Get, &created.challenge), Err(Invalid::Type));
        let other = &vector.assertion.challenge;
        assert_eq!(check(Ceremony::Create, other), Err(Invalid::Challenge));
    }
}
