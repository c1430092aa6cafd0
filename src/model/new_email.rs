//! Emails as an operation writes them: the kind, the recipient, the device and the languages.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::{Email, EmailKind, Locale, ip_text};

/// The device that caused an email, as far as its request described it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Origin {
    /// The browser, from a closed list.
    pub browser: Option<String>,
    /// The operating system or the kind of device, from a closed list.
    pub system: Option<String>,
    /// The IP address.
    #[serde(default, with = "ip_text")]
    pub ip_address: Option<IpAddr>,
}

/// An email that an operation puts into an account's outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEmail {
    pub(super) kind: EmailKind,
    pub(super) to: Option<Email>,
    pub(super) origin: Origin,
    pub(super) languages: Vec<Locale>,
}

impl NewEmail {
    /// Creates an email to the account's own address that no request has caused. Operations with a
    /// client use `Client::email`.
    #[must_use]
    pub const fn new(kind: EmailKind) -> Self {
        Self {
            kind,
            to: None,
            origin: Origin {
                browser: None,
                system: None,
                ip_address: None,
            },
            languages: Vec::new(),
        }
    }

    /// Sends the email to another address than the account's present one.
    #[must_use]
    pub fn to(mut self, address: Email) -> Self {
        self.to = Some(address);
        self
    }

    /// Says from which device the request came.
    #[must_use]
    pub fn caused_by(mut self, origin: Origin) -> Self {
        self.origin = origin;
        self
    }

    /// Adds languages that the recipient reads, the most preferred first. The account's own locale
    /// comes before them.
    #[must_use]
    pub fn in_languages(mut self, languages: impl IntoIterator<Item = Locale>) -> Self {
        self.languages.extend(languages);
        self
    }

    /// Puts a language before all others, if there is one.
    #[must_use]
    pub fn preferring(mut self, locale: Option<Locale>) -> Self {
        self.languages.splice(0..0, locale);
        self
    }

    /// Returns an email of another kind to the same recipient, from the same request.
    #[must_use]
    pub fn with_kind(self, kind: EmailKind) -> Self {
        Self { kind, ..self }
    }
}

impl From<EmailKind> for NewEmail {
    fn from(kind: EmailKind) -> Self {
        Self::new(kind)
    }
}
