//! Complete a sign-in that waits for its second factor.

use secrecy::SecretString;

use super::factor_secrets::SecondFactorProof;
use super::gate::{Admission, Entry};
use super::{Accounts, Client, InternalError, SignIn, UpdateError};
use crate::model::{
    Account, ChallengePurpose, Digest, Timestamp, TrustedBrowser, TrustedBrowserId, User, Wait,
};
use crate::rate_limit::{Key, RateLimit};

/// The proof of a second factor in a sign-in.
#[derive(Debug)]
pub struct CompleteLogin {
    /// The challenge of the sign-in, as sent.
    pub challenge: SecretString,
    /// The proof.
    pub proof: SecondFactorProof,
    /// Lets the browser skip the second factor from now on, if the operator allows it.
    pub trust_browser: bool,
    /// The client that sent the request.
    pub client: Client,
}

/// The outcome of proving a second factor.
#[derive(Debug)]
pub enum CompleteLoginOutcome {
    /// The proof is right: the user is signed in, or the sign-in waits for its next step.
    SignIn {
        /// The sign-in.
        sign_in: SignIn,
        /// The token of the browser, if it may skip the second factor from now on.
        trusted_browser: Option<SecretString>,
    },
    /// The proof is wrong, or was used before.
    InvalidProof,
    /// The sign-in has expired, was tried too often, or is finished.
    ChallengeExpired,
    /// There were too many wrong proofs.
    TooManyAttempts(Wait),
}

/// The decision on a proof.
enum Decision {
    Passed(Admission, Option<TrustedBrowserId>),
    InvalidProof,
    ChallengeExpired,
}

impl Accounts {
    /// Spends the proof of a second factor, and passes the user on to the gate. A try is counted
    /// before the proof is looked at: by the challenge in the same write, and by the account.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn complete_login(
        &self,
        command: CompleteLogin,
    ) -> Result<CompleteLoginOutcome, InternalError> {
        let purpose = ChallengePurpose::SecondFactor;
        let Some((account, digest)) = self.challenged(&command.challenge).await? else {
            return Ok(CompleteLoginOutcome::ChallengeExpired);
        };
        let proven = account
            .user()
            .and_then(|user| user.challenges.proven(&digest, purpose, self.clock.now()));
        let Some(proven) = proven else {
            return Ok(CompleteLoginOutcome::ChallengeExpired);
        };
        let id = account.id.to_string();
        let keys = factor_keys(&id, proven.known_device.as_deref());
        if let Some(wait) = self.limiter.check(&keys).await? {
            return Ok(CompleteLoginOutcome::TooManyAttempts(wait));
        }
        let decide = |account: &mut Account, now| self.decide(account, &digest, &command, now);
        let updated = match self.store.update(account, decide).await {
            Err(UpdateError::Deleted | UpdateError::IdentityTaken) => {
                return Ok(CompleteLoginOutcome::ChallengeExpired);
            }
            updated => updated?,
        };
        let (admission, browser) = match updated.outcome {
            Decision::Passed(admission, browser) => (admission, browser),
            Decision::InvalidProof => return Ok(CompleteLoginOutcome::InvalidProof),
            Decision::ChallengeExpired => return Ok(CompleteLoginOutcome::ChallengeExpired),
        };
        self.limiter.release(&keys).await?;
        let account = updated.account.id;
        let trusted_browser = browser.map(|it| self.sessions.trusted_browser_token(account, it));
        let sign_in = self.sessions.conclude(updated.account, admission)?;
        Ok(match sign_in {
            Ok(sign_in) => CompleteLoginOutcome::SignIn {
                sign_in,
                trusted_browser,
            },
            Err(_) => CompleteLoginOutcome::ChallengeExpired,
        })
    }

    /// Loads the account that a challenge names, with the challenge's digest. The account decides
    /// if it still knows the challenge.
    pub(super) async fn challenged(
        &self,
        challenge: &SecretString,
    ) -> Result<Option<(Account, Digest)>, InternalError> {
        let Some((id, digest)) = self.sessions.open_challenge(challenge) else {
            return Ok(None);
        };
        let account = self.store.by_challenged_id(id).await?;
        Ok(account.map(|account| (account, digest)))
    }

    fn decide(
        &self,
        account: &mut Account,
        digest: &Digest,
        command: &CompleteLogin,
        now: Timestamp,
    ) -> Decision {
        let purpose = ChallengePurpose::SecondFactor;
        let Some(user) = account.user_mut() else {
            return Decision::ChallengeExpired;
        };
        let Some(proven) = user.challenges.count_try(digest, purpose, now) else {
            return Decision::ChallengeExpired;
        };
        let Some(proof) = self.check_factor(&command.proof) else {
            return Decision::InvalidProof;
        };
        let Some(method) = self.factors.spend(account, &proof, now) else {
            return Decision::InvalidProof;
        };
        let Some(user) = account.user_mut() else {
            return Decision::ChallengeExpired;
        };
        user.challenges.finish(digest);
        let browser = self.trust_browser(user, command, now);
        let entry = Entry::resumed(proven, &command.client).with_method(method);
        Decision::Passed(self.sessions.admit(account, &entry, now), browser)
    }

    /// Lets the browser skip the second factor, if its user wants it and the operator allows it.
    fn trust_browser(
        &self,
        user: &mut User,
        command: &CompleteLogin,
        now: Timestamp,
    ) -> Option<TrustedBrowserId> {
        let lifetime = self.policy.sign_in.trust_browser;
        if !command.trust_browser || lifetime.is_zero() {
            return None;
        }
        let id = TrustedBrowserId::new(now, &self.rng);
        user.factors.trust(TrustedBrowser {
            id,
            device: command.client.device(),
            created_at: now,
            last_used_at: now,
            expires_at: now.plus(lifetime),
        });
        Some(id)
    }
}

/// Proofs on a device that has signed in before are counted apart, so that a stranger who knows the
/// password does not lock it out. The counts outlast every challenge.
pub(super) fn factor_keys<'a>(account: &'a str, device: Option<&'a str>) -> Vec<Key<'a>> {
    match device {
        Some(device) => vec![
            Key::new(RateLimit::FactorByDevice, &[account, device]),
            Key::new(RateLimit::FactorByKnownDevices, &[account]),
        ],
        None => vec![Key::new(RateLimit::FactorByAccount, &[account])],
    }
}
