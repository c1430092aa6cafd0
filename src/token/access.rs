//! Access tokens: JWTs after RFC 9068.

use std::time::Duration;

use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header, encode};
use serde::{Deserialize, Serialize};

use super::Keyring;
use crate::model::{AccountId, Rng, Role, SessionId, Timestamp, TokenId};

/// The `typ` of an access token (RFC 9068, section 2.1): no other JWT can stand in for one.
const TYPE: &str = "at+jwt";
/// How far the clocks of two nodes may be apart, in seconds.
const LEEWAY: i64 = 5;

/// What an access token says. Every claim is required.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessClaims {
    /// Who issued it.
    pub iss: String,
    /// Whom it is for.
    pub aud: String,
    /// The account's id.
    pub sub: String,
    /// The session's id.
    pub sid: String,
    /// The token's own id.
    pub jti: String,
    /// When it was issued, in seconds since the epoch.
    pub iat: i64,
    /// When it begins to be good.
    pub nbf: i64,
    /// When it ends.
    pub exp: i64,
    /// What the user may do, as of `iat`; the service itself reads the account's.
    pub role: String,
}

/// Why a bearer token was refused. For the log: the client is told nothing but that it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BearerFault {
    /// Not a token of ours: form, type, key, algorithm or signature.
    #[error("not an access token of this service")]
    Foreign,
    /// Ours, but not good at this time.
    #[error("expired, or not good yet")]
    OutOfTime,
    /// Ours, but for somebody else.
    #[error("issued by or for somebody else")]
    Misdirected,
}

/// Issues and verifies access tokens.
#[derive(Clone, Debug)]
pub struct AccessTokens {
    /// The keys.
    pub keyring: Keyring,
    /// The `iss` of every token.
    pub issuer: String,
    /// The `aud` of every token.
    pub audience: String,
    /// How long a token is good.
    pub lifetime: Duration,
}

impl AccessTokens {
    /// Issues a token for a session.
    ///
    /// # Panics
    /// Never: the key was proven to sign when it was read.
    #[must_use]
    pub fn issue(&self, account: AccountId, session: SessionId, role: Role, now: Timestamp, rng: &Rng) -> String {
        let claims = AccessClaims {
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
            sub: account.to_string(),
            sid: session.to_string(),
            jti: TokenId::new(now, rng).to_string(),
            iat: now.seconds(),
            nbf: now.seconds(),
            exp: now.plus(self.lifetime).seconds(),
            role: match role {
                Role::User => "USER".to_owned(),
                Role::Admin => "ADMIN".to_owned(),
            },
        };
        let header =
            Header { typ: Some(TYPE.to_owned()), kid: Some(self.keyring.kid.clone()), ..Header::new(Algorithm::ES256) };
        encode(&header, &claims, &self.keyring.signing).expect("the signing key signs")
    }

    /// Verifies a bearer token and names the account and the session behind it.
    ///
    /// # Errors
    /// When it is not one of ours, not good now, or not for us.
    pub fn verify(&self, bearer: &str, now: Timestamp) -> Result<(AccountId, SessionId), BearerFault> {
        let claims = self.authentic(bearer)?;
        let now = now.seconds();
        if now >= claims.exp.saturating_add(LEEWAY) || now < claims.nbf.max(claims.iat).saturating_sub(LEEWAY) {
            return Err(BearerFault::OutOfTime);
        }
        if claims.iss != self.issuer || claims.aud != self.audience {
            return Err(BearerFault::Misdirected);
        }
        let account = claims.sub.parse().map_err(|_| BearerFault::Foreign)?;
        let session = claims.sid.parse().map_err(|_| BearerFault::Foreign)?;
        Ok((account, session))
    }

