//! The use of a passkey (Web Authentication Level 3, section 7.2).

use super::authenticator_data::AuthenticatorData;
use super::client_data::{self, Ceremony};
use super::cose::PublicKey;
use super::{
    Invalid, MAX_AUTHENTICATOR_DATA, MAX_SIGNATURE, MAX_USER_HANDLE, RelyingParty, credential_id,
    decode,
};

/// The answer of an authenticator that has used a credential, with the members of
/// `AuthenticationResponseJSON` that are read. All but `kind` are base64url.
#[derive(Clone, Debug)]
pub struct AssertionResponse {
    /// The id of the credential.
    pub id: String,
    /// The id of the credential, again.
    pub raw_id: String,
    /// The type of the credential.
    pub kind: String,
    /// The client data.
    pub client_data: String,
    /// The authenticator data.
    pub authenticator_data: String,
    /// The signature.
    pub signature: String,
    /// The user handle, which a discoverable credential has.
    pub user_handle: Option<String>,
}

/// The use of a credential, checked as far as that needs no key.
#[derive(Debug)]
pub struct Assertion {
    credential_id: Vec<u8>,
    user_handle: Vec<u8>,
    data: AuthenticatorData,
    /// The bytes that the authenticator has signed.
    signed: Vec<u8>,
    signature: Vec<u8>,
}

/// A credential as it was after its last use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCredential {
    /// The public key as a COSE map.
    pub public_key: Vec<u8>,
    /// The counter of signatures.
    pub counter: u32,
    /// A flag: the credential can be backed up.
    pub is_backup_eligible: bool,
}

/// The state of a credential after a use that was verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The counter of signatures.
    pub counter: u32,
    /// A flag: the credential is backed up now.
    pub is_backed_up: bool,
}

impl Assertion {
    /// Parses an answer to a challenge, and checks everything that needs no key.
    ///
    /// # Errors
    /// Returns the first check that fails.
    pub fn parse(
        party: &RelyingParty,
        response: &AssertionResponse,
        challenge: &str,
    ) -> Result<Self, Invalid> {
        let credential_id = credential_id(&response.id, &response.raw_id, &response.kind)?;
        let hash = client_data::check(&response.client_data, Ceremony::Get, challenge, party)?;
        let bytes = decode(&response.authenticator_data, MAX_AUTHENTICATOR_DATA)?;
        let data = AuthenticatorData::parse(&bytes)?;
        data.check(party)?;
        let signature = decode(&response.signature, MAX_SIGNATURE)?;
        let user_handle = response.user_handle.as_deref().unwrap_or_default();
        let user_handle = decode(user_handle, MAX_USER_HANDLE)?;
        if user_handle.is_empty() {
            return Err(Invalid::UserHandle);
        }
        Ok(Self {
            credential_id,
            user_handle,
            data,
            signed: [bytes, hash].concat(),
            signature,
        })
    }

    /// Returns the id of the credential.
    #[must_use]
    pub fn credential_id(&self) -> &[u8] {
        &self.credential_id
    }

    /// Returns the user handle, which names the account.
    #[must_use]
    pub fn user_handle(&self) -> &[u8] {
        &self.user_handle
    }

    /// Verifies the signature, the counter and the flags against the credential.
    ///
    /// # Errors
    /// Returns the first check that fails.
    pub fn verify(&self, credential: &StoredCredential) -> Result<Verified, Invalid> {
        let key = PublicKey::parse(&credential.public_key)?;
        key.verify(&self.signed, &self.signature)?;
        if self.data.is_backup_eligible() != credential.is_backup_eligible {
            return Err(Invalid::Backup);
        }
        let (before, now) = (credential.counter, self.data.counter);
        // Synced keys do not count, nor does an authenticator before its first use.
        if (before, now) != (0, 0) && now <= before {
            return Err(Invalid::Counter);
        }
        Ok(Verified {
            counter: now,
            is_backed_up: self.data.is_backed_up(),
        })
    }
}
