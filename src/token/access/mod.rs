//! Access tokens: JWTs as in RFC 9068.

mod verified;

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Header, Validation, decode, decode_header};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use self::verified::Verified;
pub use self::verified::VerifiedTokens;
use super::keyring::SigningKey;
use super::{ClaimFacts, CustomClaims, Keyring};
use crate::model::{AccountId, Rng, Role, SessionId, SignInMethod, Timestamp, TokenId};

/// The `typ` of an access token (RFC 9068, section 2.1), which keeps any other JWT from being
/// accepted as one.
const TYPE: &str = "at+jwt";
/// The largest accepted difference between the clocks of two nodes.
pub(super) const LEEWAY: Duration = Duration::from_secs(5);

/// The time by which `nbf` is before `iat`. Resource servers whose clocks are behind would refuse
/// the token otherwise: most libraries allow no leeway by default.
const NOT_BEFORE_SECONDS: i64 = 60;

/// The claims of an access token, all of them required except `acr`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessClaims {
    /// The issuer.
    pub iss: String,
    /// The audience.
    pub aud: String,
    /// The client that the token was issued to (RFC 9068, section 2.2).
    pub client_id: String,
    /// The account's id.
    pub sub: String,
    /// The session's id.
    pub sid: String,
    /// The token's own id.
    pub jti: String,
    /// The time of issue, in seconds since the epoch.
    pub iat: i64,
    /// The time from which the token is valid.
    pub nbf: i64,
    /// The time at which the token expires.
    pub exp: i64,
    /// The user's role at `iat`; the service itself reads the role from the account.
    pub role: String,
    /// The time of the user's last proof (RFC 9470), which a refresh leaves as it is.
    pub auth_time: i64,
    /// The methods of the user's proofs (RFC 8176).
    pub amr: Vec<String>,
    /// [`MULTI_FACTOR`], if the proofs are two factors (RFC 9470).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// The claims that the operator adds.
    #[serde(flatten)]
    pub custom: Map<String, Value>,
}

impl AccessClaims {
    /// Returns the time from which the token is refused here: its expiry, and the leeway.
    #[must_use]
    pub fn refused_at(&self) -> Timestamp {
        let seconds = self.exp.saturating_add(LEEWAY.as_secs().cast_signed());
        Timestamp::from_millis(seconds.saturating_mul(1000))
    }
}

/// The `acr` of a sign-in with two factors.
pub const MULTI_FACTOR: &str = "http://schemas.openid.net/pape/policies/2007/06/multi-factor";

/// The reason for which a bearer token was refused. For the log only: the client learns just that
/// it was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BearerError {
    /// The token's form, type, key, algorithm or signature is not one of this service.
    #[error("not an access token of this service")]
    Foreign,
    /// The token is authentic, but has expired or is not valid yet.
    #[error("expired, or not good yet")]
    OutOfTime,
    /// The token is authentic, but has another issuer or audience.
    #[error("issued by or for another service")]
    Misdirected,
}

/// The subject of a new access token.
#[derive(Clone, Copy, Debug)]
pub struct AccessSubject<'a> {
    /// The account's id.
    pub account: AccountId,
    /// The session's id.
    pub session: SessionId,
    /// The user's role.
    pub role: Role,
    /// True if the user has proven the email address.
    pub is_verified: bool,
    /// The user's language, if one was chosen.
    pub locale: Option<&'a str>,
    /// The time of the user's last proof.
    pub authenticated_at: Timestamp,
    /// The user's proofs.
    pub methods: &'a [SignInMethod],
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
    /// The `client_id` claim of all tokens.
    pub client_id: String,
    /// The claims that the operator adds.
    pub custom_claims: CustomClaims,
    /// The lifetime of a token.
    pub lifetime: Duration,
    /// The tokens that were verified.
    pub verified: VerifiedTokens,
}

impl AccessTokens {
    /// Issues a token for a session.
    ///
    /// # Panics
    /// Never panics: the key was proven to sign when it was read.
    #[must_use]
    pub fn issue(&self, subject: AccessSubject<'_>, now: Timestamp, rng: &Rng) -> String {
        let id = subject.account.to_string();
        let custom = self.custom_claims.of(ClaimFacts {
            id: &id,
            role: subject.role,
            is_verified: subject.is_verified,
            locale: subject.locale,
        });
        let claims = AccessClaims {
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
            client_id: self.client_id.clone(),
            sub: id,
            sid: subject.session.to_string(),
            jti: TokenId::new(now, rng).to_string(),
            iat: now.seconds(),
            nbf: now.seconds() - NOT_BEFORE_SECONDS,
            exp: now.plus(self.lifetime).seconds(),
            role: subject.role.name().to_owned(),
            auth_time: subject.authenticated_at.seconds(),
            amr: references(subject.methods),
            acr: SignInMethod::are_two_factors(subject.methods).then(|| MULTI_FACTOR.to_owned()),
            custom,
        };
        let key = self.keyring.signing(now);
        let header = Header {
            typ: Some(TYPE.to_owned()),
            kid: Some(key.kid.clone()),
            ..Header::new(key.algorithm)
        };
        signed(&key, &header, &claims)
    }

