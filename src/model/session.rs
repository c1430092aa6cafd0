//! Sessions: one per signed-in device.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Device, SessionId, Timestamp};

/// The maximum number of live sessions per account: one more ends the least recently used.
pub const MAX_SESSIONS: usize = 50;

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
    /// The time of the last refresh.
    pub last_used_at: Timestamp,
    /// The time at which the session ends unless it is refreshed.
    pub expires_at: Timestamp,
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
            last_used_at: now,
            expires_at,
        }
    }

    /// Returns whether the session's tokens are valid.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        now < self.expires_at
    }

    /// Returns the status of the refresh token with this generation.
    #[must_use]
    pub fn token_status(
        &self,
        generation: u32,
        now: Timestamp,
        policy: &SessionPolicy,
    ) -> TokenStatus {
        match self.generation.checked_sub(generation) {
            Some(0) => TokenStatus::Current,
            Some(1) if now < self.last_used_at.plus(policy.grace) => TokenStatus::Repeated,
            Some(_) => TokenStatus::Replaced,
            None => TokenStatus::Unknown,
        }
    }

    /// Makes the next refresh token the current one.
    pub fn rotate(&mut self, device: Device, now: Timestamp, policy: &SessionPolicy) {
        self.generation += 1;
        self.device = device;
        self.last_used_at = now;
        self.expires_at = now
            .plus(policy.idle)
            .min(self.created_at.plus(policy.absolute));
    }
}
