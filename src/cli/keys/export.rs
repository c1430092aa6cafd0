//! `latchkey keys export`: the public keys, for resource servers that do not fetch the JWK set.

use super::super::{Failure, print};
use crate::config::Config;
use crate::model::Timestamp;
use crate::token::Keyring;

/// The reason why there are no public keys of HS256.
const SHARED_SECRET: &str =
    "HS256 has no public key: resource servers verify with LATCHKEY_SIGNING_SECRET";

/// Prints the public keys of the JWK set, or the one with the id.
pub(super) fn run(
    config: &Config,
    pem: bool,
    kid: Option<&str>,
    now: Timestamp,
) -> Result<(), Failure> {
    let Some(keyring) = Keyring::read(&config.keys).map_err(Failure::new)? else {
        return Err(Failure::new(
            "there are no keys yet: the first one is created when a server starts",
        ));
    };
    let text = if pem {
        pems(&keyring, kid, now)
    } else {
        jwks(&keyring, kid, now)
    };
    print(text.ok_or_else(|| absent(&keyring, kid, now))?)
}

/// Returns the keys in PEM, the signing key first.
fn pems(keyring: &Keyring, kid: Option<&str>, now: Timestamp) -> Option<String> {
    let keys = keyring.public_pems(now).into_iter();
    let text: String = keys
        .filter(|(id, _)| kid.is_none_or(|kid| kid == id))
        .map(|(_, pem)| pem)
        .collect();
    Some(text).filter(|text| !text.is_empty())
}

/// Returns the keys as a JWK set, as the server publishes it.
fn jwks(keyring: &Keyring, kid: Option<&str>, now: Timestamp) -> Option<String> {
    let mut set = keyring.jwks(now);
    let keys = set["keys"].as_array_mut()?;
    keys.retain(|key| kid.is_none_or(|kid| key["kid"] == kid));
    (!keys.is_empty()).then(|| format!("{set}\n"))
}

fn absent(keyring: &Keyring, kid: Option<&str>, now: Timestamp) -> Failure {
    match kid {
        Some(kid) if !keyring.public_pems(now).is_empty() => Failure::new(format!(
            "no published key has the id {kid}: see latchkey keys list"
        )),
        _ => Failure::new(SHARED_SECRET),
    }
}
