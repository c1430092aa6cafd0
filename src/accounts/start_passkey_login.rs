//! Start to use a passkey: to log in, as the second factor of a login, or for a recent proof.

use super::passkey_ceremonies::{BegunCeremony, PasskeyDescriptor, descriptors};
use super::{Accounts, Caller, Client, InternalError};
use crate::model::Wait;
use crate::rate_limit::{Key, RateLimit};
use crate::token::CeremonyPurpose;

/// A use of a passkey that has begun.
#[derive(Debug)]
pub struct StartedPasskeyLogin {
    /// The ceremony.
    pub ceremony: BegunCeremony,
    /// The domain that the passkey belongs to.
    pub relying_party: String,
    /// The passkeys of the signed-in caller; empty for a guest, whose browser offers its own.
    pub allowed: Vec<PasskeyDescriptor>,
}

/// The outcome of starting to use a passkey.
#[derive(Debug)]
pub enum StartPasskeyLoginOutcome {
    /// The ceremony has begun.
    Started(StartedPasskeyLogin),
    /// The operator does not offer it.
    NotAvailable,
    /// There were too many requests.
    TooManyAttempts(Wait),
}

impl Accounts {
    /// Begins the use of a passkey. The store keeps nothing of it but the count of the client's
    /// requests. In a session, the ceremony also makes that session fresh.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn start_passkey_login(
        &self,
        caller: Option<Caller>,
        client: &Client,
    ) -> Result<StartPasskeyLoginOutcome, InternalError> {
        let Some(party) = self.passkeys.party() else {
            return Ok(StartPasskeyLoginOutcome::NotAvailable);
        };
        let client = client.key();
        let keys = [Key::new(RateLimit::PasskeyStartByClient, &[&client])];
        if let Some(wait) = self.limiter.check(&keys).await? {
            return Ok(StartPasskeyLoginOutcome::TooManyAttempts(wait));
        }
        let purpose = caller.as_ref().map_or(CeremonyPurpose::SignIn, |caller| {
            CeremonyPurpose::Reauthenticate(caller.account.id, caller.session)
        });
        let user = caller.as_ref().and_then(Caller::user);
        Ok(StartPasskeyLoginOutcome::Started(StartedPasskeyLogin {
            ceremony: self.passkeys.begin(purpose, self.clock.now()),
            relying_party: party.id.clone(),
            allowed: user.map(descriptors).unwrap_or_default(),
        }))
    }
}
