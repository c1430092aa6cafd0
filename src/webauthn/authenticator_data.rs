//! The authenticator data: what the authenticator says of the user, the key and itself.

use super::cbor::Map;
use super::{Invalid, MAX_CREDENTIAL_ID, RelyingParty};

const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;
const BACKUP_ELIGIBLE: u8 = 0x08;
const BACKED_UP: u8 = 0x10;
const HAS_CREDENTIAL: u8 = 0x40;
const HAS_EXTENSIONS: u8 = 0x80;

/// The statements of an authenticator that are true or not.
#[derive(Clone, Copy, Debug)]
struct Flags(u8);

impl Flags {
    const fn has(self, flag: u8) -> bool {
        self.0 & flag != 0
    }
}

/// The authenticator data of a ceremony.
#[derive(Debug)]
pub(super) struct AuthenticatorData {
    party_hash: [u8; 32],
    flags: Flags,
    pub(super) counter: u32,
    /// The credential that was created.
    pub(super) credential: Option<AttestedCredential>,
}

/// A credential that an authenticator has created.
#[derive(Debug)]
pub(super) struct AttestedCredential {
    pub(super) aaguid: [u8; 16],
    pub(super) id: Vec<u8>,
    /// The key as a COSE map.
    pub(super) key: Vec<u8>,
}

impl AuthenticatorData {
    /// Parses the data.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, Invalid> {
        let (party_hash, rest) = bytes.split_first_chunk().ok_or(Invalid::Malformed)?;
        let ([flags], rest) = rest.split_first_chunk().ok_or(Invalid::Malformed)?;
        let (counter, mut rest) = rest.split_first_chunk().ok_or(Invalid::Malformed)?;
        let flags = Flags(*flags);
        let credential = if flags.has(HAS_CREDENTIAL) {
            Some(AttestedCredential::read(&mut rest)?)
        } else {
            None
        };
        if flags.has(HAS_EXTENSIONS) {
            Map::read(&mut rest)?;
        }
        if !rest.is_empty() {
            return Err(Invalid::Malformed);
        }
        Ok(Self {
            party_hash: *party_hash,
            flags,
            counter: u32::from_be_bytes(*counter),
            credential,
        })
    }

    /// Returns whether the credential can be backed up.
    pub(super) const fn is_backup_eligible(&self) -> bool {
        self.flags.has(BACKUP_ELIGIBLE)
    }

    /// Returns whether the credential is backed up now.
    pub(super) const fn is_backed_up(&self) -> bool {
        self.flags.has(BACKED_UP)
    }

    /// Checks the relying party and the flags.
    pub(super) fn check(&self, party: &RelyingParty) -> Result<(), Invalid> {
        if self.party_hash != *party.hash() {
            return Err(Invalid::RelyingParty);
        }
        if !self.flags.has(USER_PRESENT) {
            return Err(Invalid::UserPresence);
        }
        if !self.flags.has(USER_VERIFIED) {
            return Err(Invalid::UserVerification);
        }
        if self.is_backed_up() && !self.is_backup_eligible() {
            return Err(Invalid::Backup);
        }
        Ok(())
    }
}

impl AttestedCredential {
    fn read(bytes: &mut &[u8]) -> Result<Self, Invalid> {
        let (aaguid, rest) = bytes.split_first_chunk().ok_or(Invalid::Malformed)?;
        let (length, rest) = rest.split_first_chunk().ok_or(Invalid::Malformed)?;
        let length = usize::from(u16::from_be_bytes(*length));
        if length == 0 || length > MAX_CREDENTIAL_ID {
            return Err(Invalid::Malformed);
        }
        let (id, rest) = rest.split_at_checked(length).ok_or(Invalid::Malformed)?;
        let mut after_key = rest;
        Map::read(&mut after_key)?;
        let key = &rest[..rest.len() - after_key.len()];
        *bytes = after_key;
        Ok(Self {
            aaguid: *aaguid,
            id: id.to_vec(),
            key: key.to_vec(),
        })
    }
}
