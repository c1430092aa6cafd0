//! Verify an email address with an emailed code: the address of an account, or of a sign-up that
//! waits.

use secrecy::SecretString;

use super::gate::{Admission, Entry, NotAdmitted};
use super::one_time_codes::TypedCode;
use super::timing::with_min_duration;
use super::{Accounts, Client, InternalError, SignIn, UpdateError};
use crate::model::{
    Account, AccountId, AccountState, Code, Digest, Email, SignInMethod, SignUp, Spend, Timestamp,
    User, Wait,
};
use crate::rate_limit::{Key, RateLimit};
use crate::token::Purpose;

/// An attempt to verify an email address.
#[derive(Debug)]
pub struct VerifyEmail {
    /// The email address, as typed.
    pub email: String,
    /// The code, as typed.
    pub code: SecretString,
    /// The ticket of the sign-up to complete.
    pub ticket: Option<SecretString>,
    /// The account that sent the request with its own access token.
    pub caller: Option<AccountId>,
    /// The client that sent the request.
    pub client: Client,
}

/// The outcome of an attempt to verify an email address.
#[derive(Debug)]
pub enum VerifyEmailOutcome {
    /// The sign-up is complete: its user is signed in, or the sign-in waits for its next step.
    SignIn(SignIn),
    /// The address of the account is verified.
    EmailVerified(Email),
    /// The code is wrong, used, expired, or was tried too often. The outcome does not say which.
    InvalidCode,
    /// Too many codes were tried.
    TooManyAttempts(Wait),
}

/// The ticket and the code that complete a sign-up, as keyed digests.
struct Proof {
    ticket: Digest,
    code: Digest,
}

