//! Prove one's identity again in a session: sensitive changes need a recent proof.

use secrecy::{ExposeSecret, SecretString};

use super::complete_login::factor_keys;
use super::factor_secrets::{CheckedFactor, SecondFactorProof};
use super::one_time_codes::TypedCode;
use super::passkey_ceremonies::{CheckedPasskey, NotProven};
use super::{Accounts, Caller, Client, InternalError};
use crate::hashing::Verification;
use crate::model::{
    Account, Code, FactorPolicy, Password, PasswordHash, SessionId, SignInMethod, Spend, Timestamp,
    User, Wait,
};
use crate::rate_limit::{Key, RateLimit};
use crate::token::{CeremonyPurpose, Purpose};

/// A proof of identity in a session, as typed.
#[derive(Debug)]
pub enum ReauthenticationProof {
    /// The password.
    Password(SecretString),
    /// A code that was emailed to the user.
    EmailCode(SecretString),
    /// A second factor.
    SecondFactor(SecondFactorProof),
}

/// The outcome of proving one's identity again.
#[derive(Debug)]
pub enum ReauthenticateOutcome {
    /// The session is fresh.
    Reauthenticated(Box<Account>),
    /// The proof is wrong, or was used before.
    InvalidProof,
    /// No emailed code waits, or the passkey's ceremony is over.
    ChallengeExpired,
    /// The account cannot give this proof, or it is not enough for it.
    NotAvailable,
    /// There were too many wrong proofs.
    TooManyAttempts(Wait),
}

/// A proof whose expensive part is done.
enum Checked {
    Password(PasswordHash),
    EmailCode(TypedCode),
    Typed(SecondFactorProof),
    Passkey(Box<CheckedPasskey>),
}

impl ReauthenticationProof {
    /// Returns whether an account can give the proof. One with a second factor proves that.
    pub(super) fn is_available(&self, user: &User, policy: FactorPolicy) -> bool {
        let methods = user.reauthentication_methods(policy);
        methods.contains(&match self {
            Self::Password(_) => SignInMethod::Password,
            Self::EmailCode(_) => SignInMethod::EmailCode,
            Self::SecondFactor(SecondFactorProof::Totp(_)) => SignInMethod::Totp,
            Self::SecondFactor(SecondFactorProof::RecoveryCode(_)) => SignInMethod::RecoveryCode,
            Self::SecondFactor(SecondFactorProof::Passkey(_)) => SignInMethod::Passkey,
        })
    }
}

impl Accounts {
    /// Spends a proof, and makes the caller's session fresh. Attempts are counted before the proof
    /// is looked at.
    ///
    /// # Errors
    /// When the store fails, the hashing pool is full, or the caller's session has ended meanwhile.
    pub async fn reauthenticate(
        &self,
        caller: Caller,
        proof: ReauthenticationProof,
        client: &Client,
    ) -> Result<ReauthenticateOutcome, InternalError> {
        let (user, policy) = (caller.user(), self.policy.sign_in.factors());
        if !user.is_some_and(|user| proof.is_available(user, policy)) {
            return Ok(ReauthenticateOutcome::NotAvailable);
        }
        let (account, session) = (caller.account.id.to_string(), caller.session.to_string());
        let keys = match &proof {
            ReauthenticationProof::SecondFactor(_) => factor_keys(&account, Some(&session)),
            ReauthenticationProof::Password(_) | ReauthenticationProof::EmailCode(_) => {
                vec![Key::new(RateLimit::ReauthenticateBySession, &[&session])]
            }
        };
        if let Some(wait) = self.limiter.check(&keys).await? {
            return Ok(ReauthenticateOutcome::TooManyAttempts(wait));
        }
        let checked = match self.check_proof(&caller, proof, client).await? {
            Ok(checked) => checked,
            Err(refused) => return Ok(refused),
        };
        let session = caller.session;
        let spend = |account: &mut Account, now| self.make_fresh(account, session, &checked, now);
        let updated = self.store.update_as(caller, spend).await?;
        if let Err(refused) = updated.outcome {
            return Ok(refused);
        }
        self.limiter.release(&keys).await?;
        Ok(ReauthenticateOutcome::Reauthenticated(Box::new(
            updated.account,
        )))
    }

