//! The client that sent a request.

use std::net::IpAddr;

use crate::model::{Device, EmailKind, Locale, NewEmail};
use crate::rate_limit::client_of;

/// The number of characters of a `User-Agent` that a session keeps.
const MAX_USER_AGENT: usize = 256;

/// The client that sent a request.
#[derive(Clone, Debug)]
pub struct Client {
    /// The client's IP address.
    pub ip: IpAddr,
    /// The `User-Agent` header, as sent.
    pub user_agent: Option<String>,
    /// The languages of `Accept-Language`, the most preferred first.
    pub languages: Vec<Locale>,
}

impl Client {
    /// Returns what a session remembers of the client.
    #[must_use]
    pub fn device(&self) -> Device {
        let clean = |text: &String| {
            text.chars()
                .filter(|character| !character.is_control())
                .take(MAX_USER_AGENT)
                .collect()
        };
        Device {
            user_agent: self.user_agent.as_ref().map(clean),
            ip_address: Some(self.ip.to_canonical()),
        }
    }

    /// Creates an email to the account's own address that this request causes: it names the device
    /// and is in a language of the client, unless the account has chosen one.
    #[must_use]
    pub fn email(&self, kind: EmailKind) -> NewEmail {
        NewEmail::new(kind)
            .caused_by(self.device().origin())
            .in_languages(self.languages.iter().cloned())
    }

    /// Returns the name under which the client's attempts are counted.
    #[must_use]
    pub fn key(&self) -> String {
        client_of(self.ip)
    }
}
