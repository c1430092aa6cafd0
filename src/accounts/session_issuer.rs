//! Starts sessions and issues their tokens.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::{Policy, RequestAttempt, SignInPolicy};
use crate::model::{
    Account, AccountId, Clock, DeviceId, Digest, Locale, NewEmail, Rng, Role, SessionId,
    SessionPolicy, Timestamp, TrustedBrowserId,
};
use crate::token::{
    AccessClaims, AccessSubject, AccessTokens, BearerError, BoundTokens, DeviceTokens, Keyring,
    Purpose, RefreshToken, RefreshTokens, Secret,
};

/// An access token response (RFC 6749, section 5.1).
#[derive(Clone, Debug)]
pub struct Tokens {
    /// The access token.
    pub access_token: SecretString,
    /// The access token's lifetime.
    pub expires_in: Duration,
    /// The refresh token.
    pub refresh_token: SecretString,
    /// The refresh token's expiry.
    pub refresh_token_expires_at: Timestamp,
}

/// A user who is signed in, with the session's tokens.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The account, as saved.
    pub account: Account,
    /// The session.
    pub session: SessionId,
    /// The session's tokens.
    pub tokens: Tokens,
}

/// Starts sessions, and issues and verifies the three kinds of token.
pub(super) struct SessionIssuer {
    access_tokens: AccessTokens,
    refresh_tokens: RefreshTokens,
    device_tokens: DeviceTokens,
    challenges: BoundTokens,
    trusted_browsers: BoundTokens,
    secret: Secret,
    clock: Clock,
    rng: Rng,
    policy: SessionPolicy,
    sign_in: SignInPolicy,
}

/// The operator's rules for sessions, and for the sign-ins that start them.
#[derive(Clone, Copy, Debug)]
pub(super) struct SessionRules {
    pub(super) session: SessionPolicy,
    pub(super) sign_in: SignInPolicy,
}

impl SessionRules {
    pub(super) const fn of(policy: &Policy) -> Self {
        Self {
            session: policy.session,
            sign_in: policy.sign_in,
        }
    }
}

impl SessionIssuer {
    pub(super) fn new(
        access_tokens: AccessTokens,
        secret: Secret,
        clock: Clock,
        rng: Rng,
        rules: SessionRules,
    ) -> Self {
        Self {
            access_tokens,
            refresh_tokens: RefreshTokens(secret.clone()),
            device_tokens: DeviceTokens(secret.clone()),
            challenges: BoundTokens::of_challenges(secret.clone()),
            trusted_browsers: BoundTokens::of_trusted_browsers(secret.clone()),
            secret,
            clock,
            rng,
            policy: rules.session,
            sign_in: rules.sign_in,
        }
    }

    pub(super) const fn sign_in_policy(&self) -> &SignInPolicy {
        &self.sign_in
    }

    pub(super) const fn session_policy(&self) -> &SessionPolicy {
        &self.policy
    }

    pub(super) const fn rng(&self) -> &Rng {
        &self.rng
    }

    /// Queues a notice about a sign-in.
    pub(super) fn notify(&self, account: &mut Account, email: NewEmail, now: Timestamp) {
        account.notify(email, now, &self.rng);
    }

    /// Creates the text of a challenge, and the digest that the account keeps of it.
    pub(super) fn new_challenge(&self, account: AccountId) -> (SecretString, Digest) {
        let text = SecretString::from(self.challenges.issue(account, self.rng.bytes()));
        let digest = self.challenge_digest(&text);
        (text, digest)
    }

    /// Returns the account that an authentic challenge names, and the challenge's digest.
    pub(super) fn open_challenge(&self, text: &SecretString) -> Option<(AccountId, Digest)> {
        let (account, _) = self.challenges.verify(text.expose_secret())?;
        Some((account, self.challenge_digest(text)))
    }

    /// Returns the part of an authentic challenge that differs from the account's other ones.
    pub(super) fn challenge_id(&self, text: &SecretString) -> Option<[u8; 16]> {
        let (_, id) = self.challenges.verify(text.expose_secret())?;
        Some(id)
    }

    /// Returns the text of a challenge of this id.
    pub(super) fn challenge_of(&self, account: AccountId, id: [u8; 16]) -> SecretString {
        self.challenges.issue(account, id).into()
    }

    /// Returns the browser that an account's cookie names as trusted. The account decides if it
    /// still is.
    pub(super) fn trusted_browser(
        &self,
        account: AccountId,
        token: &SecretString,
    ) -> Option<TrustedBrowserId> {
        let (owner, id) = self.trusted_browsers.verify(token.expose_secret())?;
        (owner == account).then(|| TrustedBrowserId::from_bytes(id))
    }

    /// Returns the token of a browser that skips the second factor.
    pub(super) fn trusted_browser_token(
        &self,
        account: AccountId,
        browser: TrustedBrowserId,
    ) -> SecretString {
        self.trusted_browsers
            .issue(account, *browser.as_bytes())
            .into()
    }