    /// Verifies a password, which takes long, and passes every other proof on.
    async fn check_proof(
        &self,
        caller: &Caller,
        proof: ReauthenticationProof,
        client: &Client,
    ) -> Result<Result<Checked, ReauthenticateOutcome>, InternalError> {
        let checked = match proof {
            ReauthenticationProof::EmailCode(code) => {
                TypedCode::parse(&code).map(Checked::EmailCode)
            }
            ReauthenticationProof::SecondFactor(SecondFactorProof::Passkey(proof)) => {
                let purpose = CeremonyPurpose::Reauthenticate(caller.account.id, caller.session);
                let now = self.clock.now();
                match self.passkeys.check_in_session(&proof, purpose, now) {
                    Ok(checked) => Some(Checked::Passkey(Box::new(checked))),
                    Err(not_proven) => return Ok(Err(not_proven.into())),
                }
            }
            ReauthenticationProof::SecondFactor(proof) => Some(Checked::Typed(proof)),
            ReauthenticationProof::Password(password) => {
                let permit = self.hashing.try_acquire(&client.key())?;
                let password = Password::unchecked(password.expose_secret());
                let hash = caller.user().and_then(|user| user.password.clone());
                let verifying = self.hashing.verify(&permit, &password, hash.as_ref());
                let is_right = verifying.await? != Verification::Invalid;
                hash.filter(|_| is_right).map(Checked::Password)
            }
        };
        Ok(checked.ok_or(ReauthenticateOutcome::InvalidProof))
    }

    fn make_fresh(
        &self,
        account: &mut Account,
        session: SessionId,
        proof: &Checked,
        now: Timestamp,
    ) -> Result<(), ReauthenticateOutcome> {
        let email = account.email.clone();
        let user = account
            .user_mut()
            .ok_or(ReauthenticateOutcome::NotAvailable)?;
        let has_factor = !self.second_factors(user).is_empty();
        let method = match proof {
            Checked::Password(_) | Checked::EmailCode(_) if has_factor => {
                return Err(ReauthenticateOutcome::NotAvailable);
            }
            Checked::Password(hash) => (user.password.as_ref() == Some(hash))
                .then_some(SignInMethod::Password)
                .ok_or(ReauthenticateOutcome::InvalidProof)?,
            Checked::EmailCode(code) => {
                let slot = &mut user.reauthentication_code;
                if slot.as_ref().is_none_or(|code| code.is_over(now)) {
                    return Err(ReauthenticateOutcome::ChallengeExpired);
                }
                let given = self
                    .codes
                    .digest(Purpose::ReauthenticationCode, &email, code);
                match Code::spend(slot, &given, now) {
                    Spend::Right => SignInMethod::EmailCode,
                    Spend::Wrong => return Err(ReauthenticateOutcome::InvalidProof),
                }
            }
            Checked::Typed(proof) => self
                .factors
                .spend(account, &CheckedFactor::Typed(proof), now)
                .ok_or(ReauthenticateOutcome::InvalidProof)?,
            Checked::Passkey(passkey) => {
                passkey.prove(account, now)?;
                SignInMethod::Passkey
            }
        };
        if let Some(user) = account.user_mut() {
            user.record_proof(session, method, now);
        }
        Ok(())
    }
}

impl From<NotProven> for ReauthenticateOutcome {
    fn from(not_proven: NotProven) -> Self {
        match not_proven {
            NotProven::Expired => Self::ChallengeExpired,
            NotProven::Unknown | NotProven::Invalid => Self::InvalidProof,
        }
    }
}
