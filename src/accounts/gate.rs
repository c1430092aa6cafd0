//! The gate: the one place where sessions start. It alone decides what a sign-in still lacks,
//! whichever way the caller came.

use std::time::Duration;

use secrecy::SecretString;

pub(super) use super::entry::Entry;
use super::session_issuer::{SessionIssuer, SignedIn};
use super::{InternalError, SignedOutReason};
use crate::model::{
    Account, Challenge, ChallengePurpose, Device, EmailKind, Factor, FactorPolicy, Proven, Session,
    SessionId, SignInMethod, Timestamp, User,
};

/// The gate's decision, made inside the write that carries it out.
#[derive(Debug)]
pub(super) enum Admission {
    /// A session has started.
    Started(SessionId),
    /// The sign-in waits for its next step, under this challenge.
    Waits(SecretString, NextStep),
    /// The sign-in is refused.
    Refused(NotAdmitted),
}

impl Admission {
    /// Returns the session that has started, if one has.
    pub(super) const fn session(&self) -> Option<SessionId> {
        match self {
            Self::Started(session) => Some(*session),
            Self::Waits(..) | Self::Refused(_) => None,
        }
    }
}

/// The next step that a sign-in waits for.
#[derive(Debug)]
pub(super) enum NextStep {
    SecondFactor(Vec<SignInMethod>),
    SecondFactorSetup,
    CancelDeletion(Timestamp),
}

/// The reason for which a sign-in is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotAdmitted {
    /// The account has no user, or the user is suspended or past the time of the deletion.
    Suspended,
    /// The email address must be verified first.
    EmailNotVerified,
}

/// The result of a sign-in whose proofs so far were right.
#[derive(Debug)]
pub enum SignIn {
    /// The user is signed in.
    Authenticated(Box<SignedIn>),
    /// The account asks for a second factor.
    MfaRequired {
        /// The text that names this sign-in.
        challenge: SecretString,
        /// The second factors that the account has.
        methods: Vec<SignInMethod>,
        /// The challenge's lifetime.
        expires_in: Duration,
    },
    /// The operator requires a second factor, and the account has none.
    MfaSetupRequired {
        /// The text that names this sign-in.
        challenge: SecretString,
        /// The challenge's lifetime.
        expires_in: Duration,
    },
    /// The account is to be deleted.
    DeletionPending {
        /// The text that cancels the deletion.
        ticket: SecretString,
        /// The time of the deletion.
        deletes_at: Timestamp,
    },
}

impl SessionIssuer {
    /// Decides what a sign-in still lacks. If it lacks nothing, starts a session in the account;
    /// if it waits for another step, adds the challenge of that step. The caller saves the account.
    pub(super) fn admit(&self, account: &mut Account, entry: &Entry, now: Timestamp) -> Admission {
        let policy = self.sign_in_policy();
        let Some(user) = account.user_mut().filter(|user| user.is_active(now)) else {
            return Admission::Refused(NotAdmitted::Suspended);
        };
        if policy.verify_email_first && !user.email_verified {
            return Admission::Refused(NotAdmitted::EmailNotVerified);
        }
        match missing_step(user, entry, policy.factors(), now) {
            Some((purpose, step)) => {
                let challenge = self.add_challenge(account, entry, purpose, now);
                Admission::Waits(challenge, step)
            }
            None => Admission::Started(self.start(account, entry, now)),
        }
    }

    /// Returns the result of a sign-in from the account as saved, with the tokens of a session that
    /// has started.
    pub(super) fn conclude(
        &self,
        account: Account,
        admission: Admission,
    ) -> Result<Result<SignIn, NotAdmitted>, InternalError> {
        let expires_in = Challenge::LIFETIME;
        Ok(match admission {
            Admission::Started(session) => {
                let signed_in = self
                    .issue_tokens(account, session)
                    .ok_or(InternalError::SignedOut(SignedOutReason::Ended))?;
                Ok(SignIn::Authenticated(Box::new(signed_in)))
            }
            Admission::Waits(challenge, step) => Ok(match step {
                NextStep::SecondFactor(methods) => SignIn::MfaRequired {
                    challenge,
                    methods,
                    expires_in,
                },
                NextStep::SecondFactorSetup => SignIn::MfaSetupRequired {
                    challenge,
                    expires_in,
                },
                NextStep::CancelDeletion(deletes_at) => SignIn::DeletionPending {
                    ticket: challenge,
                    deletes_at,
                },
            }),
            Admission::Refused(refusal) => Err(refusal),
        })
    }

    fn start(&self, account: &mut Account, entry: &Entry, now: Timestamp) -> SessionId {
        let session = self.new_session(entry.client.device(), &entry.methods, now);
        let id = session.id;
        let is_new = account
            .user_mut()
            .is_some_and(|user| user.sign_in(session, now));
        // A device token or a refresh token proves a known device, whatever network it is on.
        if is_new && entry.known_device.is_none() && !entry.is_sign_up {
            let email = entry.client.email(EmailKind::NewSignIn);
            self.notify(account, email, now);
        }
        self.link(account, entry, now);
        id
    }

    /// Links the account at a provider that the user has proven on the way.
    fn link(&self, account: &mut Account, entry: &Entry, now: Timestamp) {
        if let Some(identity) = &entry.identity
            && account
                .user_mut()
                .is_some_and(|user| user.link(identity.clone()))
        {
            let factor = Factor::Provider;
            let email = entry.client.email(EmailKind::FactorAdded { factor });
            self.notify(account, email, now);
        }
    }

    fn add_challenge(
        &self,
        account: &mut Account,
        entry: &Entry,
        purpose: ChallengePurpose,
        now: Timestamp,
    ) -> SecretString {
        let (text, digest) = self.new_challenge(account.id);
        let proven = Proven {
            methods: entry.methods.clone(),
            known_device: entry.known_device.clone(),
            is_sign_up: entry.is_sign_up,
            identity: entry.identity.clone(),
        };
        if let Some(user) = account.user_mut() {
            user.challenges
                .add(Challenge::new(digest, purpose, proven, now));
        }
        text
    }
}

/// Returns the next step of a sign-in, if it lacks one. The step of a pending deletion comes last:
/// its ticket is worth a session.
fn missing_step(
    user: &mut User,
    entry: &Entry,
    policy: FactorPolicy,
    now: Timestamp,
) -> Option<(ChallengePurpose, NextStep)> {
    let factors = user.second_factors(policy);
    let is_trusted = |user: &mut User| {
        let browser = entry.trusted_browser;
        browser.is_some_and(|browser| user.factors.use_trust(browser, now))
    };
    if !entry.has_every_proof && !SignInMethod::are_two_factors(&entry.methods) {
        if factors.is_empty() {
            if policy.mfa.requires(user.role) {
                let step = NextStep::SecondFactorSetup;
                return Some((ChallengePurpose::SecondFactorSetup, step));
            }
        } else if !is_trusted(user) {
            let step = NextStep::SecondFactor(factors);
            return Some((ChallengePurpose::SecondFactor, step));
        }
    }
    let deletes_at = user.deletes_at?;
    let step = NextStep::CancelDeletion(deletes_at);
    Some((ChallengePurpose::CancelDeletion, step))
}

impl SessionIssuer {
    /// Creates a session that the account does not have yet.
    fn new_session(&self, device: Device, methods: &[SignInMethod], now: Timestamp) -> Session {
        let id = SessionId::new(now, self.rng());
        let mut session = Session::begin(id, device, now, self.session_policy());
        session.methods = methods.to_vec();
        session
    }
}
