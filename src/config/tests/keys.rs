//! Sources of keys and secrets, and that nothing of them is shown.

use super::{Path, config, errors, good, refused};
use crate::token::{KeyAlgorithm, KeySource, SecretSource};

/// The Ed25519 key of RFC 8410, section 10.3, on one line; it is public.
pub(super) const KEY: &str = "-----BEGIN PRIVATE KEY-----\\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\\n-----END PRIVATE KEY-----";
pub(super) const SECRET: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

#[test]
fn keys_are_files_in_data_folder_unless_set() {
    let in_folder = |source: &KeySource, expected: KeyAlgorithm| matches!(source, KeySource::Folder { data, algorithm } if data == Path::new("d") && *algorithm == expected);
    assert!(in_folder(&good(&[("DATA", "d")]).keys, KeyAlgorithm::Es256));
    for (name, algorithm) in [
        ("EdDSA", KeyAlgorithm::EdDsa),
        ("RS256", KeyAlgorithm::Rs256),
    ] {
        assert!(
            in_folder(
                &good(&[("DATA", "d"), ("SIGNING_ALGORITHM", name)]).keys,
                algorithm
            ),
            "{name}"
        );
    }
    assert!(matches!(
        good(&[("SIGNING_KEYS", KEY)]).keys,
        KeySource::Pem(SecretSource::Inline(_))
    ));
    assert!(matches!(
        good(&[("SIGNING_KEYS", "file:k.pem")]).keys,
        KeySource::Pem(SecretSource::File(_))
    ));
    assert!(good(&[]).secret.is_none());
    assert!(matches!(
        good(&[("SECRET", SECRET)]).secret,
        Some(SecretSource::Inline(_))
    ));
}

#[test]
fn hs256_needs_a_long_secret_and_nothing_else() {
    let shared = [("SIGNING_ALGORITHM", "HS256"), ("SIGNING_SECRET", SECRET)];
    assert!(matches!(good(&shared).keys, KeySource::Shared(_)));
    refused(
        "SIGNING_ALGORITHM",
        &["HS256"],
        "needs a secret of 32 or more bytes",
    );
    refused(
        "SIGNING_SECRET",
        &[SECRET],
        "only LATCHKEY_SIGNING_ALGORITHM=HS256",
    );
    let both = errors(&[shared[0], shared[1], ("SIGNING_KEYS", KEY)]);
    assert!(both[0].wrong.contains("private keys are set"), "{both:?}");
    let short = errors(&[shared[0], ("SIGNING_SECRET", "aHVudGVyMg==")]);
    assert!(
        short[0].wrong.contains("32 or more random bytes"),
        "{short:?}"
    );
}

#[test]
fn malformed_key_or_secret_is_refused_without_its_text() {
    for name in ["SECRET", "SIGNING_SECRET"] {
        refused(
            name,
            &["hunter2", "aHVudGVyMg==", &"A".repeat(42)],
            "the value is neither 32 or more",
        );
    }
    let half = &KEY[..60];
    refused(
        "SIGNING_KEYS",
        &["hunter2", half, &KEY.replace("PRIVATE", "PUBLIC")],
        "the value is neither a private key",
    );
    refused(
        "SIGNING_ALGORITHM",
        &["none", "es256", "HS512", "PS256"],
        "is not ES256 or EdDSA or RS256 or HS256",
    );
    let shown = format!(
        "{:?}",
        config(&[("SECRET", "hunter2"), ("SIGNING_KEYS", half)])
    );
    assert!(
        !shown.contains("hunter2") && !shown.contains("BEGIN"),
        "{shown}"
    );
}

#[test]
fn debug_output_shows_no_key_and_no_secret() {
    let shown = format!("{:?}", good(&[("SECRET", SECRET), ("SIGNING_KEYS", KEY)]));
    assert!(
        !shown.contains("AAEC") && !shown.contains("MC4C"),
        "{shown}"
    );
}
