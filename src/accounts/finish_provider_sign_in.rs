//! Finish a sign-in at a provider: the user is signed in or signed up, or the account there is
//! linked.

use secrecy::SecretString;

use super::gate::{Admission, Entry, NotAdmitted};
use super::identities::Linked;
use super::provider_flows::{Flow, FlowEnd};
use super::{Accounts, Caller, Client, InternalError, SignIn, UpdateError};
use crate::model::{
    Account, AccountId, Email, IdentityId, ProviderProfile, ProviderRefusal, SignInMethod,
    Timestamp, Wait,
};
use crate::rate_limit::{Key, RateLimit};

/// The number of times a sign-in is decided while accounts come and go.
const MAX_ATTEMPTS: usize = 3;

/// The end of a sign-in at a provider, in the page that has started it.
#[derive(Debug)]
pub struct FinishProviderSignIn {
    /// The text that the page has kept.
    pub handle: SecretString,
    /// The text in the fragment of the page's address.
    pub code: SecretString,
    /// Tokens that prove that the device has logged in before.
    pub known_by: Vec<SecretString>,
    /// The token of a browser that may skip the second factor.
    pub trusted_by: Option<SecretString>,
    /// The client that sent the request.
    pub client: Client,
}

/// The outcome of finishing a sign-in at a provider.
#[derive(Debug)]
pub enum FinishProviderSignInOutcome {
    /// The user is signed in, or the sign-in waits for its next step.
    SignIn(SignIn),
    /// The account at the provider is linked to the caller's.
    IdentityLinked(Box<Account>, IdentityId),
    /// The account at the provider is linked to another user's.
    IdentityTaken,
    /// The address has an account, or is to be proven: the account at the provider is linked then.
    LinkRequired {
        /// The email address.
        email: Email,
        /// The text that the proof is given with.
        ticket: SecretString,
        /// The proofs that are accepted.
        methods: Vec<SignInMethod>,
    },
    /// The provider refused, or did not say what is needed.
    ProviderRefused(ProviderRefusal),
    /// The sign-in has expired, is finished, or belongs to another browser.
    ChallengeExpired,
    /// There is no such account, and none can be created.
    NotAvailable,
    /// There were too many attempts.
    TooManyAttempts(Wait),
}

use FinishProviderSignInOutcome as Outcome;

/// A sign-in at a provider that ended well.
pub(super) struct Arrival<'a> {
    pub(super) flow: &'a Flow,
    pub(super) profile: &'a ProviderProfile,
    command: &'a FinishProviderSignIn,
}

/// The decision on an account that has the address.
enum Decision {
    Entered(Admission),
    ProveFirst(Vec<SignInMethod>),
    Suspended,
    Changed,
}

impl Accounts {
    /// Finishes a sign-in at a provider, once.
    ///
    /// # Errors
    /// When the store fails, or a link is finished without the session that it was started in.
    pub async fn finish_provider_sign_in(
        &self,
        command: FinishProviderSignIn,
        caller: impl Future<Output = Result<Caller, InternalError>> + Send,
    ) -> Result<Outcome, InternalError> {
        if self.flows.providers().is_empty() {
            return Ok(Outcome::NotAvailable);
        }
        let client = command.client.key();
        let keys = [Key::new(RateLimit::CodeByClient, &[&client])];
        if let Some(wait) = self.limiter.check(&keys).await? {
            return Ok(Outcome::TooManyAttempts(wait));
        }
        let now = self.clock.now();
        let result = self.flows.open_result(&command.code, &command.handle, now);
        let Some(result) = result else {
            return Ok(Outcome::ChallengeExpired);
        };
        // Both texts are authentic: this was no guess.
        self.limiter.release(&keys).await?;
        let caller = match result.flow.link {
            Some(_) => Some(caller.await?),
            None => None,
        };
        let flow = result.flow;
        let profile = match result.end {
            FlowEnd::Profile(profile) => profile,
            FlowEnd::Refused(reason) => return Ok(Outcome::ProviderRefused(reason)),
            FlowEnd::Expired => return Ok(Outcome::ChallengeExpired),
        };
        // A browser that comes back twice brings an expired result too, which uses nothing up.
        if !self.flows.is_first_finish(&self.store, &flow).await? {
            return Ok(Outcome::ChallengeExpired);
        }
        if let Some(caller) = caller {
            return self.link(caller, &flow, &profile, &command.client).await;
        }
        let arrival = Arrival {
            flow: &flow,
            profile: &profile,
            command: &command,
        };
        self.enter(&arrival).await
    }

    /// Links an account at a provider in the session that has started the link.
    async fn link(
        &self,
        caller: Caller,
        flow: &Flow,
        profile: &ProviderProfile,
        client: &Client,
    ) -> Result<Outcome, InternalError> {
        if flow.link != Some((caller.account.id, caller.session)) {
            return Ok(Outcome::ChallengeExpired);
        }
        Ok(match self.link_in_session(caller, profile, client).await? {
            Linked::Done(account, id) => Outcome::IdentityLinked(account, id),
            Linked::Taken => Outcome::IdentityTaken,
            Linked::TooMany => Outcome::NotAvailable,
        })
    }

    /// Signs in to the account that is linked, to the one of the address, or to a new one.
    async fn enter(&self, arrival: &Arrival<'_>) -> Result<Outcome, InternalError> {
        for _ in 0..MAX_ATTEMPTS {
            if let Some(outcome) = self.try_enter(arrival).await? {
                return Ok(outcome);
            }
        }
        Err(InternalError::Overloaded)
    }

