//! Imported hashes, verified on the pool.

use std::time::Duration;

use base64::Engine;
use serde_json::json;

use super::*;

/// Stores a digest of a text, as LDAP does: cheap, and of the bytes as typed.
fn stored(text: &str) -> PasswordHash {
    let digest = aws_lc_rs::digest::digest(
        &aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY,
        text.as_bytes(),
    );
    let hash = base64::engine::general_purpose::STANDARD.encode(digest.as_ref());
    imported(
        Format::Ldap,
        &format!("{{SHA}}{hash}"),
        &HashOptions::default(),
    )
    .to_stored()
}

fn imported(format: Format, text: &str, options: &HashOptions) -> ImportedHash {
    match format.parse(&json!(text), options) {
        Ok(Parsed::Hash(hash)) => hash,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn verified_imported_hash_is_to_be_replaced() {
    let hashing = hashing(BcryptEngine::Interleaved, 4);
    let stored = stored("correct horse");
    let right = verify(&hashing, "correct horse", Some(&stored)).await;
    assert_eq!(right, Verification::ValidNeedsRehash);
    let wrong = verify(&hashing, "wrong horse", Some(&stored)).await;
    assert_eq!(wrong, Verification::Invalid);
}

#[tokio::test]
async fn decomposed_password_is_tried_as_typed_and_normalised() {
    let hashing = hashing(BcryptEngine::Interleaved, 4);
    let (composed, decomposed) = ("Zo\u{eb} in the sun", "Zoe\u{308} in the sun");
    for (hashed, typed, is_right) in [
        (decomposed, decomposed, true),
        (composed, composed, true),
        (composed, decomposed, true),
        // The form that was hashed cannot be known from the composed one.
        (decomposed, composed, false),
    ] {
        let verified = verify(&hashing, typed, Some(&stored(hashed))).await;
        assert_eq!(
            verified == Verification::ValidNeedsRehash,
            is_right,
            "{hashed:?} {typed:?}"
        );
    }
}

#[tokio::test]
async fn password_is_wrong_while_the_secret_cannot_be_opened() {
    let options = HashOptions {
        secret: Some("a pepper".into()),
        firebase: None,
    };
    let peppered = ::bcrypt::hash_with_salt("correct horsea pepper", 4, [7; 16]).unwrap();
    let hash = imported(Format::Devise, &peppered.to_string(), &options);
    assert!(hash.needs_secret());
    let stored = hash.with_sealed_secret("sealed".to_owned()).to_stored();
    let closed = hashing(BcryptEngine::Interleaved, 4);
    let open = closed.clone().with_unseal(Arc::new(|sealed| {
        (sealed == "sealed").then(|| "a pepper".into())
    }));
    let refused = verify(&closed, "correct horse", Some(&stored)).await;
    assert_eq!(refused, Verification::Invalid);
    let verified = verify(&open, "correct horse", Some(&stored)).await;
    assert_eq!(verified, Verification::ValidNeedsRehash);
}

#[test]
fn padding_covers_the_slowest_imported_hash_within_its_limit() {
    let hashing = hashing(BcryptEngine::Interleaved, 8);
    let usual = hashing.padding_target();
    hashing.expect_imported(bcrypt_millis(8) * 3);
    assert_eq!(hashing.padding_target(), usual * 3);
    hashing.expect_imported(1);
    assert_eq!(hashing.padding_target(), usual);
    hashing.expect_imported(u32::MAX);
    assert!(hashing.padding_target() <= Duration::from_secs(2));
}
