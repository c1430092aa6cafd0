//! Letters in an account's outbox: written with the change they tell of, sent and taken out by the worker.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{EmailId, Timestamp};

/// A secret encrypted under a key that is not in the store.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sealed(String);

impl Sealed {
    /// Sealed text.
    #[must_use]
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The sealed text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed(…)")
    }
}

/// What a letter tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum EmailKind {
    /// The code that resets the password.
    PasswordResetCode(Sealed),
    /// The code that proves the address of an account.
    VerificationCode(Sealed),
    /// The code that completes a sign-up.
    SignUpCode(Sealed),
    /// Somebody tried to sign up with the address of an account.
    AlreadyRegistered,
    /// The password was changed or reset.
    PasswordChanged,
    /// The password was reset with a code. Names the account's beginning, so that an owner notices a stranger's sign-up.
    PasswordReset {
        /// The name that the account has.
        name: String,
        /// When the account was made.
        created_at: Timestamp,
    },
    /// Somebody logged in on a device that was not seen before.
    NewDevice {
        /// Its name, from a closed list.
        device: Option<String>,
        /// The address it came from.
        address: Option<IpAddr>,
    },
    /// A refresh token that had been replaced was used again, so its session was ended.
    RefreshTokenReused,
}

impl EmailKind {
    /// What kind it is.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::PasswordResetCode(_) => "passwordResetCode",
            Self::VerificationCode(_) => "verificationCode",
            Self::SignUpCode(_) => "signUpCode",
            Self::AlreadyRegistered => "alreadyRegistered",
            Self::PasswordChanged => "passwordChanged",
            Self::PasswordReset { .. } => "passwordReset",
            Self::NewDevice { .. } => "newDevice",
            Self::RefreshTokenReused => "refreshTokenReused",
        }
    }

    /// The code in it, if it carries one.
    #[must_use]
    pub const fn code(&self) -> Option<&Sealed> {
        match self {
            Self::PasswordResetCode(code)
            | Self::VerificationCode(code)
            | Self::SignUpCode(code) => Some(code),
            Self::AlreadyRegistered
            | Self::PasswordChanged
            | Self::PasswordReset { .. }
            | Self::NewDevice { .. }
            | Self::RefreshTokenReused => None,
        }
    }
}

/// A letter that waits to be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OutboxEmail {
    /// Names it, also in its Message-ID, so that a second copy after a crash is seen to be one.
    pub id: EmailId,
    /// What it tells.
    pub kind: EmailKind,
    /// When it was written.
    pub written_at: Timestamp,
    /// After this it is not worth sending: its code is dead.
    pub expires_at: Timestamp,
    /// How often sending was tried.
    pub tries: u32,
    /// When to try (again); none once it is parked for the operator to see.
    pub due_at: Option<Timestamp>,
}

/// What became of sending a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The mail server took it.
    Sent,
    /// Not now; worth another try.
    Deferred,
    /// Never: the mail server refused it for good.
    Refused,
}

impl OutboxEmail {
    /// How many parked letters an account keeps.
    pub const PARKED: usize = 5;

    /// A letter that is due at once.
    #[must_use]
    pub fn new(id: EmailId, kind: EmailKind, now: Timestamp, lifetime: Duration) -> Self {
        Self {
            id,
            kind,
            written_at: now,
            expires_at: now.plus(lifetime),
            tries: 0,
            due_at: Some(now),
        }
    }

    /// Whether it should be sent now.
    #[must_use]
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.due_at.is_some_and(|due| due <= now)
    }

    /// Returns how long to wait before the next try: 5 s, doubled each time, up to a tenth of the email's lifetime or 15
    /// minutes. `jitter` adds up to a quarter, so that emails that failed together are not tried together.
    #[must_use]
    pub fn backoff(&self, jitter: u8) -> Duration {
        let lifetime = self.written_at.until(self.expires_at).as_secs();
        let most = (lifetime / 10).clamp(5, 900);
        let base = (5_u64 << self.tries.saturating_sub(1).min(10)).min(most);
        Duration::from_millis(base * 1000 + base * u64::from(jitter))
    }

    /// Returns whether the email is parked: the mail server refused it, and it is not tried again by itself.
    #[must_use]
    pub const fn is_parked(&self) -> bool {
        self.due_at.is_none()
    }

    /// Makes a parked email due again, with its whole lifetime before it. An email whose code has expired stays as it is.
    pub fn retry(&mut self, now: Timestamp) -> bool {
        if !self.is_parked() || (self.kind.code().is_some() && now >= self.expires_at) {
            return false;
        }
        if self.kind.code().is_none() {
            let lifetime = self.written_at.until(self.expires_at);
            self.expires_at = now.plus(lifetime);
        }
        self.tries = 0;
        self.due_at = Some(now);
        true
    }
}
