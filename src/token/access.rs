//! Access tokens: JWTs after RFC 9068.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Header, Validation, decode, decode_header};
use serde::{Deserialize, Serialize};

use super::Keyring;
use super::keyring::SigningKey;
use crate::model::{AccountId, Rng, Role, SessionId, Timestamp, TokenId};

/// The `typ` of an access token (RFC 9068, section 2.1): no other JWT can stand in for one.
const TYPE: &str = "at+jwt";
/// How far the clocks of two nodes may be apart.
pub(super) const LEEWAY: Duration = Duration::from_secs(5);

/// By how much a token is good before it was issued. Resource servers whose clock is behind would refuse it otherwise: most
/// libraries allow no leeway unless they are told to.
const NOT_BEFORE_SECONDS: i64 = 60;

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
pub enum BearerError {
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
    pub fn issue(
        &self,
        account: AccountId,
        session: SessionId,
        role: Role,
        now: Timestamp,
        rng: &Rng,
    ) -> String {
        let claims = AccessClaims {
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
            sub: account.to_string(),
            sid: session.to_string(),
            jti: TokenId::new(now, rng).to_string(),
            iat: now.seconds(),
            nbf: now.seconds() - NOT_BEFORE_SECONDS,
            exp: now.plus(self.lifetime).seconds(),
            role: match role {
                Role::User => "USER".to_owned(),
                Role::Admin => "ADMIN".to_owned(),
            },
        };
        let key = self.keyring.signing(now);
        let header = Header {
            typ: Some(TYPE.to_owned()),
            kid: Some(key.kid.clone()),
            ..Header::new(key.algorithm)
        };
        signed(&key, &header, &claims)
    }

    /// Verifies a bearer token and names the account and the session behind it.
    ///
    /// # Errors
    /// When it is not one of ours, not good now, or not for us.
    pub fn verify(
        &self,
        bearer: &str,
        now: Timestamp,
    ) -> Result<(AccountId, SessionId), BearerError> {
        let claims = self.authentic(bearer, now)?;
        let (now, leeway) = (now.seconds(), LEEWAY.as_secs().cast_signed());
        // A token that we signed was issued, whatever a clock says that was corrected since: `nbf` and `iat` are for others.
        if now >= claims.exp.saturating_add(leeway) {
            return Err(BearerError::OutOfTime);
        }
        if claims.iss != self.issuer || claims.aud != self.audience {
            return Err(BearerError::Misdirected);
        }
        let account = claims.sub.parse().map_err(|_| BearerError::Foreign)?;
        let session = claims.sid.parse().map_err(|_| BearerError::Foreign)?;
        Ok((account, session))
    }

    /// The account that a token names, be it expired or its key gone: not verified, so it is good for keeping somebody out
    /// and for nothing else.
    #[must_use]
    pub fn named_by(bearer: &str) -> Option<AccountId> {
        let payload = URL_SAFE_NO_PAD.decode(bearer.split('.').nth(1)?).ok()?;
        serde_json::from_slice::<serde_json::Value>(&payload)
            .ok()?
            .get("sub")?
            .as_str()?
            .parse()
            .ok()
    }

    /// One type, one key named exactly, and that key's algorithm; whatever else a header says (`jku`, `jwk`, `x5u`) is not
    /// read, and what it says must be understood (`crit`) is not.
    fn authentic(&self, bearer: &str, now: Timestamp) -> Result<AccessClaims, BearerError> {
        let header = decode_header(bearer).map_err(|_| BearerError::Foreign)?;
        let kid = header
            .kid
            .filter(|_| header.typ.as_deref() == Some(TYPE) && header.crit.is_none());
        let key = kid
            .and_then(|kid| self.keyring.verifying(&kid, now))
            .ok_or(BearerError::Foreign)?;
        let mut validation = Validation::new(key.algorithm);
        // Times, issuer and audience are checked above, by the clock that is given and with a leeway of our own.
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        let token = decode::<AccessClaims>(bearer, &key.verifying, &validation);
        token
            .map(|token| token.claims)
            .map_err(|_| BearerError::Foreign)
    }
}

/// The compact serialization (RFC 7515, section 7.1).
fn signed(key: &SigningKey, header: &Header, claims: &impl Serialize) -> String {
    let header = serde_json::to_vec(header).expect("a header is JSON");
    let claims = serde_json::to_vec(claims).expect("claims are JSON");
    let message = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(claims)
    );
    let signature = URL_SAFE_NO_PAD.encode(key.sign(message.as_bytes()));
    format!("{message}.{signature}")
}

#[cfg(test)]
mod tests;
