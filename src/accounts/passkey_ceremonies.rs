//! Passkey ceremonies: begun with a handle and a challenge, finished once, by an answer that the
//! verifier accepts.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString};

use super::Accounts;
use super::factor_secrets::{CheckedFactor, SecondFactorProof};
use crate::model::{
    Account, AccountId, Digest, Name, Passkey, PasskeyId, Rng, Timestamp, Transport, User,
};
use crate::token::{Ceremony, CeremonyHandles, CeremonyPurpose, Secret};
use crate::webauthn::{
    self, Assertion, AssertionResponse, Invalid, NewCredential, RegistrationResponse, RelyingParty,
    StoredCredential,
};

/// The proof of a passkey: the ceremony, and the answer to its challenge.
#[derive(Clone, Debug)]
pub struct PasskeyProof {
    /// The handle of the ceremony, as sent.
    pub handle: SecretString,
    /// The answer of the authenticator.
    pub credential: AssertionResponse,
}

/// A ceremony that has begun.
#[derive(Debug)]
pub struct BegunCeremony {
    /// The text by which the page finishes the ceremony.
    pub handle: SecretString,
    /// The challenge, in base64url.
    pub challenge: String,
}

/// A passkey as browsers name it in options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeyDescriptor {
    /// The id that the authenticator has drawn, in base64url.
    pub credential_id: String,
    /// The ways to reach the authenticator.
    pub transports: Vec<Transport>,
}

/// A ceremony that an answer finishes.
#[derive(Clone, Debug)]
pub(super) struct OpenCeremony {
    pub(super) purpose: CeremonyPurpose,
    began: Ceremony,
    digest: Digest,
    challenge: String,
}

/// The use of a passkey, checked as far as that needs no account.
#[derive(Debug)]
pub(super) struct CheckedPasskey {
    ceremony: OpenCeremony,
    assertion: Assertion,
}

/// The reason for which a passkey does not prove its user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotProven {
    /// The ceremony is over, was finished before, or is of another purpose.
    Expired,
    /// The account does not have the passkey.
    Unknown,
    /// The answer is wrong.
    Invalid,
}

/// Begins and finishes passkey ceremonies.
pub(super) struct PasskeyCeremonies {
    party: Option<RelyingParty>,
    handles: CeremonyHandles,
    rng: Rng,
}

impl OpenCeremony {
    /// Returns whether the account can spend the ceremony.
    fn is_good(&self, user: &User) -> bool {
        let began_at = self.began.began_at;
        user.spent_handles.is_good(&self.digest, began_at)
    }

    /// Spends the ceremony in the account. Returns false if it was used before.
    pub(super) fn spend(&self, user: &mut User) -> bool {
        let (from, until) = (self.began.began_at, self.began.expires_at());
        user.spent_handles.spend(&self.digest, from, until)
    }
}

impl CheckedPasskey {
    /// Returns the account that the passkey names.
    pub(super) fn account(&self) -> Option<AccountId> {
        let handle = self.assertion.user_handle().try_into().ok();
        handle.map(AccountId::from_bytes)
    }

    /// Returns the id that the authenticator has drawn, in base64url.
    pub(super) fn credential_id(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.assertion.credential_id())
    }

    /// Verifies the passkey against the account, and spends the ceremony there.
    pub(super) fn prove(&self, account: &mut Account, now: Timestamp) -> Result<(), NotProven> {
        let id = account.id;
        if self.account() != Some(id) {
            return Err(NotProven::Invalid);
        }
        let user = account.user_mut().ok_or(NotProven::Unknown)?;
        let passkeys = &user.factors.passkeys;
        let passkey = passkeys.by_credential(&self.credential_id());
        let passkey = passkey.ok_or(NotProven::Unknown)?;
        // An answer that is sent twice is no sign of a copied key.
        if !self.ceremony.is_good(user) {
            return Err(NotProven::Expired);
        }
        let stored = StoredCredential {
            public_key: URL_SAFE_NO_PAD
                .decode(&passkey.public_key)
                .map_err(|_| NotProven::Invalid)?,
            counter: passkey.counter,
            is_backup_eligible: passkey.is_backup_eligible,
        };
        let passkey = passkey.id;
        let verified = self.assertion.verify(&stored).map_err(|reason| {
            if reason == Invalid::Counter {
                tracing::warn!(account = %id, %passkey, "a passkey's counter did not increase");
            }
            refused(reason)
        })?;
        if !self.ceremony.spend(user) {
            return Err(NotProven::Expired);
        }
        if let Some(passkey) = user.factors.passkeys.get_mut(passkey) {
            passkey.counter = verified.counter;
            passkey.is_backed_up = verified.is_backed_up;
            passkey.last_used_at = Some(now);
        }
        Ok(())
    }
}

impl PasskeyCeremonies {
    pub(super) const fn new(party: Option<RelyingParty>, secret: Secret, rng: Rng) -> Self {
        Self {
            party,
            handles: CeremonyHandles::new(secret),
            rng,
        }
    }

