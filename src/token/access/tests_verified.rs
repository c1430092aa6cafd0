//! Remembered tokens, under keys that change and clocks that move.

use std::fs;

use super::tests::{NOW, issued, tokens, tokens_by};
use super::*;
use crate::token::{KeyAlgorithm, KeySource};

fn later(seconds: u64) -> Timestamp {
    NOW.plus(Duration::from_secs(seconds))
}

fn in_folder(folder: &tempfile::TempDir) -> AccessTokens {
    tokens_by(&KeySource::Folder {
        data: folder.path().to_owned(),
        algorithm: KeyAlgorithm::Es256,
    })
}

#[test]
fn remembered_token_is_accepted_until_it_expires() {
    let tokens = tokens();
    let (account, session, token) = issued(&tokens);
    for seconds in [0, 0, 30, 64] {
        assert_eq!(
            tokens.verify(&token, later(seconds)),
            Ok((account, session)),
            "after {seconds} s"
        );
        assert!(tokens.verified.get(&token).is_some());
    }
    assert_eq!(
        tokens.verify(&token, later(65)),
        Err(BearerError::OutOfTime)
    );
    // The clock was set back.
    assert_eq!(tokens.verify(&token, NOW), Ok((account, session)));
}

#[test]
fn remembered_token_of_retired_key_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (tokens, operator) = (in_folder(&folder), in_folder(&folder));
    let (.., token) = issued(&tokens);
    let kid = tokens.keyring.signing(NOW).kid.clone();
    assert!(tokens.verify(&token, NOW).is_ok());
    operator.keyring.rotate(Duration::ZERO, NOW).unwrap();
    assert!(tokens.keyring.refresh());
    assert!(tokens.verify(&token, NOW).is_ok());
    operator.keyring.retire(&kid, later(1)).unwrap();
    assert!(tokens.keyring.refresh());
    assert_eq!(tokens.verify(&token, later(1)), Err(BearerError::Foreign));
    // The file comes back from a backup: the key stays retired.
    assert!(fs::read_dir(folder.path().join("keys")).is_ok());
    assert_eq!(tokens.verify(&token, later(2)), Err(BearerError::Foreign));
}

#[test]
fn remembered_token_ends_with_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let tokens = in_folder(&folder);
    tokens.keyring.rotate(Duration::ZERO, later(1)).unwrap();
    // A node whose clock is behind still signs with the old key, for longer than the key verifies.
    let long = AccessTokens {
        lifetime: Duration::from_hours(48),
        ..tokens.clone()
    };
    let (.., token) = issued(&long);
    let end = 1 + 86_400 + 5;
    assert!(tokens.verify(&token, NOW).is_ok());
    assert!(tokens.verify(&token, later(end - 1)).is_ok());
    assert_eq!(tokens.verify(&token, later(end)), Err(BearerError::Foreign));
}

#[test]
fn token_that_differs_in_one_character_is_not_remembered() {
    let tokens = tokens();
    let (.., token) = issued(&tokens);
    assert!(tokens.verify(&token, NOW).is_ok());
    for (index, _) in token.char_indices() {
        let mut other = token.clone().into_bytes();
        other[index] = if other[index] == b'A' { b'B' } else { b'A' };
        let other = String::from_utf8(other).unwrap();
        assert!(tokens.verified.get(&other).is_none());
    }
    let refused = token.replace('.', "");
    assert_eq!(tokens.verify(&refused, NOW), Err(BearerError::Foreign));
    assert!(tokens.verified.get(&refused).is_none());
}

#[test]
fn token_for_another_audience_is_not_remembered() {
    let folder = tempfile::tempdir().unwrap();
    let tokens = in_folder(&folder);
    let other = AccessTokens {
        audience: "other".to_owned(),
        verified: VerifiedTokens::default(),
        ..tokens.clone()
    };
    let (.., token) = issued(&other);
    assert!(other.verify(&token, NOW).is_ok());
    for _ in 0..2 {
        assert_eq!(tokens.verify(&token, NOW), Err(BearerError::Misdirected));
    }
}
