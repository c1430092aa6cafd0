//! The registration of a passkey (Web Authentication Level 3, section 7.1).

use super::authenticator_data::AuthenticatorData;
use super::cbor::Map;
use super::client_data::{self, Ceremony};
use super::cose::PublicKey;
use super::{Invalid, MAX_ATTESTATION, RelyingParty, credential_id, decode};

/// The answer of an authenticator that has created a credential, with the members of
/// `RegistrationResponseJSON` that are read. All but `kind` are base64url.
#[derive(Clone, Debug)]
pub struct RegistrationResponse {
    /// The id of the credential.
    pub id: String,
    /// The id of the credential, again.
    pub raw_id: String,
    /// The type of the credential.
    pub kind: String,
    /// The client data.
    pub client_data: String,
    /// The attestation object.
    pub attestation: String,
}

/// A credential that was registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCredential {
    /// The id, in bytes.
    pub id: Vec<u8>,
    /// The public key as a COSE map.
    pub public_key: Vec<u8>,
    /// The counter of signatures.
    pub counter: u32,
    /// A flag: the credential can be backed up. Never changes.
    pub is_backup_eligible: bool,
    /// A flag: the credential is backed up now.
    pub is_backed_up: bool,
    /// The model of the authenticator, unless it says none.
    pub aaguid: Option<[u8; 16]>,
}

/// Verifies a registration that answers a challenge.
///
/// An attestation proves the authenticator's make, which is not asked for: a statement of a format
/// other than `none` is not evaluated.
///
/// # Errors
/// Returns the first check that fails.
pub fn verify_registration(
    party: &RelyingParty,
    response: &RegistrationResponse,
    challenge: &str,
) -> Result<NewCredential, Invalid> {
    let id = credential_id(&response.id, &response.raw_id, &response.kind)?;
    client_data::check(&response.client_data, Ceremony::Create, challenge, party)?;
    let attestation = decode(&response.attestation, MAX_ATTESTATION)?;
    let mut attestation = Map::read_whole(&attestation)?;
    let format = attestation.take_text("fmt")?;
    let statement = attestation.take_map("attStmt")?;
    if format == "none" && !statement.is_empty() {
        return Err(Invalid::Attestation);
    }
    let data = attestation.take_bytes("authData")?;
    let data = AuthenticatorData::parse(&data)?;
    data.check(party)?;
    let (is_backup_eligible, is_backed_up) = (data.is_backup_eligible(), data.is_backed_up());
    let credential = data.credential.ok_or(Invalid::Malformed)?;
    if credential.id != id {
        return Err(Invalid::CredentialId);
    }
    PublicKey::parse(&credential.key)?;
    Ok(NewCredential {
        id,
        public_key: credential.key,
        counter: data.counter,
        is_backup_eligible,
        is_backed_up,
        aaguid: Some(credential.aaguid).filter(|aaguid| *aaguid != [0; 16]),
    })
}
