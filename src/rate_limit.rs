//! Layer 1: rate limits. The store keeps the counts; this module has the rules.

use std::net::IpAddr;
use std::time::Duration;

use crate::model::{Attempts, Timestamp, Wait};

/// The limits, each with counters of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RateLimit {
    /// Wrong passwords for one email address from one client, so that other clients are not locked
    /// out by them.
    LoginByEmailAndClient,
    /// Wrong passwords for any email address from one client.
    LoginByClient,
    /// Wrong passwords for one email address from any client.
    LoginByEmail,
    /// Wrong passwords for one account on one device that has logged in to it before. Replaces the
    /// three limits above, so that the wrong guesses of strangers are not counted against it.
    LoginByDevice,
    /// Wrong passwords for one account on all devices that have logged in to it before.
    LoginByKnownDevices,
    /// Wrong current passwords in one session that changes its password.
    ChangePasswordBySession,
    /// Wrong proofs in one session that proves its user again.
    ReauthenticateBySession,
    /// Codes that one client has sent to one email address.
    MailByEmailAndClient,
    /// Codes that one client has sent to any address.
    MailByClient,
    /// Codes sent to one email address, short window.
    MailByEmail,
    /// Codes sent to one email address, long window.
    MailByEmailLater,
    /// Codes sent to all addresses that have an account.
    MailOverall,
    /// Codes for sign-ups sent to all addresses: invented addresses must not keep people from their
    /// own accounts.
    SignupMailOverall,
    /// Sign-ups from one client.
    SignupByClient,
    /// Codes that one client tries.
    CodeByClient,
    /// Wrong proofs of one account's second factor on devices that have not signed in to it before.
    FactorByAccount,
    /// Wrong proofs of one account's second factor on one device that has signed in to it before.
    FactorByDevice,
    /// Wrong proofs of one account's second factor on all devices that have signed in to it before.
    FactorByKnownDevices,
    /// First codes of authenticator apps that are set up in one account.
    FactorSetupByAccount,
    /// Uses of passkeys that one client begins.
    PasskeyStartByClient,
    /// Wrong answers of authenticators from one client.
    PasskeyByClient,
    /// Changes of one account's mobile number, each of which reveals whether a number is taken.
    MobileNumberByAccount,
    /// Exports of one account's data.
    ExportByAccount,
    /// Sign-ins at providers that one client starts.
    ProviderByClient,
    /// Wrong codes that link an account at a provider to the account of one email address.
    LinkByEmail,
}

/// The key of a counter: a limit, and the subject whose attempts are counted.
#[derive(Clone, Debug)]
pub struct Key<'a> {
    /// The limit.
    pub limit: RateLimit,
    /// The parts of the subject, such as an email address and a client.
    pub subject: Vec<&'a str>,
}

impl<'a> Key<'a> {
    /// Creates the key of a limit and a subject.
    #[must_use]
    pub fn new(limit: RateLimit, subject: &[&'a str]) -> Self {
        Self {
            limit,
            subject: subject.to_vec(),
        }
    }
}

const MINUTES: u64 = 60;
const HOURS: u64 = 60 * MINUTES;

impl RateLimit {
    /// Returns the number of attempts allowed in one window.
    #[must_use]
    pub const fn limit(self) -> u32 {
        match self {
            Self::LoginByEmailAndClient
            | Self::LoginByDevice
            | Self::ChangePasswordBySession
            | Self::ReauthenticateBySession
            | Self::FactorByDevice
            | Self::MobileNumberByAccount
            | Self::ExportByAccount => 10,
            Self::FactorByKnownDevices => 50,
            Self::LoginByClient
            | Self::LoginByEmail
            | Self::LoginByKnownDevices
            | Self::ProviderByClient
            | Self::PasskeyByClient => 100,
            Self::MailByEmailAndClient | Self::MailByEmail => 3,
            Self::MailByEmailLater => 1,
            Self::MailByClient | Self::FactorByAccount | Self::LinkByEmail => 20,
            Self::MailOverall | Self::SignupMailOverall | Self::PasskeyStartByClient => 1000,
            Self::SignupByClient | Self::CodeByClient | Self::FactorSetupByAccount => 30,
        }
    }

