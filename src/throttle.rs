//! Floor 1: how often what may be tried. The counts live in the store; the rules live here.

use std::net::IpAddr;
use std::time::Duration;

use crate::model::{Attempts, Timestamp, Wait};

/// What is counted, each under a key of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Budget {
    /// Wrong passwords for one address from one client: nobody elsewhere is locked out by them.
    LoginByAddressAndClient,
    /// Wrong passwords for any address from one client.
    LoginByClient,
    /// Wrong passwords for one address from anywhere.
    LoginByAddress,
    /// Wrong passwords for one account on one device that has logged in to it before. Instead of the other three: what
    /// strangers get wrong is not held against it.
    LoginByDevice,
    /// Wrong passwords for one account on all devices that have logged in to it before.
    LoginByKnownDevices,
    /// Wrong current passwords in one session that asks for a new one.
    ChangePasswordBySession,
    /// Codes that one client asks to have mailed to one address.
    MailByAddressAndClient,
    /// Codes that one client asks to have mailed to anyone.
    MailByClient,
    /// Codes mailed to one address, at first.
    MailByAddress,
    /// Codes mailed to one address after those.
    MailByAddressLater,
    /// Codes mailed to anyone for anyone who has an account.
    MailOverall,
    /// Codes of sign-ups mailed to anyone for anyone: made-up addresses must not keep people from their own accounts.
    SignupMailOverall,
    /// Sign-ups from one client.
    SignupByClient,
    /// Codes tried by one client.
    CodeByClient,
    /// Changes of one account's mobile number: each tells whether a number is taken.
    MobileNumberByAccount,
}

const MINUTES: u64 = 60;
const HOURS: u64 = 60 * MINUTES;

impl Budget {
    /// How many are let through in one window.
    #[must_use]
    pub const fn limit(self) -> u32 {
        match self {
            Self::LoginByAddressAndClient
            | Self::LoginByDevice
            | Self::ChangePasswordBySession
            | Self::MobileNumberByAccount => 10,
            Self::LoginByClient | Self::LoginByAddress | Self::LoginByKnownDevices => 100,
            Self::MailByAddressAndClient | Self::MailByAddress => 3,
            Self::MailByAddressLater => 1,
            Self::MailByClient => 20,
            Self::MailOverall | Self::SignupMailOverall => 1000,
            Self::SignupByClient | Self::CodeByClient => 30,
        }
    }

    /// How long a window is.
    #[must_use]
    pub const fn window(self) -> Duration {
        Duration::from_secs(match self {
            Self::LoginByAddressAndClient
            | Self::LoginByClient
            | Self::LoginByDevice
            | Self::ChangePasswordBySession
            | Self::CodeByClient => 15 * MINUTES,
            Self::MailByAddress => 24 * HOURS,
            Self::LoginByAddress
            | Self::LoginByKnownDevices
            | Self::MailByAddressAndClient
            | Self::MailByAddressLater
            | Self::MailByClient
            | Self::MailOverall
            | Self::SignupMailOverall
            | Self::SignupByClient
            | Self::MobileNumberByAccount => HOURS,
        })
    }

    /// The budget's part of a counter's key.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::LoginByAddressAndClient => "login-address-client",
            Self::LoginByClient => "login-client",
            Self::LoginByAddress => "login-address",
            Self::LoginByDevice => "login-device",
            Self::LoginByKnownDevices => "login-known-devices",
            Self::ChangePasswordBySession => "change-password-session",
            Self::MailByAddressAndClient => "mail-address-client",
            Self::MailByAddress => "mail-address",
            Self::MailByAddressLater => "mail-address-later",
            Self::MailOverall => "mail-overall",
            Self::SignupMailOverall => "signup-mail-overall",
            Self::MailByClient => "mail-client",
            Self::SignupByClient => "signup-client",
            Self::CodeByClient => "code-client",
            Self::MobileNumberByAccount => "mobile-number-account",
        }
    }

    /// Whether an attempt that was counted is within the budget.
    ///
    /// # Errors
    /// When it is not: how long to wait.
    pub fn judge(self, attempts: Attempts, now: Timestamp) -> Result<(), Wait> {
        if attempts.count <= self.limit() { Ok(()) } else { Err(Wait(now.until(attempts.resets_at))) }
    }
}

/// What counts as one client: an IPv4 address, or the /64 that an IPv6 network hands to one customer.
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
    fn the_last_one_within_the_limit_passes_and_the_next_waits() {
        let now = Timestamp::from_millis(0);
        let attempts = |count| Attempts { count, resets_at: now.plus(Duration::from_millis(1_500)) };
        let budget = Budget::MailByAddress;
        assert_eq!(budget.judge(attempts(3), now), Ok(()));
        assert_eq!(budget.judge(attempts(4), now).unwrap_err().seconds(), 2);
    }

    #[test]
    fn one_customer_is_one_client() {
        let client = |text: &str| client_of(text.parse().unwrap());
        assert_eq!(client("::ffff:192.0.2.1"), client("192.0.2.1"));
        assert_eq!(client("2001:db8:1:2::1"), client("2001:db8:1:2:ffff::9"));
        assert_ne!(client("2001:db8:1:2::1"), client("2001:db8:1:3::1"));
        assert_ne!(client("192.0.2.1"), client("192.0.2.2"));
    }
}
