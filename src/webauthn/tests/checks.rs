//! Each check of a registration and of a use.

use ciborium::cbor;
use serde_json::json;

use super::software::{CHALLENGE, FLAGS, Software, bytes, encode, party, stored, to_bytes};
use crate::webauthn::authenticator_data::AuthenticatorData;
use crate::webauthn::cose::PublicKey;
use crate::webauthn::{
    Assertion, AssertionResponse, Invalid, RegistrationResponse, Verified, verify_registration,
};

pub(super) fn register(response: &RegistrationResponse) -> Result<(), Invalid> {
    verify_registration(&party(), response, CHALLENGE).map(drop)
}

/// Registers a credential, and verifies a use of it.
pub(super) fn sign_in(
    software: &Software,
    response: &AssertionResponse,
) -> Result<Verified, Invalid> {
    let created = Software::new().register();
    let mut credential = verify_registration(&party(), &created, CHALLENGE).unwrap();
    credential.public_key = software.public_key();
    Assertion::parse(&party(), response, CHALLENGE)?.verify(&stored(&credential))
}

#[test]
fn credential_is_registered_and_signs_in() {
    let mut software = Software::new();
    let credential = verify_registration(&party(), &software.register(), CHALLENGE).unwrap();
    assert_eq!(credential.id, software.id);
    assert_eq!(credential.public_key, software.public_key());
    assert_eq!(credential.aaguid, Some([1; 16]));
    assert!(credential.is_backup_eligible && credential.is_backed_up);
    software.flags = 0x0d;
    software.counter = 5;
    let verified = sign_in(&software, &software.sign_in()).unwrap();
    let expected = Verified {
        counter: 5,
        is_backed_up: false,
    };
    assert_eq!(verified, expected);
}

#[test]
fn flags_decide_about_presence_verification_and_backup() {
    for (flags, expected) in [
        (FLAGS & !0x01, Err(Invalid::UserPresence)),
        (FLAGS & !0x04, Err(Invalid::UserVerification)),
        (FLAGS & !0x08, Err(Invalid::Backup)),
        (FLAGS & !0x10, Ok(())),
        (FLAGS | 0x22, Ok(())),
    ] {
        let mut software = Software::new();
        software.flags = flags;
        assert_eq!(register(&software.register()), expected, "{flags:x}");
        let used = sign_in(&software, &software.sign_in()).map(drop);
        assert_eq!(used, expected, "{flags:x}");
    }
    let mut software = Software::new();
    software.flags = 0x05;
    assert_eq!(register(&software.register()), Ok(()));
    let used = sign_in(&software, &software.sign_in());
    assert_eq!(used, Err(Invalid::Backup), "the eligibility has changed");
}

#[test]
fn counter_increases_unless_the_authenticator_does_not_count() {
    let software = Software::new();
    let used = |before: u32, now: u32| {
        let mut software = Software::new();
        software.counter = now;
        let mut credential =
            stored(&verify_registration(&party(), &software.register(), CHALLENGE).unwrap());
        credential.counter = before;
        let assertion = Assertion::parse(&party(), &software.sign_in(), CHALLENGE).unwrap();
        assertion.verify(&credential).map(|it| it.counter)
    };
    assert_eq!(software.counter, 0);
    for (before, now) in [(0, 0), (0, 1), (7, 8), (7, u32::MAX)] {
        assert_eq!(used(before, now), Ok(now));
    }
    for (before, now) in [(7, 7), (7, 6), (7, 0), (u32::MAX, 0)] {
        assert_eq!(used(before, now), Err(Invalid::Counter));
    }
}

#[test]
fn origin_is_compared_exactly_with_the_list() {
    let origins = [
        ("https://app.example.org", Ok(())),
        ("https://example.org:8443", Ok(())),
        ("https://example.org", Err(Invalid::Origin)),
        ("https://app.example.org:443", Err(Invalid::Origin)),
        ("https://app.example.org/", Err(Invalid::Origin)),
        ("http://app.example.org", Err(Invalid::Origin)),
        ("https://APP.example.org", Err(Invalid::Origin)),
        ("null", Err(Invalid::Origin)),
    ];
    for (origin, expected) in origins {
        let mut software = Software::new();
        software.client_data["origin"] = origin.into();
        assert_eq!(register(&software.register()), expected, "{origin}");
        let used = sign_in(&software, &software.sign_in()).map(drop);
        assert_eq!(used, expected, "{origin}");
    }
}

#[test]
fn members_of_client_data_are_checked_and_others_ignored() {
    for (member, value, expected) in [
        ("type", json!("webauthn.other"), Err(Invalid::Type)),
        ("challenge", json!("AAAA"), Err(Invalid::Challenge)),
        (
            "challenge",
            json!(format!("{CHALLENGE}=")),
            Err(Invalid::Challenge),
        ),
        ("challenge", json!(1), Err(Invalid::Malformed)),
        ("crossOrigin", json!(true), Err(Invalid::CrossOrigin)),
        ("crossOrigin", json!("false"), Err(Invalid::Malformed)),
        (
            "topOrigin",
            json!("https://example.com"),
            Err(Invalid::CrossOrigin),
        ),
        ("tokenBinding", json!({ "status": "supported" }), Ok(())),
        ("other_keys_can_be_added_here", json!([[[1]], null]), Ok(())),
    ] {
        let mut software = Software::new();
        software.client_data[member] = value;
        assert_eq!(register(&software.register()), expected, "{member}");
        let used = sign_in(&software, &software.sign_in()).map(drop);
        assert_eq!(used, expected, "{member}");
    }
    let mut software = Software::new();
    let members = software.client_data.as_object_mut().unwrap();
    members.remove("crossOrigin");
    assert_eq!(register(&software.register()), Ok(()), "older browsers");
}