impl Accounts {
    /// Spends a code. With a ticket the code completes that sign-up and no other; without one it
    /// verifies the address of an account.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn verify_email(
        &self,
        command: VerifyEmail,
    ) -> Result<VerifyEmailOutcome, InternalError> {
        with_min_duration(self.try_verify_email(command)).await
    }

    async fn try_verify_email(
        &self,
        command: VerifyEmail,
    ) -> Result<VerifyEmailOutcome, InternalError> {
        let Some(code) = TypedCode::parse(&command.code) else {
            return Ok(VerifyEmailOutcome::InvalidCode);
        };
        let client = command.client.key();
        let keys = [Key::new(RateLimit::CodeByClient, &[&client])];
        if let Some(wait) = self.limiter.check(&keys).await? {
            return Ok(VerifyEmailOutcome::TooManyAttempts(wait));
        }
        let Some(account) = self.store.by_typed_email(&command.email).await? else {
            self.timing.decoy_write().await?;
            return Ok(VerifyEmailOutcome::InvalidCode);
        };
        let outcome = match &command.ticket {
            Some(ticket) => {
                let proof = Proof {
                    ticket: self.codes.ticket_digest(ticket),
                    code: self
                        .codes
                        .digest(Purpose::SignUpCode, &account.email, &code),
                };
                self.complete_sign_up(account, &proof, &command).await
            }
            None => self.verify_account(account, &code, &command).await,
        }?;
        if !matches!(outcome, VerifyEmailOutcome::InvalidCode) {
            // A proven mailbox is a person: people behind one address do not use up each other's
            // sign-ups.
            let sign_up = Key::new(RateLimit::SignupByClient, &[&client]);
            self.limiter.release(&[sign_up]).await?;
        }
        Ok(outcome)
    }

    async fn verify_account(
        &self,
        account: Account,
        code: &TypedCode,
        command: &VerifyEmail,
    ) -> Result<VerifyEmailOutcome, InternalError> {
        let given = self
            .codes
            .digest(Purpose::VerificationCode, &account.email, code);
        let is_own = command.caller == Some(account.id);
        let verify = |account: &mut Account, now| {
            let Some(user) = account.user_mut() else {
                return Spend::Wrong;
            };
            let spend = Code::spend(&mut user.verification_code, &given, now);
            if spend == Spend::Wrong {
                return spend;
            }
            user.updated_at = now;
            // With the account's own access token, the one who set it up has proven the address.
            if is_own {
                user.email_verified = true;
            } else {
                self.claim_address(account, &command.client, now);
            }
            spend
        };
        let updated = self
            .timing
            .update_constant_work(&self.store, account, verify)
            .await;
        let updated = match updated {
            Err(UpdateError::Deleted) => return Ok(VerifyEmailOutcome::InvalidCode),
            updated => updated?,
        };
        Ok(match updated.outcome {
            Spend::Right => VerifyEmailOutcome::EmailVerified(updated.account.email),
            Spend::Wrong => VerifyEmailOutcome::InvalidCode,
        })
    }

    async fn complete_sign_up(
        &self,
        account: Account,
        proof: &Proof,
        command: &VerifyEmail,
    ) -> Result<VerifyEmailOutcome, InternalError> {
        // The sign-up chose the password, and the code proves the mailbox.
        let entry = Entry::new(SignInMethod::Password, &command.client)
            .with_method(SignInMethod::EmailCode)
            .of_sign_up();
        let complete = |account: &mut Account, now| {
            (complete(account, proof, now) == Spend::Right)
                .then(|| self.sessions.admit(account, &entry, now))
        };
        let updated = self
            .timing
            .update_constant_work(&self.store, account.clone(), complete)
            .await;
        let updated = match updated {
            // The number was taken while the sign-up waited. The address is verified all the same:
            // the number is dropped.
            Err(UpdateError::MobileNumberTaken) => {
                let without_number = |account: &mut Account, now| {
                    let admission = complete(account, now);
                    if let (Some(_), Some(user)) = (&admission, account.user_mut()) {
                        user.mobile_number = None;
                    }
                    admission
                };
                self.store.update(account, without_number).await
            }
            updated => updated,
        };
        let (account, admission) = match updated {
            Ok(updated) => (updated.account, updated.outcome),
            Err(UpdateError::Deleted) => return Ok(VerifyEmailOutcome::InvalidCode),
            Err(error) => return Err(error.into()),
        };
        let refused = Admission::Refused(NotAdmitted::Suspended);
        let sign_in = self
            .sessions
            .conclude(account, admission.unwrap_or(refused))?;
        Ok(sign_in.map_or(VerifyEmailOutcome::InvalidCode, VerifyEmailOutcome::SignIn))
    }
}

/// Makes the sign-up that the ticket names the owner of the address. The other sign-ups that waited
/// are dropped.
fn complete(account: &mut Account, proof: &Proof, now: Timestamp) -> Spend {
    let AccountState::Pending(sign_ups) = &mut account.state else {
        return Spend::Wrong;
    };
    let is_named = |sign_up: &SignUp| sign_up.ticket == proof.ticket && now < sign_up.expires_at;
    let Some(named) = sign_ups.iter().position(is_named) else {
        return Spend::Wrong;
    };
    if Code::spend(&mut sign_ups[named].code, &proof.code, now) == Spend::Wrong {
        share_tries(sign_ups, named);
        return Spend::Wrong;
    }
    let SignUp {
        password,
        profile,
        mobile_number,
        locale,
        accepted_terms,
        ..
    } = sign_ups.swap_remove(named);
    let mut user = User::new(password, profile, mobile_number, now);
    user.locale = locale;
    user.accepted_terms = accepted_terms;
    user.email_verified = true;
    account.state = AccountState::Active(Box::new(user));
    Spend::Right
}

/// Counts a wrong try for every sign-up that waits for the same code: otherwise a client with ten
/// tickets had ten times the tries.
fn share_tries(sign_ups: &mut [SignUp], tried: usize) {
    let Some(tried) = sign_ups[tried].code.clone() else {
        return;
    };
    let codes = sign_ups
        .iter_mut()
        .filter_map(|sign_up| sign_up.code.as_mut());
    for code in codes.filter(|code| code.is_same(&tried)) {
        code.clone_from(&tried);
    }
}
