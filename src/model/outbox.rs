//! Emails in an account's outbox: saved in the same write as the change that they announce, then
//! sent and removed by the worker.

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
    /// Wraps the sealed text.
    #[must_use]
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// Returns the sealed text.
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

/// The kind of an email, with its data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum EmailKind {
    /// The code that resets the password.
    PasswordResetCode(Sealed),
    /// The code that verifies the address of an account.
    VerificationCode(Sealed),
    /// The code that completes a sign-up.
    SignUpCode(Sealed),
    /// A sign-up was attempted with the address of an existing account.
    AlreadyRegistered,
    /// The password was changed or reset.
    PasswordChanged,
    /// The password was reset with a code. The email says when and under which name the account was
    /// created, so that an owner notices a stranger's sign-up.
    PasswordReset {
        /// The name that the account has.
        name: String,
        /// The time at which the account was created.
        created_at: Timestamp,
    },
    /// A login came from a device that was not seen before.
    NewDevice {
        /// The device's name, from a closed list.
        device: Option<String>,
        /// The IP address of the device.
        address: Option<IpAddr>,
    },
    /// A replaced refresh token was used again, so its session was ended.
    RefreshTokenReused,
}

impl EmailKind {
    /// Returns the name of the kind.
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

    /// Returns the code, if the email carries one.
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

/// An email that waits to be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OutboxEmail {
    /// The email's id, also in its Message-ID, so that a duplicate after a crash can be recognised.
    pub id: EmailId,
    /// The kind of email, with its data.
    pub kind: EmailKind,
    /// The time at which the email was written.
    pub written_at: Timestamp,
    /// The time from which the email is not worth sending, because its code has expired.
    pub expires_at: Timestamp,
    /// The number of delivery attempts.
    pub tries: u32,
    /// The time of the next delivery attempt; `None` once the email is parked for the operator to
    /// see.
    pub due_at: Option<Timestamp>,
}

/// The result of a delivery attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The mail server accepted the email.
    Sent,
    /// The delivery failed for now and is worth another attempt.
    Deferred,
    /// The mail server refused the email permanently.
    Refused,
}

impl OutboxEmail {
    /// The number of parked emails that an account keeps.
    pub const PARKED: usize = 5;

    /// Creates an email that is due at once.
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

    /// Returns whether the email should be sent now.
    #[must_use]
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.due_at.is_some_and(|due| due <= now)
    }

    /// Returns the delay before the next attempt: 5 s, doubled each time, up to a tenth of the
    /// email's lifetime or 15 minutes. `jitter` adds up to a quarter, so that emails that failed
    /// together are not tried together.
    #[must_use]
    pub fn backoff(&self, jitter: u8) -> Duration {
        let lifetime = self.written_at.until(self.expires_at).as_secs();
        let most = (lifetime / 10).clamp(5, 900);
        let base = (5_u64 << self.tries.saturating_sub(1).min(10)).min(most);
        Duration::from_millis(base * 1000 + base * u64::from(jitter) * 250 / 255)
    }

    /// Returns whether the email is parked: the mail server refused it, and it is not tried again
    /// by itself.
    #[must_use]
    pub const fn is_parked(&self) -> bool {
        self.due_at.is_none()
    }

    /// Makes a parked email due again, with its whole lifetime before it. An email whose code has
    /// expired stays as it is.
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
