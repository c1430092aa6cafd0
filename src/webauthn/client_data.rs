//! The client data: what the browser says of the page and of the ceremony.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use serde::Deserialize;

use super::{Invalid, MAX_CLIENT_DATA, RelyingParty, decode};

/// The kind of a ceremony, as the client data names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ceremony {
    Create,
    Get,
}

impl Ceremony {
    const fn name(self) -> &'static str {
        match self {
            Self::Create => "webauthn.create",
            Self::Get => "webauthn.get",
        }
    }
}

/// The members that are checked. Browsers add others, now and in future.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    r#type: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: Option<bool>,
    #[serde(default)]
    top_origin: Option<String>,
}

/// Checks the client data of a ceremony, and returns its hash, which the authenticator has signed.
pub(super) fn check(
    text: &str,
    ceremony: Ceremony,
    challenge: &str,
    party: &RelyingParty,
) -> Result<Vec<u8>, Invalid> {
    let bytes = decode(text, MAX_CLIENT_DATA)?;
    let data: ClientData = serde_json::from_slice(&bytes).map_err(|_| Invalid::Malformed)?;
    if data.r#type != ceremony.name() {
        return Err(Invalid::Type);
    }
    if verify_slices_are_equal(data.challenge.as_bytes(), challenge.as_bytes()).is_err() {
        return Err(Invalid::Challenge);
    }
    if !party.has_origin(&data.origin) {
        return Err(Invalid::Origin);
    }
    if data.cross_origin == Some(true) || data.top_origin.is_some() {
        return Err(Invalid::CrossOrigin);
    }
    Ok(digest(&SHA256, &bytes).as_ref().to_vec())
}