    /// Returns `None` if an account came or went meanwhile.
    async fn try_enter(&self, arrival: &Arrival<'_>) -> Result<Option<Outcome>, InternalError> {
        let profile = arrival.profile;
        if let Some(account) = self.store.by_identity(&profile.key).await? {
            return self.enter_linked(account, arrival).await;
        }
        let Some(email) = &profile.email else {
            let missing = ProviderRefusal::AddressMissing;
            return Ok(Some(Outcome::ProviderRefused(missing)));
        };
        if !profile.is_email_verified {
            // The answer is the same whether or not the address has an account.
            let methods = vec![SignInMethod::EmailCode];
            return Ok(Some(self.link_required(arrival, email, None, methods)));
        }
        match self.store.by_email(email).await? {
            Some(account) if account.user().is_some() => {
                self.enter_by_email(account, email, arrival).await
            }
            found => {
                let client = &arrival.command.client;
                let terms = arrival.flow.accepted_terms.as_deref();
                let created = self.sign_up_by_provider(found, (profile, email), terms, client);
                Ok(created.await?.map(|created| match created {
                    Ok(sign_in) => Outcome::SignIn(sign_in),
                    Err(outcome) => outcome.into(),
                }))
            }
        }
    }

    /// Signs in to the account that is linked.
    async fn enter_linked(
        &self,
        account: Account,
        arrival: &Arrival<'_>,
    ) -> Result<Option<Outcome>, InternalError> {
        let (profile, entry) = (arrival.profile, self.entry_of(&account, arrival.command));
        let decide = |account: &mut Account, now| {
            let email = account.email.clone();
            let user = account.user_mut()?;
            user.identity(&profile.key)?;
            if profile.is_email_verified && profile.email.as_ref() == Some(&email) {
                user.verify_address(now);
            }
            Some(self.sessions.admit(account, &entry, now))
        };
        let updated = match self.store.update(account, decide).await {
            Err(UpdateError::Deleted) => return Ok(None),
            updated => updated?,
        };
        let Some(admission) = updated.outcome else {
            return Ok(None);
        };
        let sign_in = self.sessions.conclude(updated.account, admission)?;
        Ok(Some(sign_in.map_or_else(Into::into, Outcome::SignIn)))
    }

    /// Decides on the account of an address that the provider vouches for. If the address was proven
    /// before, its user proves to be the one. If not, this is the first proof from outside.
    async fn enter_by_email(
        &self,
        account: Account,
        email: &Email,
        arrival: &Arrival<'_>,
    ) -> Result<Option<Outcome>, InternalError> {
        let (id, entry) = (account.id, self.entry_of(&account, arrival.command));
        let is_known = entry.is_on_known_device();
        let decide = |account: &mut Account, now: Timestamp| {
            let is_of_address = account.email == *email;
            let Some(user) = account.user_mut().filter(|_| is_of_address) else {
                return Decision::Changed;
            };
            if !user.is_active(now) {
                return Decision::Suspended;
            }
            let methods = user.reauthentication_methods(self.policy.sign_in.factors());
            if is_known || !self.claim_address(account, &arrival.command.client, now) {
                return Decision::ProveFirst(methods);
            }
            if let Some(user) = account.user_mut() {
                user.link(self.identity_of(arrival.profile, now));
            }
            Decision::Entered(self.sessions.admit(account, &entry, now))
        };
        let updated = match self.store.update(account, decide).await {
            Err(UpdateError::Deleted | UpdateError::IdentityTaken) => return Ok(None),
            updated => updated?,
        };
        Ok(match updated.outcome {
            Decision::Changed => None,
            Decision::Suspended => Some(Outcome::NotAvailable),
            Decision::ProveFirst(methods) => {
                Some(self.link_required(arrival, email, Some(id), methods))
            }
            Decision::Entered(admission) => {
                let sign_in = self.sessions.conclude(updated.account, admission)?;
                Some(sign_in.map_or_else(Into::into, Outcome::SignIn))
            }
        })
    }

    fn link_required(
        &self,
        arrival: &Arrival<'_>,
        email: &Email,
        account: Option<AccountId>,
        methods: Vec<SignInMethod>,
    ) -> Outcome {
        let (flow, profile) = (arrival.flow, arrival.profile);
        let ticket = self
            .flows
            .ticket(flow, profile, (email, account), self.clock.now());
        Outcome::LinkRequired {
            email: email.clone(),
            ticket,
            methods,
        }
    }

    fn entry_of(&self, account: &Account, command: &FinishProviderSignIn) -> Entry {
        let trusted = command.trusted_by.as_ref();
        let trusted = trusted.and_then(|it| self.sessions.trusted_browser(account.id, it));
        Entry::new(SignInMethod::Provider, &command.client)
            .on_trusted_browser(trusted)
            .on_known_device(self.sessions.known_device(account, &command.known_by))
    }
}

/// A user who is suspended, or must verify the address first.
impl From<NotAdmitted> for Outcome {
    fn from(refused: NotAdmitted) -> Self {
        match refused {
            NotAdmitted::Suspended => Self::NotAvailable,
            NotAdmitted::EmailNotVerified => {
                Self::ProviderRefused(ProviderRefusal::AddressUnverified)
            }
        }
    }
}
