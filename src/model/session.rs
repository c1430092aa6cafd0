//! Sessions: one signed-in device each.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Device, Digest, SessionId, Timestamp};

/// How many live sessions an account keeps: with one more, the least recently used goes.
pub const MAX_SESSIONS: usize = 50;

/// The number of attempts that a session remembers for one exchange: more tabs than that do not lose the same response.
const MAX_ATTEMPTS: usize = 4;

/// How long sessions live.
#[derive(Clone, Copy, Debug)]
pub struct SessionPolicy {
    /// How long a session lives without a refresh.
    pub idle: Duration,
    /// How long it lives at most, however often it is refreshed.
    pub absolute: Duration,
    /// For how long the refresh token before the current one still yields the current one.
    pub grace: Duration,
}

/// What a refresh token of a live session is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenStatus {
    /// It is the current one.
    Current,
    /// It is the one before, and was replaced just now: its successor is the current one still.
    Repeated,
    /// It was replaced longer ago: somebody has a copy.
    Replaced,
    /// It was never issued from this state: the store was set back to an earlier one.
    Unknown,
}

/// One signed-in device, from login to logout, expiry or revocation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// Names it in both kinds of token.
    pub id: SessionId,
    /// Which refresh token is the current one: the store keeps this number, never a token.
    pub generation: u32,
    /// Where it was last used from.
    pub device: Device,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last refreshed.
    pub last_used_at: Timestamp,
    /// When it ends unless refreshed before.
    pub expires_at: Timestamp,
    /// The keyed digests of the attempts of the exchange that issued the current refresh token (`RefreshInput.attempt`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attempts: Vec<Digest>,
}

impl Session {
    /// A session that begins now.
    #[must_use]
    pub fn begin(id: SessionId, device: Device, now: Timestamp, policy: &SessionPolicy) -> Self {
        let expires_at = now.plus(policy.idle.min(policy.absolute));
        Self {
            id,
            generation: 0,
            device,
            created_at: now,
            last_used_at: now,
            expires_at,
            attempts: Vec::new(),
        }
    }

    /// Whether its tokens are good.
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

    /// Remembers an attempt of the exchange that issued the current refresh token, so that the client can repeat it.
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
