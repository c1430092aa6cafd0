//! Start to register a passkey: in a session, or in a sign-in that waits for a factor.

use super::passkey_ceremonies::{BegunCeremony, PasskeyDescriptor, descriptors};
use super::{Accounts, FactorSetup, InternalError};
use crate::model::{Account, AccountId, ChallengePurpose, SignInMethod, User};
use crate::token::CeremonyPurpose;

/// A registration that has begun.
#[derive(Debug)]
pub struct StartedRegistration {
    /// The ceremony.
    pub ceremony: BegunCeremony,
    /// The domain that the passkey will belong to.
    pub relying_party: String,
    /// The account, which the authenticator keeps as the user handle.
    pub account: AccountId,
    /// The email address, which the browser shows beside the passkey.
    pub email: String,
    /// The user's name, which the browser shows too.
    pub full_name: String,
    /// The passkeys that the account has: their authenticators make no second one.
    pub exclude: Vec<PasskeyDescriptor>,
}

/// The outcome of starting to register a passkey.
#[derive(Debug)]
pub enum StartPasskeyRegistrationOutcome {
    /// The registration has begun.
    Started(Box<StartedRegistration>),
    /// The account has as many passkeys as it can.
    LimitReached,
    /// The session's last proof is too old.
    ReauthenticationRequired(Vec<SignInMethod>),
    /// The sign-in has expired, or is finished.
    ChallengeExpired,
    /// The operator does not offer it.
    NotAvailable,
}

impl Accounts {
    /// Begins the registration of a passkey. The store keeps nothing of it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn start_passkey_registration(
        &self,
        setup: FactorSetup,
    ) -> Result<StartPasskeyRegistrationOutcome, InternalError> {
        let Some(party) = self.passkeys.party() else {
            return Ok(StartPasskeyRegistrationOutcome::NotAvailable);
        };
        let expired = StartPasskeyRegistrationOutcome::ChallengeExpired;
        let now = self.clock.now();
        let (account, purpose) = match setup {
            FactorSetup::Session(caller) => {
                let purpose = CeremonyPurpose::AddInSession(caller.account.id, caller.session);
                if let Some(methods) = self.stale_caller(&caller) {
                    let required = StartPasskeyRegistrationOutcome::ReauthenticationRequired;
                    return Ok(required(methods));
                }
                (caller.account, purpose)
            }
            FactorSetup::Challenge(challenge) => {
                let Some((account, digest)) = self.challenged(&challenge).await? else {
                    return Ok(expired);
                };
                let waits = |user: &User| {
                    let purpose = ChallengePurpose::SecondFactorSetup;
                    user.challenges.proven(&digest, purpose, now).is_some()
                        && self.second_factors(user).is_empty()
                };
                let id = self.sessions.challenge_id(&challenge);
                match id.filter(|_| account.user().is_some_and(waits)) {
                    Some(id) => {
                        let purpose = CeremonyPurpose::AddInSignIn(account.id, id);
                        (account, purpose)
                    }
                    None => return Ok(expired),
                }
            }
        };
        let Some(user) = account.user() else {
            return Ok(expired);
        };
        if user.factors.passkeys.is_full() {
            return Ok(StartPasskeyRegistrationOutcome::LimitReached);
        }
        let ceremony = self.passkeys.begin(purpose, now);
        let started = started(&account, user, ceremony, &party.id);
        Ok(StartPasskeyRegistrationOutcome::Started(Box::new(started)))
    }
}

fn started(
    account: &Account,
    user: &User,
    ceremony: BegunCeremony,
    relying_party: &str,
) -> StartedRegistration {
    StartedRegistration {
        ceremony,
        relying_party: relying_party.to_owned(),
        account: account.id,
        email: account.email.as_str().to_owned(),
        full_name: user.profile.full_name(),
        exclude: descriptors(user),
    }
}
