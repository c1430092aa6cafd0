//! Sign-ups that create the account at once.

use super::{Application, SignupOutcome};
use crate::accounts::account_store::log_account;
use crate::accounts::gate::{Admission, Entry};
use crate::accounts::login::rate_limit_keys;
use crate::accounts::{Accounts, Client, InternalError, SignedOutReason, UpdateError};
use crate::hashing::Permit;
use crate::model::{
    Account, AccountId, AccountState, CreatedBy, Digest, EndReason, PasswordHash, REPEATABLE_TIME,
    SignInMethod, Timestamp, User,
};
use crate::repository::WriteOutcome;

impl Accounts {
    /// Creates an account, or signs in to the one that an earlier request with the same attempt
    /// created.
    pub(super) async fn create_account(
        &self,
        application: Application,
        client: &Client,
        permit: &Permit,
    ) -> Result<SignupOutcome, InternalError> {
        let found = self.store.by_email(&application.email).await?;
        match found {
            Some(account) if account.user().is_some() => {
                self.repeat_sign_up(account, &application, client, permit)
                    .await
            }
            found => {
                self.insert_account(found, application, client, permit)
                    .await
            }
        }
    }

    async fn insert_account(
        &self,
        pending: Option<Account>,
        application: Application,
        client: &Client,
        permit: &Permit,
    ) -> Result<SignupOutcome, InternalError> {
        let hash = self.hashing.hash(permit, &application.password).await?;
        let mut account = self.new_account(&application, hash);
        // Sign-ups from a time when the policy was verify-first wait for this address: the first
        // account replaces them.
        if let Some(pending) = &pending {
            account.id = pending.id;
            account.version = pending.version;
        }
        let attempt = application.attempt.as_ref();
        let attempt = attempt.map(|it| self.codes.signup_attempt_digest(&account.email, it));
        let admission = self.admit_sign_up(&mut account, attempt, client, self.clock.now());
        let written = match pending {
            None => self.store.insert(&account).await?,
            Some(_) => self.store.save(&account).await?,
        };
        let refused = match written {
            WriteOutcome::Done => {
                log_account(&account);
                let sign_in = self.sessions.conclude(account, admission)?;
                let refused = |_| InternalError::SignedOut(SignedOutReason::Ended);
                return sign_in.map(SignupOutcome::SignIn).map_err(refused);
            }
            WriteOutcome::MobileNumberTaken => SignupOutcome::MobileNumberTaken,
            // An account or a sign-up appeared or expired just now: the next attempt sees which.
            WriteOutcome::VersionConflict if application.attempt.is_none() => {
                return Err(InternalError::Overloaded);
            }
            WriteOutcome::EmailTaken | WriteOutcome::VersionConflict => SignupOutcome::EmailTaken,
        };
        if application.attempt.is_none() {
            return Ok(refused);
        }
        // The same sign-up, sent twice at once: the other request was first, and has the number too.
        match self.store.by_email(&application.email).await? {
            Some(account) if account.user().is_some() => {
                self.repeat_sign_up(account, &application, client, permit)
                    .await
            }
            _ if written == WriteOutcome::VersionConflict => Err(InternalError::Overloaded),
            _ => Ok(refused),
        }
    }

    fn new_account(&self, application: &Application, hash: PasswordHash) -> Account {
        let now = self.clock.now();
        let number = application.mobile_number.clone();
        let mut user = User::new(hash, application.profile.clone(), number, now);
        user.locale.clone_from(&application.locale);
        user.accepted_terms.clone_from(&application.accepted_terms);
        let state = AccountState::Active(Box::new(user));
        let id = AccountId::new(now, &self.rng);
        Account::new(id, application.email.clone(), state)
    }

    /// Passes the user of a new account on to the gate, and keeps the attempt for as long as the
    /// client may repeat it.
    fn admit_sign_up(
        &self,
        account: &mut Account,
        attempt: Option<Digest>,
        client: &Client,
        now: Timestamp,
    ) -> Admission {
        let entry = Entry::new(SignInMethod::Password, client).of_sign_up();
        let admission = self.sessions.admit(account, &entry, now);
        if let (Some(attempt), Some(user)) = (attempt, account.user_mut()) {
            let expires_at = user.created_at.plus(REPEATABLE_TIME);
            user.created_by = Some(CreatedBy {
                attempt,
                session: admission.session(),
                expires_at,
            });
        }
        admission
    }

    /// Signs in to the account that a request with the same attempt, address and password created
    /// just now. The session of the first response ends, and no email is sent. Everybody else is
    /// refused because the address is taken.
    async fn repeat_sign_up(
        &self,
        account: Account,
        application: &Application,
        client: &Client,
        permit: &Permit,
    ) -> Result<SignupOutcome, InternalError> {
        let Some(attempt) = &application.attempt else {
            return Ok(SignupOutcome::EmailTaken);
        };
        let email = &application.email;
        let attempt = self.codes.signup_attempt_digest(email, attempt);
        let is_repeatable = |user: &User| user.is_repeatable_by(&attempt, self.clock.now());
        if !account.user().is_some_and(is_repeatable) {
            return Ok(SignupOutcome::EmailTaken);
        }
        // The attempt is no password: who guesses here is limited as at a login.
        let client_key = client.key();
        let keys = rate_limit_keys(email.as_str(), &client_key, None);
        if let Some(wait) = self.limiter.check(&keys).await? {
            return Ok(SignupOutcome::TooManyAttempts(wait));
        }
        let verified = self
            .verify(permit, Some(&account), &application.password)
            .await?;
        let Some(hash) = verified else {
            return Ok(SignupOutcome::EmailTaken);
        };
        self.limiter.release(&keys).await?;
        let updated = self.store.update(account, |account, now| {
            let user = account.user_mut()?;
            let is_verified = user.password.as_ref() == Some(&hash.current);
            if !is_verified || !user.is_repeatable_by(&attempt, now) {
                return None;
            }
            // The session of the latest response, if it carried one.
            user.end_sessions(EndReason::Unknown, now, |_| true);
            user.challenges.clear();
            Some(self.admit_sign_up(account, Some(attempt.clone()), client, now))
        });
        let updated = match updated.await {
            Err(UpdateError::Deleted) => return Ok(SignupOutcome::EmailTaken),
            updated => updated?,
        };
        let Some(admission) = updated.outcome else {
            return Ok(SignupOutcome::EmailTaken);
        };
        let sign_in = self.sessions.conclude(updated.account, admission)?;
        Ok(sign_in.map_or(SignupOutcome::EmailTaken, SignupOutcome::SignIn))
    }
}