    /// One algorithm, one type, one key named exactly; whatever else a header says (`jku`, `jwk`, `x5u`) is not read.
    fn authentic(&self, bearer: &str) -> Result<AccessClaims, BearerFault> {
        let header = decode_header(bearer).map_err(|_| BearerFault::Foreign)?;
        let ours = header.typ.as_deref() == Some(TYPE) && header.kid.as_deref() == Some(&self.keyring.kid);
        if !ours || header.alg != Algorithm::ES256 {
            return Err(BearerFault::Foreign);
        }
        let mut validation = Validation::new(Algorithm::ES256);
        // Times, issuer and audience are checked above, by the clock that is given and with a leeway of our own.
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        let token = decode::<AccessClaims>(bearer, &self.keyring.verifying, &validation);
        token.map(|token| token.claims).map_err(|_| BearerFault::Foreign)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

    fn tokens() -> AccessTokens {
        let folder = tempfile::tempdir().unwrap();
        AccessTokens {
            keyring: Keyring::open(folder.path()).unwrap(),
            issuer: "http://127.0.0.1:4000".to_owned(),
            audience: "latchkey".to_owned(),
            lifetime: Duration::from_mins(1),
        }
    }

    fn issued(tokens: &AccessTokens) -> (AccountId, SessionId, String) {
        let rng = Rng::system();
        let (account, session) = (AccountId::new(NOW, &rng), SessionId::new(NOW, &rng));
        (account, session, tokens.issue(account, session, Role::User, NOW, &rng))
    }

    /// Signs altered claims with the real key.
    fn forged(
        tokens: &AccessTokens,
        alter: impl FnOnce(&mut serde_json::Value),
    ) -> Result<(AccountId, SessionId), BearerFault> {
        let (.., token) = issued(tokens);
        let mut claims = serde_json::to_value(tokens.authentic(&token).unwrap()).unwrap();
        alter(&mut claims);
        let header = decode_header(&token).unwrap();
        tokens.verify(&encode(&header, &claims, &tokens.keyring.signing).unwrap(), NOW)
    }

    #[test]
    fn a_token_names_its_account_and_session_until_it_expires() {
        let tokens = tokens();
        let (account, session, token) = issued(&tokens);
        for late in [0, 60, 64] {
            assert_eq!(tokens.verify(&token, NOW.plus(Duration::from_secs(late))), Ok((account, session)), "{late} s");
        }
        assert_eq!(tokens.verify(&token, NOW.plus(Duration::from_secs(66))), Err(BearerFault::OutOfTime));
    }

    #[test]
    fn every_claim_is_required_and_of_its_type() {
        let tokens = tokens();
        assert!(forged(&tokens, |_| {}).is_ok());
        for claim in ["iss", "aud", "sub", "sid", "jti", "iat", "nbf", "exp", "role"] {
            let without = forged(&tokens, |claims| drop(claims.as_object_mut().unwrap().remove(claim)));
            assert_eq!(without, Err(BearerFault::Foreign), "without {claim}");
        }
        for exp in [serde_json::json!("1790000060"), serde_json::json!(1_790_000_060.5), serde_json::json!(null)] {
            assert_eq!(forged(&tokens, |claims| claims["exp"] = exp.clone()), Err(BearerFault::Foreign), "{exp}");
        }
        assert_eq!(forged(&tokens, |claims| claims["exp"] = (-1).into()), Err(BearerFault::OutOfTime));
    }

    #[test]
    fn tokens_of_another_time_issuer_or_audience_are_refused() {
        let tokens = tokens();
        for claim in ["nbf", "iat"] {
            let early = forged(&tokens, |claims| claims[claim] = (NOW.seconds() + 60).into());
            assert_eq!(early, Err(BearerFault::OutOfTime), "{claim}");
        }
        for claim in ["iss", "aud"] {
            let other = forged(&tokens, |claims| claims[claim] = "https://evil.test".into());
            assert_eq!(other, Err(BearerFault::Misdirected), "{claim}");
        }
    }

    #[test]
    fn another_key_type_or_kid_is_refused() {
        let (ours, theirs) = (tokens(), tokens());
        let (.., foreign) = issued(&theirs);
        assert_eq!(ours.verify(&foreign, NOW), Err(BearerFault::Foreign));
        let (.., token) = issued(&ours);
        let claims = ours.authentic(&token).unwrap();
        let good = decode_header(&token).unwrap();
        for header in [
            Header { typ: Some("JWT".to_owned()), ..good.clone() },
            Header { typ: None, ..good.clone() },
            Header { kid: Some("../../dev/null".to_owned()), ..good.clone() },
            Header { kid: None, ..good },
        ] {
            let token = encode(&header, &claims, &ours.keyring.signing).unwrap();
            assert_eq!(ours.verify(&token, NOW), Err(BearerFault::Foreign), "{header:?}");
        }
    }

    #[test]
    fn a_signature_that_is_cut_or_missing_is_refused() {
        let tokens = tokens();
        let (.., token) = issued(&tokens);
        let unsigned = token.rsplit_once('.').unwrap().0;
        for forged in [unsigned.to_owned(), format!("{unsigned}."), token[..token.len() - 2].to_owned(), String::new()]
        {
            assert_eq!(tokens.verify(&forged, NOW), Err(BearerFault::Foreign), "{forged}");
        }
    }
}
