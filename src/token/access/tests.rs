//! Tokens signed with the real key and altered in one way each.

use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use super::*;
use crate::token::{KeyAlgorithm, KeySource, SecretSource};

pub(super) const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

pub(super) fn tokens_by(source: &KeySource) -> AccessTokens {
    let lifetime = Duration::from_mins(1);
    AccessTokens {
        keyring: Keyring::open(source, NOW).unwrap(),
        issuer: "http://127.0.0.1:4000".to_owned(),
        audience: "latchkey".to_owned(),
        client_id: "latchkey".to_owned(),
        custom_claims: CustomClaims::default(),
        lifetime,
        verified: VerifiedTokens::default(),
    }
}

fn tokens_of(algorithm: KeyAlgorithm) -> AccessTokens {
    let folder = tempfile::tempdir().unwrap();
    tokens_by(&KeySource::Folder {
        data: folder.path().to_owned(),
        algorithm,
    })
}

pub(super) fn tokens() -> AccessTokens {
    tokens_of(KeyAlgorithm::Es256)
}

pub(super) fn issued(tokens: &AccessTokens) -> (AccountId, SessionId, String) {
    let rng = Rng::system();
    let (account, session) = (AccountId::new(NOW, &rng), SessionId::new(NOW, &rng));
    let subject = AccessSubject {
        account,
        session,
        role: Role::User,
        is_verified: true,
        locale: None,
        authenticated_at: NOW,
        methods: &[SignInMethod::Password],
    };
    (account, session, tokens.issue(subject, NOW, &rng))
}

/// Signs altered claims with the real key.
fn forged(
    tokens: &AccessTokens,
    alter: impl FnOnce(&mut Value),
) -> Result<(AccountId, SessionId), BearerError> {
    let (.., token) = issued(tokens);
    let mut claims = serde_json::to_value(tokens.authentic(&token, NOW).unwrap()).unwrap();
    alter(&mut claims);
    let header = decode_header(&token).unwrap();
    tokens.verify(&signed(&tokens.keyring.signing(NOW), &header, &claims), NOW)
}

#[test]
fn token_names_account_and_session_until_it_expires() {
    let tokens = tokens();
    let (account, session, token) = issued(&tokens);
    for age in [0, 60, 64] {
        assert_eq!(
            tokens.verify(&token, NOW.plus(Duration::from_secs(age))),
            Ok((account, session)),
            "{age} s"
        );
    }
    assert_eq!(
        tokens.verify(&token, NOW.plus(Duration::from_secs(66))),
        Err(BearerError::OutOfTime)
    );
}

#[test]
fn every_claim_is_required_with_its_type() {
    let tokens = tokens();
    assert!(forged(&tokens, |_| {}).is_ok());
    for claim in [
        "iss",
        "aud",
        "sub",
        "sid",
        "jti",
        "iat",
        "nbf",
        "exp",
        "role",
        "auth_time",
        "amr",
    ] {
        let without = forged(&tokens, |claims| {
            drop(claims.as_object_mut().unwrap().remove(claim));
        });
        assert_eq!(without, Err(BearerError::Foreign), "without {claim}");
    }
    for exp in [json!("1790000060"), json!(1_790_000_060.5), json!(null)] {
        assert_eq!(
            forged(&tokens, |claims| claims["exp"] = exp.clone()),
            Err(BearerError::Foreign),
            "{exp}"
        );
    }
    assert_eq!(
        forged(&tokens, |claims| claims["exp"] = (-1).into()),
        Err(BearerError::OutOfTime)
    );
}

#[test]
fn token_of_another_time_issuer_or_audience_is_refused() {
    let tokens = tokens();
    let late = forged(&tokens, |claims| {
        claims["exp"] = (NOW.seconds() - 6).into();
    });
    assert_eq!(late, Err(BearerError::OutOfTime));
    // The clock was set back since the token was issued.
    for claim in ["nbf", "iat"] {
        let early = forged(&tokens, |claims| {
            claims[claim] = (NOW.seconds() + 60).into();
        });
        assert!(early.is_ok(), "{claim}");
    }
    for claim in ["iss", "aud"] {
        let other = forged(&tokens, |claims| claims[claim] = "https://evil.test".into());
        assert_eq!(other, Err(BearerError::Misdirected), "{claim}");
    }
}