    fn challenge_digest(&self, text: &SecretString) -> Digest {
        let text = text.expose_secret().as_bytes();
        self.secret.digest(Purpose::Ticket, &[text])
    }

    pub(super) const fn access_token_lifetime(&self) -> Duration {
        self.access_tokens.lifetime
    }

    /// Returns what the operator's role file gives a role.
    pub(super) fn permissions(&self, role: Role) -> &[String] {
        self.access_tokens.custom_claims.permissions(role)
    }

    pub(super) const fn keyring(&self) -> &Keyring {
        &self.access_tokens.keyring
    }

    /// Issues the tokens of a session from the account's present state. Returns `None` if the
    /// session has ended.
    pub(super) fn issue_tokens(&self, account: Account, session: SessionId) -> Option<SignedIn> {
        let now = self.clock.now();
        let user = account.user()?;
        let current = user.session(session, now)?;
        let token = RefreshToken {
            account: account.id,
            session,
            generation: current.generation,
        };
        let subject = AccessSubject {
            account: account.id,
            session,
            role: user.role,
            is_verified: user.email_verified,
            locale: user.locale.as_ref().map(Locale::as_str),
            authenticated_at: current.authenticated_at,
            methods: &current.methods,
        };
        let access_token = self.access_tokens.issue(subject, now, &self.rng);
        let tokens = Tokens {
            access_token: access_token.into(),
            expires_in: self.access_tokens.lifetime,
            refresh_token: self.refresh_tokens.issue(token).into(),
            refresh_token_expires_at: current.expires_at,
        };
        Some(SignedIn {
            account,
            session,
            tokens,
        })
    }

    /// Verifies an access token, and returns the account and the session that it names.
    pub(super) fn verify_bearer(
        &self,
        bearer: &str,
    ) -> Result<(AccountId, SessionId), BearerError> {
        self.access_tokens.verify(bearer, self.clock.now())
    }

    /// Verifies an access token, and returns its claims too.
    pub(super) fn verified_claims(
        &self,
        bearer: &str,
    ) -> Result<(AccessClaims, (AccountId, SessionId)), BearerError> {
        self.access_tokens.verify_claims(bearer, self.clock.now())
    }

    /// Returns what an authentic refresh token names.
    pub(super) fn verify_refresh_token(&self, token: &SecretString) -> Option<RefreshToken> {
        self.refresh_tokens.verify(token.expose_secret())
    }

    /// Computes the keyed digest of an attempt to exchange a refresh token.
    pub(super) fn attempt_digest(&self, token: RefreshToken, attempt: &RequestAttempt) -> Digest {
        let parts: [&[u8]; 3] = [
            token.session.as_bytes(),
            &token.generation.to_be_bytes(),
            attempt.expose().as_bytes(),
        ];
        self.secret.digest(Purpose::RefreshAttempt, &parts)
    }

    /// Returns the name of a device that has logged in to this account before, if one of the tokens
    /// proves it. After a password change only devices that are signed in, or that logged in since,
    /// are known: another device may belong to a person who knew the old password.
    pub(super) fn known_device(
        &self,
        account: &Account,
        tokens: &[SecretString],
    ) -> Option<String> {
        let (user, now) = (account.user()?, self.clock.now());
        let since = user.password_changed_at;
        let device = tokens.iter().find_map(|token| {
            let refresh = self.verify_refresh_token(token);
            if let Some(token) = refresh.filter(|token| token.account == account.id) {
                let device = DeviceId::from(token.session);
                let is_known =
                    device.created_at() >= since || user.session(token.session, now).is_some();
                return is_known.then_some(device);
            }
            let token = self.device_tokens.verify(token.expose_secret())?;
            let is_known = token.account == account.id && token.device.created_at() >= since;
            is_known.then_some(token.device)
        });
        device.map(|device| device.to_string())
    }

    /// Returns whether a device token was issued for this account, under its present password or an
    /// earlier one.
    pub(super) fn is_device_of(&self, account: &Account, token: &SecretString) -> bool {
        let token = self.device_tokens.verify(token.expose_secret());
        token.is_some_and(|token| token.account == account.id)
    }

    /// Issues a device token for a browser, unless the token that it holds is still good.
    pub(super) fn new_device_token(
        &self,
        account: &Account,
        held: Option<&SecretString>,
    ) -> Option<String> {
        let since = account.user()?.password_changed_at;
        let held = held.and_then(|token| self.device_tokens.verify(token.expose_secret()));
        let is_good = held
            .is_some_and(|token| token.account == account.id && token.device.created_at() >= since);
        (!is_good).then(|| {
            self.device_tokens
                .issue(account.id, self.clock.now(), &self.rng)
        })
    }
}