    /// Verifies a bearer token and returns the account and the session that it names. The signature
    /// of a token is checked once: then the token is remembered, for as long as the keys stay the
    /// same, and only its times are checked.
    ///
    /// # Errors
    /// Returns an error if the token is not authentic, not valid now, or not for this service.
    pub fn verify(
        &self,
        bearer: &str,
        now: Timestamp,
    ) -> Result<(AccountId, SessionId), BearerError> {
        let generation = self.keyring.generation();
        let is_good = |known: &Verified| {
            let key_is_good = known.key_until.is_none_or(|until| now < until);
            known.generation == generation && key_is_good && is_in_time(known.expires, now)
        };
        if let Some(known) = self.verified.get(bearer).filter(is_good) {
            return Ok(known.named);
        }
        let (claims, named) = self.verify_claims(bearer, now)?;
        let kid = decode_header(bearer).ok().and_then(|header| header.kid);
        let verified = Verified {
            generation,
            key_until: kid.and_then(|kid| self.keyring.verifies_until(&kid)),
            expires: claims.exp,
            named,
        };
        self.verified.insert(bearer, verified);
        Ok(named)
    }

    /// Verifies a bearer token and returns its claims, and the account and the session that they
    /// name.
    ///
    /// # Errors
    /// Returns an error if the token is not authentic, not valid now, or not for this service.
    pub fn verify_claims(
        &self,
        bearer: &str,
        now: Timestamp,
    ) -> Result<(AccessClaims, (AccountId, SessionId)), BearerError> {
        let claims = self.authentic(bearer, now)?;
        if !is_in_time(claims.exp, now) {
            return Err(BearerError::OutOfTime);
        }
        if claims.iss != self.issuer || claims.aud != self.audience {
            return Err(BearerError::Misdirected);
        }
        let account = claims.sub.parse().map_err(|_| BearerError::Foreign)?;
        let session = claims.sid.parse().map_err(|_| BearerError::Foreign)?;
        Ok((claims, (account, session)))
    }

    /// Returns the account that a token names, even if the token has expired or its key is gone.
    /// The token is not verified, so the result may only be used to refuse access, never to grant
    /// it.
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

    /// Checks the signature. A token must have the one type, name one key exactly and use that
    /// key's algorithm. Other header members (`jku`, `jwk`, `x5u`) are ignored, and a header with
    /// `crit` is refused.
    fn authentic(&self, bearer: &str, now: Timestamp) -> Result<AccessClaims, BearerError> {
        let header = decode_header(bearer).map_err(|_| BearerError::Foreign)?;
        let kid = header
            .kid
            .filter(|_| header.typ.as_deref() == Some(TYPE) && header.crit.is_none());
        let key = kid
            .and_then(|kid| self.keyring.verifying(&kid, now))
            .ok_or(BearerError::Foreign)?;
        let mut validation = Validation::new(key.algorithm);
        // Times, issuer and audience are checked above, with the injected clock and this module's
        // leeway.
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        let token = decode::<AccessClaims>(bearer, &key.verifying, &validation);
        token
            .map(|token| token.claims)
            .map_err(|_| BearerError::Foreign)
    }
}

/// Returns whether a token has not expired. A token with a good signature was issued, even if the
/// clock was set back since: `nbf` and `iat` are for resource servers.
fn is_in_time(expires: i64, now: Timestamp) -> bool {
    now.seconds() < expires.saturating_add(LEEWAY.as_secs().cast_signed())
}

/// Returns the authentication method references of a sign-in (RFC 8176, section 2). An emailed code
/// and an identity provider have none there: `email` and `fed` are in common use.
fn references(methods: &[SignInMethod]) -> Vec<String> {
    let mut references: Vec<_> = methods
        .iter()
        .map(|method| match method {
            SignInMethod::Password => "pwd",
            SignInMethod::EmailCode => "email",
            SignInMethod::Provider => "fed",
            SignInMethod::Passkey => "pop",
            SignInMethod::Totp | SignInMethod::RecoveryCode => "otp",
        })
        .collect();
    if SignInMethod::are_two_factors(methods) {
        references.push("mfa");
    }
    references.dedup();
    references.into_iter().map(str::to_owned).collect()
}

/// Returns the compact serialization (RFC 7515, section 7.1).
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
#[cfg(test)]
mod tests_verified;
