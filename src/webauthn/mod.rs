//! Layer 1: passkeys (Web Authentication Level 3): verifies what authenticators answer. It keeps
//! nothing and knows no account.
//!
//! A registration yields a [`NewCredential`]. An [`Assertion`] is parsed and checked as far as that
//! needs no key, then verified against the credential that it names. Inputs are bounded in size and
//! come from clients: every error is an [`Invalid`], which says why for the log alone.

mod assertion;
mod authenticator_data;
mod cbor;
mod client_data;
mod cose;
mod registration;
mod relying_party;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

pub use assertion::{Assertion, AssertionResponse, StoredCredential, Verified};
pub use cose::ALGORITHMS;
pub use registration::{NewCredential, RegistrationResponse, verify_registration};
pub use relying_party::RelyingParty;

/// The maximum length of a credential id, in bytes.
const MAX_CREDENTIAL_ID: usize = 1023;
/// The maximum length of the client data, in bytes: an origin, a challenge and a few more members.
const MAX_CLIENT_DATA: usize = 4096;
/// The maximum length of an attestation object, in bytes: a key, and a chain of certificates that is
/// not evaluated.
const MAX_ATTESTATION: usize = 16_384;
/// The maximum length of the authenticator data of an assertion, in bytes.
const MAX_AUTHENTICATOR_DATA: usize = 4096;
/// The maximum length of a signature, in bytes: RSA with 8192 bits.
const MAX_SIGNATURE: usize = 1024;
/// The maximum length of a user handle, in bytes.
const MAX_USER_HANDLE: usize = 64;

/// The only type of credential.
const PUBLIC_KEY: &str = "public-key";

/// The reason for which an answer of an authenticator is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// A part is too long, or not in its format.
    #[error("malformed")]
    Malformed,
    /// The answer is about another kind of ceremony or credential.
    #[error("another type")]
    Type,
    /// The answer belongs to another challenge.
    #[error("another challenge")]
    Challenge,
    /// The page is of an origin that is not on the list.
    #[error("another origin")]
    Origin,
    /// The page was embedded in one of another origin.
    #[error("embedded in another origin")]
    CrossOrigin,
    /// The credential is for another relying party.
    #[error("another relying party")]
    RelyingParty,
    /// The user was not present.
    #[error("no user presence")]
    UserPresence,
    /// The authenticator did not verify the user.
    #[error("no user verification")]
    UserVerification,
    /// A credential that cannot be backed up says that it is, or its eligibility has changed.
    #[error("contradictory backup flags")]
    Backup,
    /// The key is of an algorithm that was not offered, or is no key of its algorithm.
    #[error("unusable key")]
    Key,
    /// The ids of the credential differ.
    #[error("different credential ids")]
    CredentialId,
    /// The attestation statement contradicts its format.
    #[error("contradictory attestation")]
    Attestation,
    /// The user handle is missing.
    #[error("no user handle")]
    UserHandle,
    /// The signature is not the key's.
    #[error("wrong signature")]
    Signature,
    /// The counter did not increase: there may be a copy of the key.
    #[error("the counter did not increase")]
    Counter,
}

/// Decodes base64url without padding, up to a maximum of bytes.
fn decode(text: &str, max: usize) -> Result<Vec<u8>, Invalid> {
    if text.len() > max.div_ceil(3) * 4 {
        return Err(Invalid::Malformed);
    }
    let bytes = URL_SAFE_NO_PAD.decode(text);
    let bytes = bytes.map_err(|_| Invalid::Malformed)?;
    if bytes.len() > max {
        return Err(Invalid::Malformed);
    }
    Ok(bytes)
}

/// Decodes the id of a credential, which an answer has twice.
fn credential_id(id: &str, raw_id: &str, kind: &str) -> Result<Vec<u8>, Invalid> {
    if kind != PUBLIC_KEY {
        return Err(Invalid::Type);
    }
    if id != raw_id {
        return Err(Invalid::CredentialId);
    }
    let id = decode(raw_id, MAX_CREDENTIAL_ID)?;
    if id.is_empty() {
        return Err(Invalid::CredentialId);
    }
    Ok(id)
}

#[cfg(test)]
mod tests;
