//! Emails in an account's outbox: saved in the same write as the change that they announce, then
//! sent and removed by the worker.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Email, EmailId, EmailKind, Locale, NewEmail, Origin, Timestamp};

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

/// An email that waits to be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OutboxEmail {
    /// The email's id, also in its Message-ID, so that a duplicate after a crash can be recognised.
    pub id: EmailId,
    /// The kind of email, with its facts.
    pub kind: EmailKind,
    /// The recipient, if it is not the account's address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Email>,
    /// The device that caused the email.
    #[serde(default)]
    pub origin: Origin,
    /// The languages of the recipient, the most preferred first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<Locale>,
    /// The time at which the email was written.
    pub written_at: Timestamp,
    /// The time from which the email is not worth sending, because its code has expired.
    pub expires_at: Timestamp,
    /// The number of delivery attempts.
    pub tries: u32,
    /// The time of the next delivery attempt; `None` once the email is parked for the operator to
    /// see.
    pub due_at: Option<Timestamp>,
    /// The reason for which the last attempt failed. It names no address and no code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// The time at which the mail server first refused the recipient in a way that may also be
    /// about the sender.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused_at: Option<Timestamp>,
}

/// The result of a delivery attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The mail server accepted the email.
    Sent,
    /// The delivery failed for now and is worth another attempt.
    Deferred,
    /// No email can be delivered for now.
    Unavailable,
    /// The mail server refused the recipient in a way that may also be about the sender.
    Unproven,
    /// The mail server refused the email permanently.
    Refused,
}

impl Delivery {
    /// Returns the name for measurements.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Deferred => "deferred",
            Self::Unavailable => "unavailable",
            Self::Unproven => "unproven",
            Self::Refused => "refused",
        }
    }
}

impl OutboxEmail {
    /// The number of parked emails that an account keeps.
    pub const PARKED: usize = 5;

    /// Creates an email that is due at once.
    #[must_use]
    pub fn new(id: EmailId, email: NewEmail, now: Timestamp, lifetime: Duration) -> Self {
        Self {
            id,
            kind: email.kind,
            to: email.to,
            origin: email.origin,
            languages: email.languages,
            written_at: now,
            expires_at: now.plus(lifetime),
            tries: 0,
            due_at: Some(now),
            last_error: None,
            refused_at: None,
        }
    }

    /// Returns whether the email is still worth sending: a code only while its user has time to
    /// enter it.
    #[must_use]
    pub fn is_worth_sending(&self, now: Timestamp) -> bool {
        let lead = if self.kind.code().is_some() {
            self.lifetime() / 20
        } else {
            Duration::ZERO
        };
        now.plus(lead) < self.expires_at
    }

    /// Returns the time of the next attempt after one that failed; `None` if that was the last one
    /// worth making. The last attempt with a code leaves a tenth of its lifetime.
    #[must_use]
    pub fn next_attempt(&self, now: Timestamp, jitter: u8) -> Option<Timestamp> {
        let next = now.plus(self.backoff(jitter));
        if self.kind.code().is_none() {
            return Some(next).filter(|next| *next < self.expires_at);
        }
        let last = self.written_at.plus(self.lifetime() * 9 / 10);
        (now < last).then(|| next.min(last))
    }

    fn lifetime(&self) -> Duration {
        self.written_at.until(self.expires_at)
    }

    /// Returns the recipient, given the address of the account.
    #[must_use]
    pub fn recipient<'a>(&'a self, account: &'a Email) -> &'a Email {
        self.to.as_ref().unwrap_or(account)
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
        let most = (self.lifetime().as_secs() / 10).clamp(5, 900);
        let base = (5_u64 << self.tries.saturating_sub(1).min(10)).min(most);
        Duration::from_millis(base * 1000 + base * u64::from(jitter) * 250 / 255)
    }

    /// Returns whether the email is parked: the mail server refused it, and it is not tried again
    /// by itself.
    #[must_use]
    pub const fn is_parked(&self) -> bool {
        self.due_at.is_none()
    }

    /// Makes a parked email due again, with its whole lifetime before it. An email whose code is
    /// not worth sending stays as it is.
    pub fn retry(&mut self, now: Timestamp) -> bool {
        let has_secret = self.kind.secret().is_some();
        if !self.is_parked() || (has_secret && !self.is_worth_sending(now)) {
            return false;
        }
        if !has_secret {
            self.expires_at = now.plus(self.lifetime());
        }
        self.tries = 0;
        self.due_at = Some(now);
        self.refused_at = None;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Rng;

    const START: Timestamp = Timestamp::from_millis(1_795_339_800_000);

    fn at(seconds: u64) -> Timestamp {
        START.plus(Duration::from_secs(seconds))
    }

    fn email(kind: EmailKind, seconds: u64) -> OutboxEmail {
        let id = EmailId::new(START, &Rng::system());
        OutboxEmail::new(id, kind.into(), START, Duration::from_secs(seconds))
    }

    /// Returns the seconds at which an email is tried while the mail server is away.
    fn attempts(mut email: OutboxEmail, jitter: u8) -> Vec<u64> {
        let mut attempts = Vec::new();
        while let Some(due) = email.due_at {
            attempts.push(START.until(due).as_secs());
            email.tries += 1;
            email.due_at = email.next_attempt(due, jitter);
        }
        attempts
    }

    #[test]
    fn code_is_tried_until_little_lifetime_is_left() {
        for jitter in [0, 128, 255] {
            let code = EmailKind::PasswordResetCode(Sealed::new(String::new()));
            let attempts = attempts(email(code, 600), jitter);
            assert_eq!(attempts.last(), Some(&540), "{attempts:?}");
            assert!(attempts.len() >= 11, "{attempts:?}");
            let longest = attempts.windows(2).map(|pair| pair[1] - pair[0]).max();
            assert!(longest <= Some(75), "{attempts:?}");
        }
    }

    #[test]
    fn notice_is_tried_for_three_days_and_not_longer() {
        let lifetime = 3 * 24 * 60 * 60;
        let attempts = attempts(email(EmailKind::PasswordChanged, lifetime), 0);
        let last = attempts.last().copied().unwrap_or_default();
        assert!((lifetime - 900..lifetime).contains(&last), "{last}");
    }

    #[test]
    fn code_about_to_expire_is_not_worth_sending() {
        let code = email(EmailKind::SignUpCode(Sealed::new(String::new())), 600);
        assert!(code.is_worth_sending(at(569)));
        assert!(!code.is_worth_sending(at(570)));
        let notice = email(EmailKind::PasswordChanged, 600);
        assert!(notice.is_worth_sending(at(599)));
        assert!(!notice.is_worth_sending(at(600)));
    }
}