#[test]
fn ids_types_and_relying_party_must_agree() {
    let good = Software::new();
    let altered = |alter: fn(&mut RegistrationResponse)| {
        let mut response = good.register();
        alter(&mut response);
        register(&response)
    };
    assert_eq!(
        altered(|it| it.kind = "password".to_owned()),
        Err(Invalid::Type)
    );
    assert_eq!(
        altered(|it| it.raw_id = encode([8; 32])),
        Err(Invalid::CredentialId)
    );
    let other = altered(|it| {
        it.id = encode([8; 32]);
        it.raw_id.clone_from(&it.id);
    });
    assert_eq!(other, Err(Invalid::CredentialId));
    let padded = altered(|it| {
        it.id.push('=');
        it.raw_id.push('=');
    });
    assert_eq!(padded, Err(Invalid::Malformed));
    let mut elsewhere = Software::new();
    elsewhere.party = "app.example.org".to_owned();
    assert_eq!(register(&elsewhere.register()), Err(Invalid::RelyingParty));
    let used = sign_in(&elsewhere, &elsewhere.sign_in());
    assert_eq!(used, Err(Invalid::RelyingParty));
}

#[test]
fn assertion_needs_user_handle_and_its_own_signature() {
    let software = Software::new();
    let mut response = software.sign_in();
    response.user_handle = None;
    assert_eq!(sign_in(&software, &response), Err(Invalid::UserHandle));
    response.user_handle = Some(encode([9; 65]));
    assert_eq!(sign_in(&software, &response), Err(Invalid::Malformed));
    let other = Software::new().sign_in();
    assert_eq!(sign_in(&software, &other), Err(Invalid::Signature));
}

#[test]
fn attestation_of_format_none_has_no_statement() {
    let software = Software::new();
    let with = |format: &str, statement: ciborium::Value| {
        let data = bytes(&software.created());
        let object = cbor!({ "fmt" => format, "attStmt" => statement, "authData" => data });
        let mut response = software.register();
        response.attestation = encode(to_bytes(&object.unwrap()));
        register(&response)
    };
    let statement = || cbor!({ "alg" => -7 }).unwrap();
    assert_eq!(with("none", statement()), Err(Invalid::Attestation));
    assert_eq!(with("packed", statement()), Ok(()), "not evaluated");
    assert_eq!(with("packed", "text".into()), Err(Invalid::Malformed));
}

#[test]
fn keys_of_other_forms_are_refused() {
    let point =
        |x: &[u8]| cbor!({ 1 => 2, 3 => -7, -1 => 1, -2 => bytes(x), -3 => bytes(&[1; 32]) });
    let rsa = |n: &[u8], e: &[u8]| cbor!({ 1 => 3, 3 => -257, -1 => bytes(n), -2 => bytes(e) });
    let keys = [
        cbor!({}),
        cbor!({ 1 => 1, 3 => -8, -1 => 6, -2 => bytes(&[1; 31]) }),
        cbor!({ 1 => 2, 3 => -8, -1 => 6, -2 => bytes(&[1; 32]) }),
        cbor!({ 1 => 2, 3 => -35, -1 => 2, -2 => bytes(&[1; 48]), -3 => bytes(&[1; 48]) }),
        point(&[1; 32]),
        point(&[1; 33]),
        rsa(&[1; 128], &[1, 0, 1]),
        rsa(&[1; 1025], &[1, 0, 1]),
        rsa(&[0; 256], &[1, 0, 1]),
        rsa(&[1; 256], &[]),
        rsa(&[1; 256], &[1; 5]),
    ];
    for key in keys {
        let parsed = PublicKey::parse(&to_bytes(&key.unwrap()));
        assert_eq!(parsed.err(), Some(Invalid::Key));
    }
}

#[test]
fn authenticator_data_is_read_to_its_end() {
    let software = Software::new();
    let data = software.created();
    for end in 0..data.len() {
        let cut = software.register_with(&data[..end]);
        assert_eq!(register(&cut), Err(Invalid::Malformed), "{end}");
    }
    let longer = [&data[..], &[0]].concat();
    assert_eq!(
        register(&software.register_with(&longer)),
        Err(Invalid::Malformed)
    );
    let mut extended = [
        &data[..],
        &to_bytes(&cbor!({ "credProtect" => 3 }).unwrap()),
    ]
    .concat();
    extended[32] |= 0x80;
    assert_eq!(register(&software.register_with(&extended)), Ok(()));
    let without = &data[..37];
    assert!(
        AuthenticatorData::parse(without).is_err(),
        "it announces a credential"
    );
}

#[test]
fn deep_and_repeated_values_are_refused() {
    let mut deep = vec![0x81; 5000];
    deep.push(0);
    let mut response = Software::new().register();
    response.attestation = encode(&deep);
    assert_eq!(register(&response), Err(Invalid::Malformed));
    let key = [0xa2, 0x01, 0x01, 0x01, 0x02];
    assert_eq!(PublicKey::parse(&key).err(), Some(Invalid::Malformed));
    response.attestation = encode(vec![0xa0; 16_385]);
    assert_eq!(register(&response), Err(Invalid::Malformed));
}
