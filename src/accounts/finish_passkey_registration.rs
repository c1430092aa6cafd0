//! Finish the registration of a passkey. In a sign-in that waited for a factor, this signs the user
//! in.

use secrecy::SecretString;

use super::confirm_totp::{Waiting, count_try};
use super::gate::{Admission, Entry};
use super::passkey_ceremonies::OpenCeremony;
use super::{Accounts, Caller, Client, InternalError, SignIn, SignedIn, UpdateError};
use crate::model::{
    Account, EmailKind, Factor, FieldErrors, InvalidField, Name, Passkey, PasskeyId, SessionId,
    SetupOwner, SignInMethod, Timestamp, Transport, Wait,
};
use crate::rate_limit::{Key, RateLimit};
use crate::token::CeremonyPurpose;
use crate::webauthn::RegistrationResponse;

/// A passkey that an authenticator has created.
#[derive(Debug)]
pub struct FinishPasskeyRegistration {
    /// The handle of the ceremony, as sent.
    pub handle: SecretString,
    /// The name for the passkey, as typed.
    pub name: String,
    /// The answer of the authenticator.
    pub credential: RegistrationResponse,
    /// The ways in which the browser reached the authenticator, as sent.
    pub transports: Vec<String>,
    /// The signed-in caller, if the registration began in a session.
    pub caller: Option<Box<Caller>>,
    /// The client that sent the request.
    pub client: Client,
}

/// The outcome of finishing the registration of a passkey.
#[derive(Debug)]
pub enum FinishPasskeyRegistrationOutcome {
    /// The account has the passkey.
    Registered {
        /// The passkey's id.
        passkey: PasskeyId,
        /// The account, as saved.
        account: Box<Account>,
        /// The session of the caller, or the one that the sign-in has started.
        session: Option<SessionId>,
        /// The user who is signed in by it, if a sign-in waited for the factor.
        signed_in: Option<Box<SignedIn>>,
    },
    /// The account has as many passkeys as it can.
    LimitReached,
    /// The answer is wrong, or the passkey is known already.
    InvalidProof,
    /// The name was refused. The ceremony can still be finished.
    InvalidInput(Vec<InvalidField>),
    /// The ceremony or its sign-in is over.
    ChallengeExpired,
    /// There were too many attempts.
    TooManyAttempts(Wait),
}

/// The decision on a passkey.
enum Decision {
    Added(Box<Added>),
    LimitReached,
    InvalidProof,
    ChallengeExpired,
}

/// A passkey that was added.
struct Added {
    passkey: PasskeyId,
    waiting: Waiting,
    /// The gate's decision, if a sign-in waited for the factor.
    admission: Option<Admission>,
}

/// A registration whose answer is verified.
struct Registration<'a> {
    ceremony: OpenCeremony,
    owner: SetupOwner,
    /// The passkey; `None` if the answer is wrong.
    passkey: Option<Passkey>,
    client: &'a Client,
}

impl Accounts {
    /// Returns whether a handle belongs to a registration that began in a session.
    #[must_use]
    pub fn is_registration_in_session(&self, handle: &SecretString) -> bool {
        let ceremony = self.passkeys.open(handle, self.clock.now());
        ceremony.is_some_and(|it| matches!(it.purpose, CeremonyPurpose::AddInSession(..)))
    }

