//! The cookies: one holds the refresh token, one identifies a browser at its next login, one lets a
//! browser skip the second factor, and one recognizes a browser that comes back from a provider.

use std::time::Duration;

use secrecy::SecretString;

/// The lifetime of the device cookie.
const DEVICE_LIFETIME: Duration = Duration::from_hours(365 * 24);

/// The lifetime of the cookie by which a browser is recognized that comes back from a provider.
const PROVIDER_LIFETIME: Duration = Duration::from_mins(10);

/// The attributes of the cookies. They are `Secure` and named `__Host-`, except on a loopback
/// address over plain HTTP. The prefix keeps other hosts of the domain from setting them (RFC
/// 6265bis, section 4.1.3.2).
#[derive(Clone, Copy, Debug)]
pub struct Cookies {
    /// True if browsers may send the cookies over HTTPS only.
    pub secure: bool,
    /// The pages whose requests may carry the cookies.
    pub same_site: SameSite,
}

/// The `SameSite` attribute (RFC 6265bis, section 4.1.2.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameSite {
    /// Requests from pages of the same site.
    Strict,
    /// Also navigation from other sites.
    Lax,
    /// Requests from any page. The origins that may use the refresh cookie are listed all the same.
    None,
}

/// The refresh cookie of a request, and whether the request may use it.
#[derive(Clone, Debug)]
pub enum RefreshCookie {
    /// The request has no refresh cookie.
    Absent,
    /// The request has a refresh cookie, and comes from an origin that may use it.
    Trusted(SecretString),
    /// The request has a refresh cookie, but may have been made by another site.
    Untrusted,
}

impl Cookies {
    /// Returns the name of the refresh token's cookie.
    #[must_use]
    pub const fn refresh_name(self) -> &'static str {
        if self.secure {
            "__Host-latchkey_refresh"
        } else {
            "latchkey_refresh"
        }
    }

    /// Returns the name of the device token's cookie.
    #[must_use]
    pub const fn device_name(self) -> &'static str {
        if self.secure {
            "__Host-latchkey_device"
        } else {
            "latchkey_device"
        }
    }

    /// Returns the name of the cookie of a browser that skips the second factor.
    #[must_use]
    pub const fn trusted_browser_name(self) -> &'static str {
        if self.secure {
            "__Host-latchkey_trusted"
        } else {
            "latchkey_trusted"
        }
    }

    /// Returns the name of the cookie by which a browser is recognized that comes back from a provider.
    #[must_use]
    pub const fn provider_name(self) -> &'static str {
        if self.secure {
            "__Host-latchkey_provider"
        } else {
            "latchkey_provider"
        }
    }

    /// Returns the `Set-Cookie` header by which a browser is recognized that comes back from a
    /// provider. A provider is another site, so that a strict cookie would not come back.
    #[must_use]
    pub fn provider(self, value: &str) -> String {
        let lax = Self {
            same_site: SameSite::Lax,
            ..self
        };
        lax.set(self.provider_name(), value, PROVIDER_LIFETIME)
    }

    /// Returns the `Set-Cookie` header with a refresh token.
    pub(super) fn refresh(self, token: &str, lifetime: Duration) -> String {
        self.set(self.refresh_name(), token, lifetime)
    }

    /// Returns the `Set-Cookie` header with a device token.
    pub(super) fn device(self, token: &str) -> String {
        self.set(self.device_name(), token, DEVICE_LIFETIME)
    }

    /// Returns the `Set-Cookie` header with the token of a browser that skips the second factor.
    pub(super) fn trusted_browser(self, token: &str, lifetime: Duration) -> String {
        self.set(self.trusted_browser_name(), token, lifetime)
    }

    /// Returns the `Set-Cookie` header that deletes the refresh token's cookie.
    pub(super) fn clear_refresh(self) -> String {
        self.refresh("", Duration::ZERO)
    }

    fn set(self, name: &str, value: &str, lifetime: Duration) -> String {
        let seconds = lifetime.as_secs();
        let same_site = self.same_site.as_str();
        let secure = if self.secure { "; Secure" } else { "" };
        format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite={same_site}{secure}")
    }
}

impl SameSite {
    /// Returns the attribute's value.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Strict => "Strict",
            Self::Lax => "Lax",
            Self::None => "None",
        }
    }
}
