//! Link an account at a provider to the account of its address, once the user has proven that one,
//! and sign in.

use secrecy::{ExposeSecret, SecretString};

use super::complete_login::factor_keys;
use super::factor_secrets::CheckedFactor;
use super::gate::{Admission, Entry, NotAdmitted};
use super::login::{VerifiedHash, rate_limit_keys};
use super::provider_flows::LinkTicket;
use super::{Accounts, Client, InternalError, ReauthenticationProof, SignIn, UpdateError};
use crate::model::{Account, Code, Digest, Email, Password, SignInMethod, Timestamp, Wait};
use crate::rate_limit::{Key, RateLimit};

/// The proof that an account belongs to the user of an account at a provider.
#[derive(Debug)]
pub struct LinkIdentity {
    /// The ticket of the sign-in that asked for it, as sent.
    pub ticket: SecretString,
    /// The proof.
    pub proof: ReauthenticationProof,
    /// Tokens that prove that the device has logged in before.
    pub known_by: Vec<SecretString>,
    /// The client that sent the request.
    pub client: Client,
}

/// The outcome of linking an account at a provider.
#[derive(Debug)]
pub enum LinkIdentityOutcome {
    /// The proof is right: the user is signed in, or the sign-in waits for its next step.
    SignIn(SignIn),
    /// The proof is wrong, was used before, or is not one that is accepted.
    InvalidProof,
    /// The ticket has expired, was tried too often, or is used.
    ChallengeExpired,
    /// There were too many wrong proofs.
    TooManyAttempts(Wait),
}

use LinkIdentityOutcome as Outcome;

/// A proof, checked as far as that does not depend on the account's present state.
enum Given<'a> {
    /// The code of the ticket, which is right.
    Code,
    /// The password, which was right.
    Password(VerifiedHash),
    /// A second factor.
    SecondFactor(CheckedFactor<'a>),
}

/// A proof that is given in the name of an account.
struct Linking<'a> {
    ticket: &'a LinkTicket,
    given: Given<'a>,
    client: &'a Client,
    known_device: Option<String>,
}

impl Accounts {
    /// Spends a proof, links the account at the provider, and passes the user on to the gate, which
    /// links once nothing is missing. A try is counted before the proof is looked at.
    ///
    /// # Errors
    /// When the store fails or the hashing pool is full.
    pub async fn link_identity(&self, command: LinkIdentity) -> Result<Outcome, InternalError> {
        let Some(ticket) = self.flows.open_ticket(&command.ticket, self.clock.now()) else {
            return Ok(Outcome::ChallengeExpired);
        };
        let account = match ticket.account {
            Some(id) => self.store.by_challenged_id(id).await?,
            None => self.store.by_email(&ticket.email).await?,
        };
        let user = account.as_ref().and_then(Account::user);
        let factors = self.policy.sign_in.factors();
        match (ticket.account, user) {
            (Some(_), None) => return Ok(Outcome::ChallengeExpired),
            (Some(_), Some(user)) if command.proof.is_available(user, factors) => {}
            (None, _) if matches!(command.proof, ReauthenticationProof::EmailCode(_)) => {}
            _ => return Ok(Outcome::InvalidProof),
        }
        let device = account.as_ref();
        let device = device.and_then(|it| self.sessions.known_device(it, &command.known_by));
        let id = ticket.account.map(|it| it.to_string()).unwrap_or_default();
        let client = command.client.key();
        let mut keys = proof_keys(
            &command.proof,
            (&ticket.email, &id),
            &client,
            device.as_deref(),
        );
        keys.insert(0, Key::new(RateLimit::CodeByClient, &[&client]));
        if let Some(wait) = self.limiter.check(&keys).await? {
            return Ok(Outcome::TooManyAttempts(wait));
        }
        if !self.flows.may_try(&self.store, &ticket).await? {
            return Ok(Outcome::ChallengeExpired);
        }
        let checking = self.check_link_proof(account.as_ref(), &ticket, &command);
        let Some(given) = checking.await? else {
            return Ok(Outcome::InvalidProof);
        };
        let linking = Linking {
            ticket: &ticket,
            given,
            client: &command.client,
            known_device: device.clone(),
        };
        let outcome = self.link_with_proof(account, &linking).await?;
        if matches!(outcome, Outcome::SignIn(_)) {
            self.limiter.release(&keys).await?;
        }
        Ok(outcome)
    }

