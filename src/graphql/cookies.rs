//! The two cookies: the refresh token's, and the one by which a browser is known again when it logs in.

use std::time::Duration;

use secrecy::SecretString;

/// How long a browser is known again.
const DEVICE_LIFETIME: Duration = Duration::from_hours(365 * 24);

/// How cookies are written: `Secure` and `__Host-` everywhere but on a plain-http loopback address. `__Host-` keeps other
/// hosts of the domain from setting them (RFC 6265bis, section 4.1.3.2).
#[derive(Clone, Copy, Debug)]
pub struct Cookies {
    /// Whether browsers may send them by HTTPS only.
    pub secure: bool,
    /// Whether browsers may send them from other sites' pages.
    pub same_site: SameSite,
}

/// The `SameSite` attribute (RFC 6265bis, section 4.1.2.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameSite {
    /// From pages of the same site only.
    Strict,
    /// Also on navigation from other sites.
    Lax,
    /// From any page; the origins that may use them are listed all the same.
    None,
}

/// The refresh cookie of a request.
#[derive(Clone, Debug)]
pub enum Cookie {
    /// There is none.
    Absent,
    /// There is one, and the request comes from an origin that may use it.
    Trusted(SecretString),
    /// There is one, but the request may be another site's.
    Untrusted,
}

impl Cookies {
    /// The name of the refresh token's cookie.
    #[must_use]
    pub const fn refresh_name(self) -> &'static str {
        if self.secure {
            "__Host-latchkey_refresh"
        } else {
            "latchkey_refresh"
        }
    }

    /// The name of the device token's cookie.
    #[must_use]
    pub const fn device_name(self) -> &'static str {
        if self.secure {
            "__Host-latchkey_device"
        } else {
            "latchkey_device"
        }
    }

    /// The `Set-Cookie` header with a refresh token.
    pub(super) fn refresh(self, token: &str, lifetime: Duration) -> String {
        self.set(self.refresh_name(), token, lifetime)
    }

    /// The `Set-Cookie` header with a device token.
    pub(super) fn device(self, token: &str) -> String {
        self.set(self.device_name(), token, DEVICE_LIFETIME)
    }

    /// The `Set-Cookie` header that clears the refresh token's.
    pub(super) fn clear_refresh(self) -> String {
        self.refresh("", Duration::ZERO)
    }

    fn set(self, name: &str, value: &str, lifetime: Duration) -> String {
        let (seconds, same_site) = (lifetime.as_secs(), self.same_site);
        let secure = if self.secure { "; Secure" } else { "" };
        format!(
            "{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite={same_site:?}{secure}"
        )
    }
}
