//! Answers that are random or altered: no use is accepted, and nothing ends in a panic.

use proptest::prelude::*;

use super::checks::{register, sign_in};
use super::software::{Software, encode};
use crate::webauthn::cose::PublicKey;
use crate::webauthn::decode;

proptest! {
    #[test]
    fn random_bytes_are_no_valid_answer(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let text = encode(&bytes);
        let mut created = Software::new().register();
        created.attestation.clone_from(&text);
        prop_assert!(register(&created).is_err());
        prop_assert!(PublicKey::parse(&bytes).is_err());
        let software = Software::new();
        let mut used = software.sign_in();
        used.authenticator_data.clone_from(&text);
        prop_assert!(sign_in(&software, &used).is_err());
        used.client_data = text;
        prop_assert!(sign_in(&software, &used).is_err());
    }

    #[test]
    fn use_with_an_altered_bit_is_refused(place in any::<prop::sample::Index>(), bit in 0_u8..8, part in 0..3) {
        let software = Software::new();
        let mut used = software.sign_in();
        let text = match part {
            0 => &mut used.client_data,
            1 => &mut used.authenticator_data,
            _ => &mut used.signature,
        };
        let mut bytes = decode(text, 4096).unwrap();
        let place = place.index(bytes.len());
        bytes[place] ^= 1 << bit;
        *text = encode(bytes);
        prop_assert!(sign_in(&software, &used).is_err());
    }

    #[test]
    fn altered_registration_ends_without_panic(place in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let software = Software::new();
        let mut created = software.register();
        let mut bytes = decode(&created.attestation, 4096).unwrap();
        let place = place.index(bytes.len());
        bytes[place] = byte;
        created.attestation = encode(bytes);
        // A change of the counter or the model, which no signature covers, is accepted.
        let _ = register(&created);
    }
}
