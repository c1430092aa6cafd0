//! Log in: exchanges an email address and a password for a session.

use secrecy::{ExposeSecret, SecretString};

use super::gate::{Admission, Entry, NotAdmitted};
use super::{Accounts, Client, InternalError, SignIn, UpdateError};
use crate::hashing::{Permit, Verification};
use crate::model::{
    Account, Email, Password, PasswordHash, SignInMethod, Timestamp, TrustedBrowserId, Wait,
};
use crate::rate_limit::{Key, RateLimit};

/// An attempt to log in.
#[derive(Debug)]
pub struct Login {
    /// The email address, as typed.
    pub email: String,
    /// The password, as typed.
    pub password: SecretString,
    /// Tokens that prove that the device has logged in before: device tokens, or refresh tokens of
    /// live or ended sessions.
    pub known_by: Vec<SecretString>,
    /// The token of a browser that may skip the second factor.
    pub trusted_by: Option<SecretString>,
    /// The client that sent the request.
    pub client: Client,
}

/// The outcome of an attempt to log in.
#[derive(Debug)]
pub enum LoginOutcome {
    /// Both are right: the user is signed in, or the sign-in waits for its next step.
    SignIn(SignIn),
    /// The email address or the password is wrong. The outcome does not say which.
    InvalidCredentials,
    /// Both are right, and the policy requires a verified email address.
    EmailNotVerified,
    /// There were too many wrong passwords.
    TooManyAttempts(Wait),
}

/// The hash that a password was verified against, and its replacement if that is due.
pub(super) struct VerifiedHash {
    pub(super) current: PasswordHash,
    replacement: Option<PasswordHash>,
}

/// The device of an attempt, as far as its tokens prove it.
struct Recognized {
    known_device: Option<String>,
    trusted_browser: Option<TrustedBrowserId>,
}

impl Accounts {
    /// Logs a user in. An unknown email address costs the same bcrypt as a known one, and a wrong
    /// password for either is answered after the time that a hash takes.
    ///
    /// # Errors
    /// When the store fails or the hashing pool is full.
    pub async fn login(&self, command: Login) -> Result<LoginOutcome, InternalError> {
        let is_wrong = |outcome: &_| matches!(outcome, Ok(LoginOutcome::InvalidCredentials));
        self.timing
            .pad_to_hash_time(self.try_login(command), is_wrong)
            .await
    }

    async fn try_login(&self, command: Login) -> Result<LoginOutcome, InternalError> {
        let client = command.client.key();
        let permit = self.hashing.try_acquire(&client)?;
        let email = Email::parse(&command.email).ok();
        let account = match &email {
            Some(email) => self.store.by_email(email).await?,
            None => None,
        };
        let address = email.as_ref().map_or(command.email.as_str(), Email::as_str);
        let recognized = self.recognize(account.as_ref(), &command);
        let keys = rate_limit_keys(address, &client, recognized.known_device.as_deref());
        if let Some(wait) = self.limiter.check(&keys).await? {
            return Ok(LoginOutcome::TooManyAttempts(wait));
        }
        let password = Password::unchecked(command.password.expose_secret());
        let verified = self.verify(&permit, account.as_ref(), &password).await?;
        let (Some(account), Some(hash)) = (account, verified) else {
            return Ok(LoginOutcome::InvalidCredentials);
        };
        // A right password was not a guess. Both writes run at once: the embedded store then
        // commits them together.
        let entry = Entry::new(SignInMethod::Password, &command.client)
            .on_trusted_browser(recognized.trusted_browser)
            .on_known_device(recognized.known_device.clone());
        let signing_in = self.sign_in(account, &hash, &entry);
        let (signed_in, released) = tokio::join!(signing_in, self.limiter.release(&keys));
        released?;
        signed_in
    }

    /// Verifies the password against the account's hash, or against a decoy if there is no account.
    /// Returns the hash if the password is right.
    pub(super) async fn verify(
        &self,
        permit: &Permit,
        account: Option<&Account>,
        password: &Password,
    ) -> Result<Option<VerifiedHash>, InternalError> {
        // A suspended user, or one whose deletion is due, is treated as unknown: the right password
        // is as wrong as any other, and counts as much.
        let now = self.clock.now();
        let user = account
            .and_then(Account::user)
            .filter(|user| user.is_active(now));
        let hash = user.and_then(|user| user.password.clone());
        let verification = self.hashing.verify(permit, password, hash.as_ref()).await?;
        let replacement = match verification {
            Verification::Invalid => return Ok(None),
            Verification::Valid => None,
            Verification::ValidNeedsRehash => Some(self.hashing.hash(permit, password).await?),
        };
        Ok(hash.map(|current| VerifiedHash {
            current,
            replacement,
        }))
    }

    fn recognize(&self, account: Option<&Account>, command: &Login) -> Recognized {
        let trusted_by = command.trusted_by.as_ref();
        Recognized {
            known_device: account
                .and_then(|account| self.sessions.known_device(account, &command.known_by)),
            trusted_browser: account
                .zip(trusted_by)
                .and_then(|(account, token)| self.sessions.trusted_browser(account.id, token)),
        }
    }

    /// Passes a user who has proven the password on to the gate.
    async fn sign_in(
        &self,
        account: Account,
        hash: &VerifiedHash,
        entry: &Entry,
    ) -> Result<LoginOutcome, InternalError> {
        let updated = self
            .store
            .update(account, |account, now| {
                self.decide_login(account, hash, entry, now)
            })
            .await;
        let updated = match updated {
            Err(UpdateError::Deleted) => return Ok(LoginOutcome::InvalidCredentials),
            other => other?,
        };
        let Some(admission) = updated.outcome else {
            return Ok(LoginOutcome::InvalidCredentials);
        };
        Ok(match self.sessions.conclude(updated.account, admission)? {
            Ok(sign_in) => LoginOutcome::SignIn(sign_in),
            Err(NotAdmitted::EmailNotVerified) => LoginOutcome::EmailNotVerified,
            Err(NotAdmitted::Suspended) => LoginOutcome::InvalidCredentials,
        })
    }

    /// Decides on the account as it is stored now: the verified hash must still be the account's.
    fn decide_login(
        &self,
        account: &mut Account,
        hash: &VerifiedHash,
        entry: &Entry,
        now: Timestamp,
    ) -> Option<Admission> {
        let is_current = account.user()?.password.as_ref() == Some(&hash.current);
        if !is_current {
            return None;
        }
        let admission = self.sessions.admit(account, entry, now);
        let is_refused = matches!(admission, Admission::Refused(_));
        if let (Some(replacement), false) = (&hash.replacement, is_refused) {
            account.user_mut()?.password = Some(replacement.clone());
        }
        Some(admission)
    }
}

/// Attempts on a device that has logged in before are counted apart, so that strangers' guesses do
/// not lock it out.
pub(super) fn rate_limit_keys<'a>(
    email: &'a str,
    client: &'a str,
    device: Option<&'a str>,
) -> Vec<Key<'a>> {
    match device {
        Some(device) => vec![
            Key::new(RateLimit::LoginByDevice, &[email, device]),
            Key::new(RateLimit::LoginByKnownDevices, &[email]),
        ],
        None => vec![
            Key::new(RateLimit::LoginByClient, &[client]),
            Key::new(RateLimit::LoginByEmailAndClient, &[email, client]),
            Key::new(RateLimit::LoginByEmail, &[email]),
        ],
    }
}
