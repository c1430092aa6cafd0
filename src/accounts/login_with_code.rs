//! Log in with an emailed code, in the browser that requested it.

use secrecy::SecretString;

use super::gate::{Admission, Entry};
use super::one_time_codes::TypedCode;
use super::timing::with_min_duration;
use super::{Accounts, Client, InternalError, SignIn, UpdateError};
use crate::model::{Account, Digest, SignInMethod, Spend, Timestamp, Wait};
use crate::rate_limit::{Key, RateLimit};
use crate::token::Purpose;

/// An attempt to log in with an emailed code.
#[derive(Debug)]
pub struct LoginWithCode {
    /// The email address, as typed.
    pub email: String,
    /// The code, as typed.
    pub code: SecretString,
    /// The ticket of the request for the code.
    pub ticket: SecretString,
    /// Tokens that prove that the device has logged in before.
    pub known_by: Vec<SecretString>,
    /// The token of a browser that may skip the second factor.
    pub trusted_by: Option<SecretString>,
    /// The client that sent the request.
    pub client: Client,
}

/// The outcome of an attempt to log in with an emailed code.
#[derive(Debug)]
pub enum LoginWithCodeOutcome {
    /// The code is right: the user is signed in, or the sign-in waits for its next step.
    SignIn(SignIn),
    /// The code is wrong, used, expired, was tried too often, or belongs to another browser. The
    /// outcome does not say which.
    InvalidCode,
    /// The operator does not offer it.
    NotAvailable,
    /// Too many codes were tried.
    TooManyAttempts(Wait),
}

/// The ticket and the code, as keyed digests.
struct Proof {
    ticket: Digest,
    code: Digest,
}

impl Accounts {
    /// Spends a code, and passes its user on to the gate. The first use proves the address.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn login_with_code(
        &self,
        command: LoginWithCode,
    ) -> Result<LoginWithCodeOutcome, InternalError> {
        if !self.policy.sign_in.login_by_code {
            return Ok(LoginWithCodeOutcome::NotAvailable);
        }
        with_min_duration(self.try_login_with_code(command)).await
    }

    async fn try_login_with_code(
        &self,
        command: LoginWithCode,
    ) -> Result<LoginWithCodeOutcome, InternalError> {
        let Some(code) = TypedCode::parse(&command.code) else {
            return Ok(LoginWithCodeOutcome::InvalidCode);
        };
        let client = command.client.key();
        let keys = [Key::new(RateLimit::CodeByClient, &[&client])];
        if let Some(wait) = self.limiter.check(&keys).await? {
            return Ok(LoginWithCodeOutcome::TooManyAttempts(wait));
        }
        let Some(account) = self.store.by_typed_email(&command.email).await? else {
            self.timing.decoy_write().await?;
            return Ok(LoginWithCodeOutcome::InvalidCode);
        };
        let proof = Proof {
            ticket: self.codes.ticket_digest(&command.ticket),
            code: self
                .codes
                .digest(Purpose::SignInCode, &account.email, &code),
        };
        let known_device = self.sessions.known_device(&account, &command.known_by);
        let trusted_by = command.trusted_by.as_ref();
        let trusted_browser =
            trusted_by.and_then(|token| self.sessions.trusted_browser(account.id, token));
        let entry = Entry::new(SignInMethod::EmailCode, &command.client)
            .on_trusted_browser(trusted_browser)
            .on_known_device(known_device);
        let sign_in =
            |account: &mut Account, now| self.decide_login_with_code(account, &proof, &entry, now);
        let updated = self
            .timing
            .update_constant_work(&self.store, account, sign_in)
            .await;
        let updated = match updated {
            Err(UpdateError::Deleted) => return Ok(LoginWithCodeOutcome::InvalidCode),
            updated => updated?,
        };
        let Some(admission) = updated.outcome else {
            return Ok(LoginWithCodeOutcome::InvalidCode);
        };
        self.limiter.release(&keys).await?;
        let sign_in = self.sessions.conclude(updated.account, admission)?;
        Ok(sign_in.map_or(
            LoginWithCodeOutcome::InvalidCode,
            LoginWithCodeOutcome::SignIn,
        ))
    }

    fn decide_login_with_code(
        &self,
        account: &mut Account,
        proof: &Proof,
        entry: &Entry,
        now: Timestamp,
    ) -> Option<Admission> {
        let user = account.user_mut().filter(|user| user.is_active(now))?;
        let spend = user.sign_in_codes.spend(&proof.ticket, &proof.code, now);
        if spend == Spend::Wrong {
            return None;
        }
        // A device that has logged in to the account before is its user's own.
        if entry.is_on_known_device() {
            user.verify_address(now);
        } else {
            self.claim_address(account, entry.client(), now);
        }
        Some(self.sessions.admit(account, entry, now))
    }
}
