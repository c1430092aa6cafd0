//! Log in: exchanges an email address and a password for a session.

use secrecy::{ExposeSecret, SecretString};

use super::{Accounts, Client, InternalError, SignedIn, UpdateError};
use crate::hashing::{Permit, Verification};
use crate::model::{
    Account, Email, EmailKind, Password, PasswordHash, Session, Timestamp, User, Wait,
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
    /// The client that sent the request.
    pub client: Client,
}

/// The outcome of an attempt to log in.
#[derive(Debug)]
pub enum LoginOutcome {
    /// The user is signed in.
    Authenticated(Box<SignedIn>),
    /// The email address or the password is wrong. The outcome does not say which.
    InvalidCredentials,
    /// Both are right, and the policy requires a verified email address.
    EmailNotVerified,
    /// There were too many wrong passwords.
    TooManyAttempts(Wait),
}

/// The outcome of the pure decision.
#[derive(Debug, PartialEq, Eq)]
enum Decision {
    SignedIn { new_device: bool },
    Suspended,
    PasswordChangedMeanwhile,
    NotVerified,
}

/// The hash that a password was verified against, and its replacement if that is due.
struct VerifiedHash {
    current: PasswordHash,
    replacement: Option<PasswordHash>,
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
        let device = account
            .as_ref()
            .and_then(|account| self.sessions.known_device(account, &command.known_by));
        let keys = rate_limit_keys(address, &client, device.as_deref());
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
        let signing_in = self.sign_in(account, &hash, &command.client, device.is_some());
        let (signed_in, released) = tokio::join!(signing_in, self.limiter.release(&keys));
        released?;
        signed_in
    }

    /// Verifies the password against the account's hash, or against a decoy if there is no account.
    /// Returns the hash if the password is right.
    async fn verify(
        &self,
        permit: &Permit,
        account: Option<&Account>,
        password: &Password,
    ) -> Result<Option<VerifiedHash>, InternalError> {
        // A suspended user is treated as unknown: the right password is as wrong as any other, and
        // counts as much.
        let user = account
            .and_then(Account::user)
            .filter(|user| !user.is_suspended());
        let hash = user.map(|user| user.password.clone());
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

    /// Starts a session for a user who has proven the password.
    async fn sign_in(
        &self,
        account: Account,
        hash: &VerifiedHash,
        client: &Client,
        is_known_device: bool,
    ) -> Result<LoginOutcome, InternalError> {
        let session = self.sessions.new_session(client);
        let id = session.id;
        let updated = self
            .store
            .update(account, |account, now| {
                let decision = self.decide_login(account, hash, &session, now);
                // A device token or a refresh token proves a known device, whatever network it is
                // on.
                if decision == (Decision::SignedIn { new_device: true }) && !is_known_device {
                    self.notify_new_device(account, &session, now);
                }
                decision
            })
            .await;
        let updated = match updated {
            Err(UpdateError::Deleted) => return Ok(LoginOutcome::InvalidCredentials),
            other => other?,
        };
        let signed_in = self.sessions.issue_tokens(updated.account, id);
        Ok(match (updated.outcome, signed_in) {
            (Decision::SignedIn { .. }, Some(it)) => LoginOutcome::Authenticated(Box::new(it)),
            (Decision::NotVerified, _) => LoginOutcome::EmailNotVerified,
            _ => LoginOutcome::InvalidCredentials,
        })
    }

    fn decide_login(
        &self,
        account: &mut Account,
        hash: &VerifiedHash,
        session: &Session,
        now: Timestamp,
    ) -> Decision {
        let Some(user) = account.user_mut() else {
            return Decision::PasswordChangedMeanwhile;
        };
        start_session(user, hash, session, self.policy.verify_email_first, now)
    }

    fn notify_new_device(&self, account: &mut Account, session: &Session, now: Timestamp) {
        let email = EmailKind::NewDevice {
            device: session.device.name(),
            address: session.device.ip_address,
        };
        account.notify(email, now, &self.rng);
    }
}

/// Attempts on a device that has logged in before are counted apart, so that strangers' guesses do
/// not lock it out.
fn rate_limit_keys<'a>(email: &'a str, client: &'a str, device: Option<&'a str>) -> Vec<Key<'a>> {
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

/// Decides on the account as it is stored now: the verified hash must still be the account's.
fn start_session(
    user: &mut User,
    hash: &VerifiedHash,
    session: &Session,
    verify_email_first: bool,
    now: Timestamp,
) -> Decision {
    if user.password != hash.current {
        return Decision::PasswordChangedMeanwhile;
    }
    if user.is_suspended() {
        return Decision::Suspended;
    }
    if verify_email_first && !user.email_verified {
        return Decision::NotVerified;
    }
    if let Some(replacement) = &hash.replacement {
        user.password = replacement.clone();
    }
    Decision::SignedIn {
        new_device: user.sign_in(session.clone(), now),
    }
}