    /// Compares the code of a ticket, and verifies a password. Returns `None` if it is wrong.
    async fn check_link_proof<'a>(
        &self,
        account: Option<&Account>,
        ticket: &LinkTicket,
        command: &'a LinkIdentity,
    ) -> Result<Option<Given<'a>>, InternalError> {
        Ok(match &command.proof {
            ReauthenticationProof::EmailCode(typed) => {
                let typed = Code::digits_of(typed.expose_secret()).map(Digest::new);
                let own = self.flows.link_code(ticket).expose_secret().to_owned();
                typed
                    .filter(|it| *it == Digest::new(own))
                    .map(|_| Given::Code)
            }
            ReauthenticationProof::Password(password) => {
                let permit = self.hashing.try_acquire(&command.client.key())?;
                let password = Password::unchecked(password.expose_secret());
                let verified = self.verify(&permit, account, &password).await?;
                verified.map(Given::Password)
            }
            ReauthenticationProof::SecondFactor(proof) => {
                self.check_factor(proof).map(Given::SecondFactor)
            }
        })
    }

    /// Uses a ticket up, and signs its user in or up.
    async fn link_with_proof(
        &self,
        account: Option<Account>,
        linking: &Linking<'_>,
    ) -> Result<Outcome, InternalError> {
        let ticket = linking.ticket;
        // A second factor is decided on by the account, which knows the steps and codes that are used.
        let is_decided = !matches!(&linking.given, Given::SecondFactor(_));
        if is_decided && !self.flows.is_first_proof(&self.store, ticket).await? {
            return Ok(Outcome::ChallengeExpired);
        }
        let account = match account {
            Some(account) if account.user().is_some() => account,
            pending => {
                let terms = ticket.accepted_terms.as_deref();
                let identity = (&ticket.profile, &ticket.email);
                let signing_up = self.sign_up_by_provider(pending, identity, terms, linking.client);
                return Ok(match signing_up.await? {
                    Some(Ok(sign_in)) => Outcome::SignIn(sign_in),
                    Some(Err(_)) | None => Outcome::ChallengeExpired,
                });
            }
        };
        let link = |account: &mut Account, now| self.decide_link(account, linking, now);
        let updated = match self.store.update(account, link).await {
            Err(UpdateError::Deleted | UpdateError::IdentityTaken) => {
                return Ok(Outcome::ChallengeExpired);
            }
            updated => updated?,
        };
        let admission = match updated.outcome {
            Ok(admission) => admission,
            Err(refused) => return Ok(refused),
        };
        let sign_in = self.sessions.conclude(updated.account, admission)?;
        Ok(sign_in.map_or_else(|_: NotAdmitted| Outcome::ChallengeExpired, Outcome::SignIn))
    }

    fn decide_link(
        &self,
        account: &mut Account,
        linking: &Linking<'_>,
        now: Timestamp,
    ) -> Result<Admission, Outcome> {
        let ticket = linking.ticket;
        let is_of_address = account.email == ticket.email;
        let user = account
            .user_mut()
            .filter(|it| is_of_address && it.is_active(now));
        let user = user.ok_or(Outcome::ChallengeExpired)?;
        if user.identity(&ticket.profile.key).is_some() {
            return Err(Outcome::ChallengeExpired);
        }
        let method = match &linking.given {
            Given::Code => SignInMethod::EmailCode,
            Given::Password(hash) => (user.password.as_ref() == Some(&hash.current))
                .then_some(SignInMethod::Password)
                .ok_or(Outcome::InvalidProof)?,
            Given::SecondFactor(proof) => self
                .factors
                .spend(account, proof, now)
                .ok_or(Outcome::InvalidProof)?,
        };
        let user = account.user_mut().ok_or(Outcome::ChallengeExpired)?;
        let is_own = ticket.account.is_some();
        let factors = self.policy.sign_in.factors();
        if is_own && !user.reauthentication_methods(factors).contains(&method) {
            return Err(Outcome::InvalidProof);
        }
        // A proof of what the account has keeps it; a code alone, on an unknown device, is a proof
        // from outside.
        if is_own || linking.known_device.is_some() {
            user.verify_address(now);
        } else {
            self.claim_address(account, linking.client, now);
        }
        // A browser that skips the second factor does not do so here: another way in is added.
        let entry = Entry::new(SignInMethod::Provider, linking.client)
            .with_method(method)
            .on_known_device(linking.known_device.clone())
            .linking(self.identity_of(&ticket.profile, now));
        Ok(self.sessions.admit(account, &entry, now))
    }
}

/// Returns the limits of a proof: those that it has at a login.
fn proof_keys<'a>(
    proof: &ReauthenticationProof,
    (email, account): (&'a Email, &'a str),
    client: &'a str,
    device: Option<&'a str>,
) -> Vec<Key<'a>> {
    match proof {
        ReauthenticationProof::Password(_) => rate_limit_keys(email.as_str(), client, device),
        ReauthenticationProof::EmailCode(_) => {
            vec![Key::new(RateLimit::LinkByEmail, &[email.as_str()])]
        }
        ReauthenticationProof::SecondFactor(_) => factor_keys(account, device),
    }
}
