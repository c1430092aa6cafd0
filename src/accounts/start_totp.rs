//! Start to set up an authenticator app: in a session, or in a sign-in that waits for a factor.

use secrecy::SecretString;

use super::factor_secrets::NewTotp;
use super::{Accounts, Caller, InternalError, UpdateError};
use crate::model::{
    Account, ChallengePurpose, MfaPolicy, Sealed, SetupOwner, SignInMethod, Timestamp, TotpSetup,
};

/// The sign-in that a factor is set up in.
#[derive(Debug)]
pub enum FactorSetup {
    /// A session.
    Session(Box<Caller>),
    /// A sign-in that waits for its first second factor: the challenge, as sent.
    Challenge(SecretString),
}

/// The outcome of starting to set up an authenticator app.
#[derive(Debug)]
pub enum StartTotpOutcome {
    /// The secret was drawn; the app counts once its first code has come.
    Started(NewTotp),
    /// The session's last proof is too old.
    ReauthenticationRequired(Vec<SignInMethod>),
    /// The sign-in has expired, or is finished.
    ChallengeExpired,
    /// The operator does not offer it.
    NotAvailable,
}

/// The reason for which nothing is set up.
enum NotStarted {
    ReauthenticationRequired(Vec<SignInMethod>),
    ChallengeExpired,
}

impl Accounts {
    /// Draws the secret of an authenticator app and keeps it, sealed, until the first code.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn start_totp(&self, setup: FactorSetup) -> Result<StartTotpOutcome, InternalError> {
        if self.policy.sign_in.mfa == MfaPolicy::Off {
            return Ok(StartTotpOutcome::NotAvailable);
        }
        let (account, owner) = match setup {
            FactorSetup::Session(caller) => (caller.account, SetupOwner::Session(caller.session)),
            FactorSetup::Challenge(challenge) => match self.challenged(&challenge).await? {
                Some((account, digest)) => (account, SetupOwner::Challenge(digest)),
                None => return Ok(StartTotpOutcome::ChallengeExpired),
            },
        };
        let (totp, sealed) = self.factors.new_totp(account.email.as_str());
        let start = |account: &mut Account, now| self.decide_start(account, &owner, &sealed, now);
        let updated = match self.store.update(account, start).await {
            Err(UpdateError::Deleted) => return Ok(StartTotpOutcome::ChallengeExpired),
            updated => updated?,
        };
        Ok(match updated.outcome {
            Ok(()) => StartTotpOutcome::Started(totp),
            Err(NotStarted::ChallengeExpired) => StartTotpOutcome::ChallengeExpired,
            Err(NotStarted::ReauthenticationRequired(methods)) => {
                StartTotpOutcome::ReauthenticationRequired(methods)
            }
        })
    }

    fn decide_start(
        &self,
        account: &mut Account,
        owner: &SetupOwner,
        secret: &Sealed,
        now: Timestamp,
    ) -> Result<(), NotStarted> {
        let user = account.user_mut().ok_or(NotStarted::ChallengeExpired)?;
        match owner {
            SetupOwner::Session(session) => {
                let stale = self.stale_methods(user, *session, now);
                stale.map_or(Ok(()), |it| Err(NotStarted::ReauthenticationRequired(it)))?;
            }
            SetupOwner::Challenge(digest) => {
                let purpose = ChallengePurpose::SecondFactorSetup;
                let is_waiting = user.challenges.proven(digest, purpose, now).is_some();
                // Another sign-in may have set up the first factor meanwhile: only that one counts.
                if !is_waiting || !self.second_factors(user).is_empty() {
                    return Err(NotStarted::ChallengeExpired);
                }
            }
        }
        user.factors.await_first_code(TotpSetup {
            owner: owner.clone(),
            secret: secret.clone(),
            expires_at: now.plus(TotpSetup::LIFETIME),
        });
        Ok(())
    }
}