    /// Returns the length of the window.
    #[must_use]
    pub const fn window(self) -> Duration {
        Duration::from_secs(match self {
            Self::LoginByEmailAndClient
            | Self::LoginByClient
            | Self::LoginByDevice
            | Self::ChangePasswordBySession
            | Self::ReauthenticateBySession
            | Self::PasskeyStartByClient
            | Self::PasskeyByClient
            | Self::CodeByClient => 15 * MINUTES,
            Self::MailByEmail
            | Self::FactorByAccount
            | Self::FactorByKnownDevices
            | Self::LinkByEmail => 24 * HOURS,
            Self::LoginByEmail
            | Self::LoginByKnownDevices
            | Self::MailByEmailAndClient
            | Self::MailByEmailLater
            | Self::MailByClient
            | Self::MailOverall
            | Self::SignupMailOverall
            | Self::SignupByClient
            | Self::FactorByDevice
            | Self::FactorSetupByAccount
            | Self::MobileNumberByAccount
            | Self::ExportByAccount
            | Self::ProviderByClient => HOURS,
        })
    }

    /// Returns the limit's part of a counter's key.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::LoginByEmailAndClient => "login-email-client",
            Self::LoginByClient => "login-client",
            Self::LoginByEmail => "login-email",
            Self::LoginByDevice => "login-device",
            Self::LoginByKnownDevices => "login-known-devices",
            Self::ChangePasswordBySession => "change-password-session",
            Self::ReauthenticateBySession => "reauthenticate-session",
            Self::MailByEmailAndClient => "mail-email-client",
            Self::MailByEmail => "mail-email",
            Self::MailByEmailLater => "mail-email-later",
            Self::MailOverall => "mail-overall",
            Self::SignupMailOverall => "signup-mail-overall",
            Self::MailByClient => "mail-client",
            Self::SignupByClient => "signup-client",
            Self::CodeByClient => "code-client",
            Self::FactorByAccount => "factor-account",
            Self::FactorByDevice => "factor-device",
            Self::FactorByKnownDevices => "factor-known-devices",
            Self::FactorSetupByAccount => "factor-setup-account",
            Self::PasskeyStartByClient => "passkey-start-client",
            Self::PasskeyByClient => "passkey-client",
            Self::MobileNumberByAccount => "mobile-number-account",
            Self::ExportByAccount => "export-account",
            Self::ProviderByClient => "provider-client",
            Self::LinkByEmail => "link-email",
        }
    }

    /// Checks that an attempt that was counted is within the limit.
    ///
    /// # Errors
    /// Returns the time to wait if the limit is exceeded.
    pub fn evaluate(self, attempts: Attempts, now: Timestamp) -> Result<(), Wait> {
        if attempts.count <= self.limit() {
            Ok(())
        } else {
            Err(Wait(now.until(attempts.resets_at)))
        }
    }
}

/// Returns the client that an address counts as: an IPv4 address, or the /64 that an IPv6 network
/// assigns to one customer.
#[must_use]
pub fn client_of(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_attempt_within_limit_passes_and_next_waits() {
        let now = Timestamp::from_millis(0);
        let attempts = |count| Attempts {
            count,
            resets_at: now.plus(Duration::from_millis(1_500)),
        };
        let limit = RateLimit::MailByEmail;
        assert_eq!(limit.evaluate(attempts(3), now), Ok(()));
        assert_eq!(limit.evaluate(attempts(4), now).unwrap_err().seconds(), 2);
    }

    #[test]
    fn addresses_of_one_customer_count_as_one_client() {
        let client = |text: &str| client_of(text.parse().unwrap());
        assert_eq!(client("::ffff:192.0.2.1"), client("192.0.2.1"));
        assert_eq!(client("2001:db8:1:2::1"), client("2001:db8:1:2:ffff::9"));
        assert_ne!(client("2001:db8:1:2::1"), client("2001:db8:1:3::1"));
        assert_ne!(client("192.0.2.1"), client("192.0.2.2"));
    }
}
