//! Log in: an address and a password for a session.

use secrecy::{ExposeSecret, SecretString};

use super::{Accounts, Client, Fault, SignedIn};
use crate::hashing::Verdict;
use crate::model::{Account, DeviceId, Email, LetterKind, Password, PasswordHash, Session, Timestamp, User, Wait};
use crate::throttle::Budget;

/// An attempt to log in.
#[derive(Debug)]
pub struct Login {
    /// The address, as typed.
    pub email: String,
    /// The password, as typed.
    pub password: SecretString,
    /// What shows that the device has logged in before: a device token, or a refresh token, be its session live or not.
    pub known_by: Vec<SecretString>,
    /// Where from.
    pub client: Client,
}

/// What became of it.
#[derive(Debug)]
pub enum LoginOutcome {
    /// Signed in.
    Authenticated(Box<SignedIn>),
    /// Address or password is wrong; which, is not told.
    InvalidCredentials,
    /// Both are right, and the address is not proven, which the policy asks for.
    EmailNotVerified,
    /// Too many wrong ones.
    TooManyAttempts(Wait),
}

/// What the pure part decides.
#[derive(Debug, PartialEq, Eq)]
enum Decision {
    SignedIn { new_device: bool },
    Suspended,
    PasswordMoved,
    NotVerified,
}

impl Accounts {
    /// Logs a user in. An unknown address costs the same bcrypt as a known one, and a wrong password of either kind is
    /// answered at the pace of a hash.
    ///
    /// # Errors
    /// When the store fails or the hashing pool is full.
    pub async fn login(&self, command: Login) -> Result<LoginOutcome, Fault> {
        let is_wrong = |outcome: &_| matches!(outcome, Ok(LoginOutcome::InvalidCredentials));
        self.no_sooner_than_a_hash(self.try_login(command), is_wrong).await
    }

    async fn try_login(&self, command: Login) -> Result<LoginOutcome, Fault> {
        let place = self.hashing.enter()?;
        let email = Email::parse(&command.email).ok();
        let account = match &email {
            Some(email) => self.by_email(email).await?,
            None => None,
        };
        let address = email.as_ref().map_or(command.email.as_str(), Email::as_str);
        let client = command.client.key();
        let device = account.as_ref().and_then(|account| self.known_device(account, &command.known_by));
        let charges = match &device {
            Some(device) => {
                vec![(Budget::LoginByDevice, vec![address, device]), (Budget::LoginByKnownDevices, vec![address])]
            }
            None => vec![
                (Budget::LoginByClient, vec![&*client]),
                (Budget::LoginByAddressAndClient, vec![address, &client]),
                (Budget::LoginByAddress, vec![address]),
            ],
        };
        if let Some(wait) = self.spend(&charges).await? {
            return Ok(LoginOutcome::TooManyAttempts(wait));
        }

        let password = Password::given(command.password.expose_secret());
        // Whoever is suspended is nobody: the right password is as wrong as any, and counts as much.
        let user = account.as_ref().and_then(Account::user).filter(|user| !user.is_suspended());
        let verified = user.map(|user| user.password.clone());
        let verdict = self.hashing.verify(&place, &password, verified.as_ref()).await?;
        let (Some(account), Some(verified), true) = (account, verified, verdict != Verdict::Wrong) else {
            return Ok(LoginOutcome::InvalidCredentials);
        };
        let rehashed = match verdict {
            Verdict::RightButStale => Some(self.hashing.hash(&place, &password).await?),
            _ => None,
        };
        // A right password was no guess. Both writes at once: the embedded store then commits them together.
        let entering = self.enter(account, (&verified, rehashed.as_ref()), &command.client);
        let (entered, refunded) = tokio::join!(entering, self.refund(&charges));
        refunded.and(entered)
    }

    /// Begins a session for whoever has proven the password.
    async fn enter(
        &self,
        account: Account,
        hashes: (&PasswordHash, Option<&PasswordHash>),
        client: &Client,
    ) -> Result<LoginOutcome, Fault> {
        let session = self.new_session(client);
        let id = session.id;
        let (decision, account) = self
            .change(account, |account, now| {
                let Some(user) = account.user_mut() else { return Decision::PasswordMoved };
                let decision = self.log_in(user, hashes, &session, now);
                if decision == (Decision::SignedIn { new_device: true }) {
                    let device = &session.device;
                    let letter = LetterKind::NewDevice { device: device.name(), address: device.ip_address };
                    account.notify(letter, now, &self.rng);
                }
                decision
            })
            .await??;
        Ok(match (decision, self.signed_in(account, id)) {
            (Decision::SignedIn { .. }, Some(signed_in)) => LoginOutcome::Authenticated(Box::new(signed_in)),
            (Decision::NotVerified, _) => LoginOutcome::EmailNotVerified,
            _ => LoginOutcome::InvalidCredentials,
        })
    }

    /// The name of a device that has logged in to this account before, if one of the tokens shows it. A new password makes
    /// devices unknown that are not signed in any more: who had the old one is no friend.
    fn known_device(&self, account: &Account, tokens: &[SecretString]) -> Option<String> {
        let (user, now) = (account.user()?, self.clock.now());
        let since = user.password_changed_at;
        let device = tokens.iter().find_map(|token| {
            let token = token.expose_secret();
            if let Some(it) = self.refresh_tokens.verify(token).filter(|it| it.account == account.id) {
                let device = DeviceId::from(it.session);
                return (device.created_at() >= since || user.session(it.session, now).is_some()).then_some(device);
            }
            let it = self.device_tokens.verify(token).filter(|it| it.account == account.id)?;
            (it.device.created_at() >= since).then_some(it.device)
        });
        device.map(|device| device.to_string())
    }

    /// Decides on the account as it stands: the hash that was verified must still be the one in force.
    fn log_in(
        &self,
        user: &mut User,
        (verified, rehashed): (&PasswordHash, Option<&PasswordHash>),
        session: &Session,
        now: Timestamp,
    ) -> Decision {
        if user.password != *verified {
            return Decision::PasswordMoved;
        }
        if user.is_suspended() {
            return Decision::Suspended;
        }
        if self.policy.verify_email_first && !user.email_verified {
            return Decision::NotVerified;
        }
        if let Some(rehashed) = rehashed {
            user.password = rehashed.clone();
        }
        Decision::SignedIn { new_device: user.sign_in(session.clone(), now) }
    }
}
