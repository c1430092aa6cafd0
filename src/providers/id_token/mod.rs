//! Verifies ID tokens (OpenID Connect Core 1.0, section 3.1.3.7). Claims that are not needed may be
//! of any type.

use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use serde_json::{Map, Value};

use super::keys::KeySet;
use super::metadata::Issuer;
use crate::model::Timestamp;

/// The largest accepted difference between the provider's clock and this one.
const LEEWAY_SECONDS: i64 = 60;

/// The algorithms of signatures that only the provider can make.
const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

/// The sign-in that a token must be meant for.
#[derive(Debug)]
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a Issuer,
    pub(super) client_id: &'a str,
    pub(super) nonce: &'a str,
    pub(super) now: Timestamp,
}

/// The reason for which a token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IdTokenError {
    /// None of the keys has signed it: the provider may have newer ones.
    UnknownKey,
    /// The token is malformed, or of another algorithm.
    Malformed,
    /// The token is another issuer's.
    Issuer,
    /// The token is for another client.
    Audience,
    /// The token is for another sign-in.
    Nonce,
    /// The token has expired, or is from the future.
    Time,
}

impl IdTokenError {
    /// Returns the reason for the log.
    pub(super) const fn text(self) -> &'static str {
        match self {
            Self::UnknownKey => "no key of the provider has signed the ID token",
            Self::Malformed => "the ID token is malformed, or its algorithm is not accepted",
            Self::Issuer => "the ID token is another issuer's",
            Self::Audience => "the ID token is for another client",
            Self::Nonce => "the ID token is for another sign-in",
            Self::Time => "the ID token has expired, or the clocks differ",
        }
    }
}

/// Returns the claims of a token that one of the keys has signed for this sign-in.
pub(super) fn verify(
    token: &str,
    keys: &KeySet,
    expected: &Expected<'_>,
) -> Result<Map<String, Value>, IdTokenError> {
    let header = decode_header(token).map_err(|_| IdTokenError::Malformed)?;
    if !ALGORITHMS.contains(&header.alg) || header.crit.is_some() {
        return Err(IdTokenError::Malformed);
    }
    let mut validation = Validation::new(header.alg);
    // The claims are checked below, by the injected clock.
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let claims = keys
        .candidates(header.kid.as_deref(), header.alg)
        .find_map(|key| decode::<Map<String, Value>>(token, &key, &validation).ok())
        .ok_or(IdTokenError::UnknownKey)?
        .claims;
    check(&claims, expected)?;
    Ok(claims)
}

fn check(claims: &Map<String, Value>, expected: &Expected<'_>) -> Result<(), IdTokenError> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if !text("iss").is_some_and(|iss| expected.issuer.is_named_by(iss)) {
        return Err(IdTokenError::Issuer);
    }
    if !is_for(claims, expected.client_id) {
        return Err(IdTokenError::Audience);
    }
    if text("nonce") != Some(expected.nonce) {
        return Err(IdTokenError::Nonce);
    }
    if is_in_time(claims, expected.now.seconds()) {
        Ok(())
    } else {
        Err(IdTokenError::Time)
    }
}

/// Returns whether the client is an audience of the token, and the party that it was issued to. With
/// several audiences, the token must say to which of them.
fn is_for(claims: &Map<String, Value>, client_id: &str) -> bool {
    let (is_audience, is_only_one) = match claims.get("aud") {
        Some(Value::String(audience)) => (audience == client_id, true),
        Some(Value::Array(all)) => (all.iter().any(|it| it == client_id), all.len() == 1),
        _ => (false, false),
    };
    let is_issued_to = match claims.get("azp") {
        Some(party) => party == client_id,
        None => is_only_one,
    };
    is_audience && is_issued_to
}

fn is_in_time(claims: &Map<String, Value>, now: i64) -> bool {
    let seconds = |name: &str| {
        let time = claims.get(name)?;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the nearest whole second is meant, and a cast saturates"
        )]
        let rounded = || time.as_f64().map(|it| it as i64);
        time.as_i64().or_else(rounded)
    };
    let is_past = |time: i64| time <= now.saturating_add(LEEWAY_SECONDS);
    let is_issued = match claims.get("iat") {
        Some(_) => seconds("iat").is_some_and(is_past),
        None => true,
    };
    let has_begun = claims.get("nbf").is_none() || seconds("nbf").is_some_and(is_past);
    let is_alive = seconds("exp").is_some_and(|exp| now < exp.saturating_add(LEEWAY_SECONDS));
    is_alive && is_issued && has_begun
}

#[cfg(test)]
mod tests;
