//! Confirm an authenticator app by its first code. In a sign-in that waited for a factor, this
//! signs the user in.

use secrecy::SecretString;

use super::gate::{Admission, Entry};
use super::start_totp::FactorSetup;
use super::{Accounts, Client, InternalError, SignIn, SignedIn, UpdateError};
use crate::model::{
    Account, ChallengePurpose, EmailKind, Factor, FactorPolicy, Proven, RecoveryCodes, SessionId,
    SetupOwner, SignInMethod, Timestamp, User, Wait,
};
use crate::rate_limit::{Key, RateLimit};

/// The first code of an authenticator app.
#[derive(Debug)]
pub struct ConfirmTotp {
    /// The code, as typed.
    pub totp: SecretString,
    /// The sign-in that the app is set up in.
    pub setup: FactorSetup,
    /// The client that sent the request.
    pub client: Client,
}

/// The outcome of confirming an authenticator app.
#[derive(Debug)]
pub enum ConfirmTotpOutcome {
    /// The app is the account's second factor now.
    Confirmed {
        /// The recovery codes, which are shown once.
        codes: Vec<String>,
        /// The user who is signed in by it, if a sign-in waited for the factor.
        signed_in: Option<Box<SignedIn>>,
    },
    /// The code is wrong.
    InvalidProof,
    /// No app waits for its first code in this sign-in.
    ChallengeExpired,
    /// There were too many wrong codes.
    TooManyAttempts(Wait),
}

/// The decision on a first code.
enum Decision {
    Confirmed(Option<Admission>),
    InvalidProof,
    ChallengeExpired,
}

/// A first code, and the recovery codes that come with a right one.
struct Confirmation<'a> {
    owner: SetupOwner,
    codes: &'a RecoveryCodes,
    command: &'a ConfirmTotp,
}

impl Accounts {
    /// Makes an authenticator app the account's second factor, with new recovery codes. An app that
    /// the account had is replaced.
    ///
    /// # Errors
    /// When the store fails, or the caller's session has ended meanwhile.
    pub async fn confirm_totp(
        &self,
        command: ConfirmTotp,
    ) -> Result<ConfirmTotpOutcome, InternalError> {
        let (account, owner) = match &command.setup {
            FactorSetup::Session(caller) => {
                (caller.account.clone(), SetupOwner::Session(caller.session))
            }
            FactorSetup::Challenge(challenge) => match self.challenged(challenge).await? {
                Some((account, digest)) => (account, SetupOwner::Challenge(digest)),
                None => return Ok(ConfirmTotpOutcome::ChallengeExpired),
            },
        };
        let id = account.id.to_string();
        let keys = [Key::new(RateLimit::FactorSetupByAccount, &[&id])];
        if let Some(wait) = self.limiter.check(&keys).await? {
            return Ok(ConfirmTotpOutcome::TooManyAttempts(wait));
        }
        let new = self.factors.new_recovery_codes();
        let confirmation = Confirmation {
            owner,
            codes: &new.stored,
            command: &command,
        };
        let confirm = |account: &mut Account, now| self.confirm(account, &confirmation, now);
        let updated = match self.store.update(account, confirm).await {
            Err(UpdateError::Deleted | UpdateError::IdentityTaken) => {
                return Ok(ConfirmTotpOutcome::ChallengeExpired);
            }
            updated => updated?,
        };
        let admission = match updated.outcome {
            Decision::Confirmed(admission) => admission,
            Decision::InvalidProof => return Ok(ConfirmTotpOutcome::InvalidProof),
            Decision::ChallengeExpired => return Ok(ConfirmTotpOutcome::ChallengeExpired),
        };
        self.limiter.release(&keys).await?;
        let signed_in = match admission {
            None => None,
            Some(admission) => match self.sessions.conclude(updated.account, admission)? {
                Ok(SignIn::Authenticated(signed_in)) => Some(signed_in),
                // The factor is set up all the same, and the next login says what is missing.
                Ok(_) | Err(_) => None,
            },
        };
        let codes = new.codes;
        Ok(ConfirmTotpOutcome::Confirmed { codes, signed_in })
    }

    fn confirm(
        &self,
        account: &mut Account,
        confirmation: &Confirmation<'_>,
        now: Timestamp,
    ) -> Decision {
        let command = confirmation.command;
        let Some(user) = account.user_mut() else {
            return Decision::ChallengeExpired;
        };
        let Some(sealed) = user.factors.awaited(&confirmation.owner, now).cloned() else {
            return Decision::ChallengeExpired;
        };
        let factors = self.policy.sign_in.factors();
        let Some(waiting) = count_try(user, &confirmation.owner, factors, now) else {
            return Decision::ChallengeExpired;
        };
        let Some(totp) = self.factors.first_code(&sealed, &command.totp, now) else {
            return Decision::InvalidProof;
        };
        user.factors.set_totp(totp, confirmation.codes.clone());
        // Sign-ins that wait began before the factor was there.
        user.challenges.clear();
        if let Waiting::Session(id) = &waiting {
            user.record_proof(*id, SignInMethod::Totp, now);
        }
        let factor = Factor::Totp;
        let email = command.client.email(EmailKind::FactorAdded { factor });
        account.notify(email, now, &self.rng);
        let proven = match waiting {
            Waiting::Session(_) => return Decision::Confirmed(None),
            Waiting::SignIn(proven) => proven,
        };
        let entry = Entry::resumed(proven, &command.client).with_method(SignInMethod::Totp);
        Decision::Confirmed(Some(self.sessions.admit(account, &entry, now)))
    }
}

/// The sign-in that waits for the factor.
pub(super) enum Waiting {
    Session(SessionId),
    /// The proofs so far of a sign-in that is not finished.
    SignIn(Proven),
}

/// Counts a try of a sign-in that waits for the factor. Returns `None` if it has ended, or if
/// another one has set up the first factor meanwhile.
pub(super) fn count_try(
    user: &mut User,
    owner: &SetupOwner,
    policy: FactorPolicy,
    now: Timestamp,
) -> Option<Waiting> {
    match owner {
        SetupOwner::Session(id) => {
            let is_live = user.session(*id, now).is_some();
            is_live.then_some(Waiting::Session(*id))
        }
        SetupOwner::Challenge(digest) => {
            let purpose = ChallengePurpose::SecondFactorSetup;
            let proven = user.challenges.count_try(digest, purpose, now)?;
            user.second_factors(policy)
                .is_empty()
                .then_some(Waiting::SignIn(proven))
        }
    }
}
