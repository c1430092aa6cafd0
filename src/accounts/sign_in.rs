//! What every act that signs a user in has in common: a session begins, tokens are issued.

use std::net::IpAddr;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::Accounts;
use crate::model::{Account, Device, Session, SessionId, Timestamp, User};
use crate::throttle::client_of;
use crate::token::RefreshToken;

/// Where a request comes from.
#[derive(Clone, Debug)]
pub struct Client {
    /// The peer's address.
    pub address: IpAddr,
    /// The `User-Agent` header, as sent.
    pub user_agent: Option<String>,
}

/// How many characters of a `User-Agent` are kept.
const USER_AGENT: usize = 256;

impl Client {
    /// What a session remembers of it.
    #[must_use]
    pub fn device(&self) -> Device {
        let clean = |text: &String| text.chars().filter(|character| !character.is_control()).take(USER_AGENT).collect();
        Device { user_agent: self.user_agent.as_ref().map(clean), ip_address: Some(self.address.to_canonical()) }
    }

    /// Whom its attempts are counted for.
    #[must_use]
    pub fn key(&self) -> String {
        client_of(self.address)
    }
}

/// What RFC 6749, section 5.1, calls an access token response.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// The access token.
    pub access_token: SecretString,
    /// Its lifetime.
    pub expires_in: Duration,
    /// The refresh token.
    pub refresh_token: SecretString,
    /// When the refresh token ends.
    pub refresh_token_expires_at: Timestamp,
}

/// A user who has just been signed in, or still is.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The account, as saved.
    pub account: Account,
    /// The session.
    pub session: SessionId,
    /// Its tokens.
    pub tokens: Tokens,
}

impl Accounts {
    /// A session for a client, not begun yet.
    pub(super) fn new_session(&self, client: &Client) -> Session {
        let now = self.clock.now();
        let id = SessionId::new(now, &self.rng);
        Session::begin(id, client.device(), now, &self.policy.session)
    }

    /// The tokens of a session, as the account says it stands; none where it has ended.
    pub(super) fn signed_in(&self, account: Account, session: SessionId) -> Option<SignedIn> {
        let now = self.clock.now();
        let user = account.user()?;
        let current = user.session(session, now)?;
        let token = RefreshToken { account: account.id, session, generation: current.generation };
        let tokens = Tokens {
            access_token: self.access_tokens.issue(account.id, session, user.role, now, &self.rng).into(),
            expires_in: self.access_tokens.lifetime,
            refresh_token: self.refresh_tokens.issue(token).into(),
            refresh_token_expires_at: current.expires_at,
        };
        Some(SignedIn { account, session, tokens })
    }
}

impl Accounts {
    /// Whether a device token was given to this account's user, under whatever password.
    #[must_use]
    pub fn is_device_of(&self, account: &Account, token: &SecretString) -> bool {
        self.device_tokens.verify(token.expose_secret()).is_some_and(|token| token.account == account.id)
    }

    /// A token by which a browser is known again, unless it has one already.
    #[must_use]
    pub fn new_device_token(&self, account: &Account, held: Option<&SecretString>) -> Option<String> {
        let since = account.user()?.password_changed_at;
        let held = held.and_then(|token| self.device_tokens.verify(token.expose_secret()));
        let known = held.is_some_and(|token| token.account == account.id && token.device.created_at() >= since);
        (!known).then(|| self.device_tokens.issue(account.id, self.clock.now(), &self.rng))
    }
}

impl User {
    /// Begins a session with the password just proven, and says whether its device is new.
    pub(super) fn sign_in(&mut self, session: Session, now: Timestamp) -> bool {
        self.last_login_at = Some(now);
        let new_device = self.meet(&session.device);
        self.begin(session, now);
        new_device
    }
}