    /// Verifies the answer of an authenticator, and adds the passkey to the account.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn finish_passkey_registration(
        &self,
        command: FinishPasskeyRegistration,
    ) -> Result<FinishPasskeyRegistrationOutcome, InternalError> {
        let mut errors = FieldErrors::default();
        let Some(name) = errors.check("name", Name::parse(&command.name)) else {
            let errors = errors.into_vec();
            return Ok(FinishPasskeyRegistrationOutcome::InvalidInput(errors));
        };
        let now = self.clock.now();
        let found = match self.passkeys.open(&command.handle, now) {
            Some(ceremony) => {
                let owner = self.owner(&ceremony, &command).await?;
                owner.map(|owner| (ceremony, owner))
            }
            None => None,
        };
        let Some((ceremony, (account, owner))) = found else {
            return Ok(FinishPasskeyRegistrationOutcome::ChallengeExpired);
        };
        let transports = Transport::known(&command.transports);
        let credential = self.passkeys.register(&ceremony, &command.credential);
        let registration = Registration {
            ceremony,
            owner,
            passkey: credential.map(|it| self.passkeys.passkey(&it, name, transports, now)),
            client: &command.client,
        };
        self.save_passkey(account, &registration).await
    }

    /// Counts the attempt, and saves the passkey if the answer was right.
    async fn save_passkey(
        &self,
        account: Account,
        registration: &Registration<'_>,
    ) -> Result<FinishPasskeyRegistrationOutcome, InternalError> {
        let id = account.id.to_string();
        let keys = [Key::new(RateLimit::FactorSetupByAccount, &[&id])];
        if let Some(wait) = self.limiter.check(&keys).await? {
            return Ok(FinishPasskeyRegistrationOutcome::TooManyAttempts(wait));
        }
        let add = |account: &mut Account, now| self.add_passkey(account, registration, now);
        let updated = match self.store.update(account, add).await {
            Err(UpdateError::Deleted) => {
                return Ok(FinishPasskeyRegistrationOutcome::ChallengeExpired);
            }
            updated => updated?,
        };
        Ok(match updated.outcome {
            Decision::Added(added) => {
                self.limiter.release(&keys).await?;
                self.registered(updated.account, *added)?
            }
            Decision::LimitReached => FinishPasskeyRegistrationOutcome::LimitReached,
            Decision::InvalidProof => FinishPasskeyRegistrationOutcome::InvalidProof,
            Decision::ChallengeExpired => FinishPasskeyRegistrationOutcome::ChallengeExpired,
        })
    }

    /// Loads the account of a registration, with the sign-in that it belongs to.
    async fn owner(
        &self,
        ceremony: &OpenCeremony,
        command: &FinishPasskeyRegistration,
    ) -> Result<Option<(Account, SetupOwner)>, InternalError> {
        match ceremony.purpose {
            CeremonyPurpose::AddInSession(account, session) => {
                let caller = command.caller.as_ref();
                let caller = caller.filter(|it| it.account.id == account && it.session == session);
                let owner = SetupOwner::Session(session);
                Ok(caller.map(|caller| (caller.account.clone(), owner)))
            }
            CeremonyPurpose::AddInSignIn(account, id) => {
                let challenge = self.sessions.challenge_of(account, id);
                let found = self.challenged(&challenge).await?;
                Ok(found.map(|(account, digest)| (account, SetupOwner::Challenge(digest))))
            }
            CeremonyPurpose::SignIn | CeremonyPurpose::Reauthenticate(..) => Ok(None),
        }
    }

    fn add_passkey(
        &self,
        account: &mut Account,
        registration: &Registration<'_>,
        now: Timestamp,
    ) -> Decision {
        let Some(user) = account.user_mut() else {
            return Decision::ChallengeExpired;
        };
        let factors = self.policy.sign_in.factors();
        let Some(waiting) = count_try(user, &registration.owner, factors, now) else {
            return Decision::ChallengeExpired;
        };
        let Some(passkey) = &registration.passkey else {
            return Decision::InvalidProof;
        };
        if user.factors.passkeys.is_full() {
            return Decision::LimitReached;
        }
        if !registration.ceremony.spend(user) {
            return Decision::ChallengeExpired;
        }
        if !user.factors.add_passkey(passkey.clone()) {
            return Decision::InvalidProof;
        }
        // Sign-ins that wait began before the factor was there.
        user.challenges.clear();
        if let Waiting::Session(id) = &waiting {
            user.record_proof(*id, SignInMethod::Passkey, now);
        }
        let factor = Factor::Passkey;
        let email = registration.client.email(EmailKind::FactorAdded { factor });
        account.notify(email, now, &self.rng);
        let admission = match &waiting {
            Waiting::Session(_) => None,
            Waiting::SignIn(proven) => {
                let entry = Entry::resumed(proven.clone(), registration.client);
                let entry = entry.with_method(SignInMethod::Passkey);
                Some(self.sessions.admit(account, &entry, now))
            }
        };
        Decision::Added(Box::new(Added {
            passkey: passkey.id,
            waiting,
            admission,
        }))
    }

    fn registered(
        &self,
        account: Account,
        added: Added,
    ) -> Result<FinishPasskeyRegistrationOutcome, InternalError> {
        let signed_in = match added.admission {
            None => None,
            Some(admission) => match self.sessions.conclude(account.clone(), admission)? {
                Ok(SignIn::Authenticated(signed_in)) => Some(signed_in),
                // The passkey is there all the same, and the next login says what is missing.
                Ok(_) | Err(_) => None,
            },
        };
        let session = match added.waiting {
            Waiting::Session(session) => Some(session),
            Waiting::SignIn(_) => signed_in.as_ref().map(|it| it.session),
        };
        Ok(FinishPasskeyRegistrationOutcome::Registered {
            passkey: added.passkey,
            account: Box::new(account),
            session,
            signed_in,
        })
    }
}