    /// Returns the relying party, if passkeys are on.
    pub(super) const fn party(&self) -> Option<&RelyingParty> {
        self.party.as_ref()
    }

    /// Begins a ceremony.
    pub(super) fn begin(&self, purpose: CeremonyPurpose, now: Timestamp) -> BegunCeremony {
        let ceremony = Ceremony {
            purpose,
            began_at: now,
        };
        let handle = self.handles.issue(ceremony, &self.rng);
        BegunCeremony {
            challenge: CeremonyHandles::challenge(&handle),
            handle: handle.into(),
        }
    }

    /// Returns the ceremony of a handle as sent, if it is not over.
    pub(super) fn open(&self, handle: &SecretString, now: Timestamp) -> Option<OpenCeremony> {
        self.party.as_ref()?;
        let handle = handle.expose_secret();
        let began = self.handles.verify(handle, now)?;
        let challenge = CeremonyHandles::challenge(handle);
        Some(OpenCeremony {
            purpose: began.purpose,
            began,
            digest: Digest::new(challenge.clone()),
            challenge,
        })
    }

    /// Checks a proof as far as that needs no account.
    pub(super) fn check(
        &self,
        proof: &PasskeyProof,
        now: Timestamp,
    ) -> Result<CheckedPasskey, NotProven> {
        let ceremony = self.open(&proof.handle, now).ok_or(NotProven::Expired)?;
        let party = self.party.as_ref().ok_or(NotProven::Expired)?;
        let is_of_use = matches!(
            ceremony.purpose,
            CeremonyPurpose::SignIn | CeremonyPurpose::Reauthenticate(..)
        );
        if !is_of_use {
            return Err(NotProven::Expired);
        }
        let assertion = Assertion::parse(party, &proof.credential, &ceremony.challenge);
        let assertion = assertion.map_err(refused)?;
        Ok(CheckedPasskey {
            ceremony,
            assertion,
        })
    }

    /// Checks a proof that is to make a session fresh: the ceremony has begun in that session.
    pub(super) fn check_in_session(
        &self,
        proof: &PasskeyProof,
        purpose: CeremonyPurpose,
        now: Timestamp,
    ) -> Result<CheckedPasskey, NotProven> {
        let checked = self.check(proof, now)?;
        let is_of_session = checked.ceremony.purpose == purpose;
        is_of_session.then_some(checked).ok_or(NotProven::Expired)
    }

    /// Verifies the registration of a passkey.
    pub(super) fn register(
        &self,
        ceremony: &OpenCeremony,
        response: &RegistrationResponse,
    ) -> Option<NewCredential> {
        let party = self.party.as_ref()?;
        let verified = webauthn::verify_registration(party, response, &ceremony.challenge);
        verified.map_err(refused).ok()
    }

    /// Returns the stored form of a passkey that was registered.
    pub(super) fn passkey(
        &self,
        credential: &NewCredential,
        name: Name,
        transports: Vec<Transport>,
        now: Timestamp,
    ) -> Passkey {
        Passkey {
            id: PasskeyId::new(now, &self.rng),
            credential_id: URL_SAFE_NO_PAD.encode(&credential.id),
            public_key: URL_SAFE_NO_PAD.encode(&credential.public_key),
            counter: credential.counter,
            is_backup_eligible: credential.is_backup_eligible,
            is_backed_up: credential.is_backed_up,
            transports,
            aaguid: credential
                .aaguid
                .map(|it| uuid::Uuid::from_bytes(it).to_string()),
            name,
            created_at: now,
            last_used_at: None,
        }
    }
}

impl Accounts {
    /// Checks the proof of a second factor as far as that needs no account. Returns `None` if it is
    /// wrong.
    pub(super) fn check_factor<'a>(
        &self,
        proof: &'a SecondFactorProof,
    ) -> Option<CheckedFactor<'a>> {
        match proof {
            SecondFactorProof::Passkey(proof) => {
                let checked = self.passkeys.check(proof, self.clock.now()).ok()?;
                Some(CheckedFactor::Passkey(Box::new(checked)))
            }
            typed => Some(CheckedFactor::Typed(typed)),
        }
    }

    /// Returns the relying party of passkeys, if they are on.
    #[must_use]
    pub const fn relying_party(&self) -> Option<&RelyingParty> {
        self.passkeys.party()
    }
}

/// Returns how browsers name the passkeys of a user.
pub(super) fn descriptors(user: &User) -> Vec<PasskeyDescriptor> {
    let passkeys = user.factors.passkeys.iter();
    passkeys
        .map(|passkey| PasskeyDescriptor {
            credential_id: passkey.credential_id.clone(),
            transports: passkey.transports.clone(),
        })
        .collect()
}

fn refused(reason: Invalid) -> NotProven {
    tracing::debug!(%reason, "the answer of an authenticator is refused");
    NotProven::Invalid
}
