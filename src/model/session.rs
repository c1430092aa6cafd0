//! Sessions: one per signed-in device.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Device, Digest, SessionId, SignInMethod, Timestamp};

/// The maximum number of live sessions per account: one more ends the least recently used.
pub const MAX_SESSIONS: usize = 50;

/// The number of attempts that a session remembers for one exchange: more tabs than that do not
/// lose the same response.
const MAX_ATTEMPTS: usize = 4;

/// The lifetimes of sessions.
#[derive(Clone, Copy, Debug)]
pub struct SessionPolicy {
    /// The lifetime of a session without a refresh.
    pub idle: Duration,
    /// The maximum lifetime, however often the session is refreshed.
    pub absolute: Duration,
    /// The time for which the previous refresh token still yields the current one.
    pub grace: Duration,
}

/// The status of a live session's refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenStatus {
    /// The token is the current one.
    Current,
    /// The token is the previous one and was replaced just now: its successor is still the current
    /// one.
    Repeated,
    /// The token was replaced longer ago: it has been copied.
    Replaced,
    /// The token was never issued from this state: the store was restored to an earlier one.
    Unknown,
}

/// One signed-in device, from login to logout, expiry or revocation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// The session's id, which both kinds of token carry.
    pub id: SessionId,
    /// The number of the current refresh token: the store keeps this number, never a token.
    pub generation: u32,
    /// The device that last used the session.
    pub device: Device,
    /// The time of the login.
    pub created_at: Timestamp,
    /// The time of the user's last proof: the login, or a later one in this session. A refresh
    /// leaves it as it is.
    pub authenticated_at: Timestamp,
    /// The user's proofs.
    pub methods: Vec<SignInMethod>,
    /// The time of the last refresh.
    pub last_used_at: Timestamp,
    /// The time at which the session ends unless it is refreshed.
    pub expires_at: Timestamp,
    /// The keyed digests of the attempts of the exchange that issued the current refresh token
    /// (`RefreshInput.attempt`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attempts: Vec<Digest>,
}

impl Session {
    /// Creates a session that starts now.
    #[must_use]
    pub fn begin(id: SessionId, device: Device, now: Timestamp, policy: &SessionPolicy) -> Self {
        let expires_at = now.plus(policy.idle.min(policy.absolute));
        Self {
            id,
            generation: 0,
            device,
            created_at: now,
            authenticated_at: now,
            methods: Vec::new(),
            last_used_at: now,
            expires_at,
            attempts: Vec::new(),
        }
    }

    /// Records a proof that the user has given now.
    pub fn record_proof(&mut self, method: SignInMethod, now: Timestamp) {
        self.authenticated_at = now;
        if !self.methods.contains(&method) {
            self.methods.push(method);
        }
    }

    /// Returns whether the session's tokens are valid.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        now < self.expires_at
    }

    /// Returns the status of a refresh token of this generation, presented with this attempt.
    #[must_use]
    pub fn token_status(
        &self,
        generation: u32,
        attempt: Option<&Digest>,
        now: Timestamp,
        policy: &SessionPolicy,
    ) -> TokenStatus {
        let is_in_grace = now < self.last_used_at.plus(policy.grace);
        let is_retry = attempt.is_some_and(|attempt| self.attempts.contains(attempt));
        match self.generation.checked_sub(generation) {
            Some(0) => TokenStatus::Current,
            Some(1) if is_in_grace || is_retry => TokenStatus::Repeated,
            Some(_) => TokenStatus::Replaced,
            None => TokenStatus::Unknown,
        }
    }

    /// Remembers an attempt of the exchange that issued the current refresh token, so that the
    /// client can repeat it.
    pub fn remember_attempt(&mut self, attempt: &Digest) {
        if self.attempts.len() < MAX_ATTEMPTS && !self.attempts.contains(attempt) {
            self.attempts.push(attempt.clone());
        }
    }

    /// Makes the next refresh token the current one.
    pub fn rotate(&mut self, device: Device, now: Timestamp, policy: &SessionPolicy) {
        self.generation += 1;
        self.attempts.clear();
        self.device = device;
        self.last_used_at = now;
        self.expires_at = now
            .plus(policy.idle)
            .min(self.created_at.plus(policy.absolute));
    }
}