#[test]
fn token_of_another_key_type_or_kid_is_refused() {
    let (ours, theirs) = (tokens(), tokens());
    let (.., foreign) = issued(&theirs);
    assert_eq!(ours.verify(&foreign, NOW), Err(BearerError::Foreign));
    let (.., token) = issued(&ours);
    let claims = ours.authentic(&token, NOW).unwrap();
    let good = decode_header(&token).unwrap();
    for header in [
        Header {
            typ: Some("JWT".to_owned()),
            ..good.clone()
        },
        Header {
            typ: None,
            ..good.clone()
        },
        Header {
            kid: Some("../../dev/null".to_owned()),
            ..good.clone()
        },
        Header {
            kid: None,
            ..good.clone()
        },
        Header {
            kid: good.kid.as_ref().map(|kid| kid.to_uppercase()),
            ..good.clone()
        },
        Header {
            kid: good.kid.as_ref().map(|kid| format!("{kid} ")),
            ..good.clone()
        },
        Header {
            crit: Some(vec!["b64".to_owned()]),
            ..good
        },
    ] {
        let token = signed(&ours.keyring.signing(NOW), &header, &claims);
        assert_eq!(
            ours.verify(&token, NOW),
            Err(BearerError::Foreign),
            "{header:?}"
        );
    }
}

#[test]
fn token_with_a_cut_or_missing_signature_is_refused() {
    let tokens = tokens();
    let (.., token) = issued(&tokens);
    let unsigned = token.rsplit_once('.').unwrap().0;
    for forged in [
        unsigned.to_owned(),
        format!("{unsigned}."),
        token[..token.len() - 2].to_owned(),
        String::new(),
    ] {
        assert_eq!(
            tokens.verify(&forged, NOW),
            Err(BearerError::Foreign),
            "{forged}"
        );
    }
}

#[test]
fn each_algorithm_verifies_what_it_has_signed() {
    let secret = SecretSource::parse("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");
    for (tokens, algorithm) in [
        (tokens_of(KeyAlgorithm::Es256), Algorithm::ES256),
        (tokens_of(KeyAlgorithm::EdDsa), Algorithm::EdDSA),
        (tokens_of(KeyAlgorithm::Rs256), Algorithm::RS256),
        (tokens_by(&KeySource::Shared(secret)), Algorithm::HS256),
    ] {
        let (account, session, token) = issued(&tokens);
        assert_eq!(decode_header(&token).unwrap().alg, algorithm);
        assert_eq!(
            tokens.verify(&token, NOW),
            Ok((account, session)),
            "{algorithm:?}"
        );
    }
}

#[test]
fn algorithm_other_than_the_keys_own_is_refused() {
    for algorithm in [
        KeyAlgorithm::Es256,
        KeyAlgorithm::EdDsa,
        KeyAlgorithm::Rs256,
    ] {
        let tokens = tokens_of(algorithm);
        let (.., token) = issued(&tokens);
        let good = decode_header(&token).unwrap();
        let claims = tokens.authentic(&token, NOW).unwrap();
        for alg in [
            Algorithm::ES384,
            Algorithm::HS256,
            Algorithm::HS512,
            Algorithm::PS256,
            Algorithm::RS512,
        ] {
            let forged = signed(
                &tokens.keyring.signing(NOW),
                &Header {
                    alg,
                    ..good.clone()
                },
                &claims,
            );
            assert_eq!(
                tokens.verify(&forged, NOW),
                Err(BearerError::Foreign),
                "{algorithm:?} as {alg:?}"
            );
        }
    }
}
