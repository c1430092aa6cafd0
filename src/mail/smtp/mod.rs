//! Delivers emails through a mail server, always over TLS, each on a connection of its own.

mod dialogue;
mod error;
mod reply;
mod tls;

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::Arc;

use lettre::Address;
use lettre::transport::smtp::client::TlsParameters;
use lettre::transport::smtp::extension::ClientId;
use secrecy::SecretString;

use super::{EmailMessage, MailError};

pub(super) use dialogue::Dialogue;

pub use dialogue::AnswerTimeouts;
pub use error::SmtpError;
pub use reply::{Reply, Step};
pub use tls::TlsError;

/// The moment at which TLS starts. There is no variant without TLS: a code never crosses the
/// network in the clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// After `STARTTLS`; nothing is sent if the server does not offer it.
    StartTls,
    /// Together with the connection (RFC 8314).
    Implicit,
}

/// A mail server and its login.
#[derive(Clone, Debug)]
pub struct Relay {
    /// The server's name, which its certificate must carry.
    pub host: String,
    /// The server's port.
    pub port: u16,
    /// The moment at which TLS starts.
    pub tls: Tls,
    /// User and password, if the server asks for them.
    pub login: Option<(String, SecretString)>,
}

/// A mail server, with everything that a connection to it needs.
struct Server {
    relay: Relay,
    hello: ClientId,
    tls: TlsParameters,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.relay, f)
    }
}

/// Sends emails through one mail server.
#[derive(Clone, Debug)]
pub struct Smtp {
    server: Arc<Server>,
    timeouts: AnswerTimeouts,
}

impl Smtp {
    /// Creates a client that connects for each email, greets with the first full name of those
    /// given, and trusts the certificate authorities of a file or, without one, the system's.
    ///
    /// # Errors
    /// Returns an error if the host's name cannot appear on a certificate, or the file holds no
    /// certificates.
    pub fn new(
        relay: &Relay,
        names: &[&str],
        authorities: Option<&Path>,
    ) -> Result<Self, MailError> {
        let tls = tls::parameters(&relay.host, authorities).map_err(MailError::Refused)?;
        let server = Server {
            relay: relay.clone(),
            hello: greeting(names),
            tls,
        };
        Ok(Self {
            server: Arc::new(server),
            timeouts: AnswerTimeouts::DEFAULT,
        })
    }

    /// Replaces the time limits of the answers.
    #[must_use]
    pub const fn within(mut self, timeouts: AnswerTimeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    pub(super) async fn send(&self, mail: &EmailMessage) -> Result<Dialogue, MailError> {
        let dialogue = Dialogue::open(&self.server, self.timeouts).await?;
        Ok(dialogue.send(mail).await?)
    }

    /// Goes through the dialogue up to the sender, without a recipient.
    pub(super) async fn check(&self, from: &Address) -> Result<(), SmtpError> {
        let dialogue = Dialogue::open(&self.server, AnswerTimeouts::CHECK).await?;
        dialogue.try_sender(from).await
    }
}

/// Returns the name to greet with: a full one, or an address literal (RFC 5321, section 4.1.4). A
/// container's own name is no full one, and strict servers refuse it.
fn greeting(names: &[&str]) -> ClientId {
    let is_full = |name: &&&str| name.contains('.') && name.parse::<IpAddr>().is_err();
    names
        .iter()
        .find(is_full)
        .map_or(ClientId::Ipv4(Ipv4Addr::LOCALHOST), |name| {
            ClientId::Domain((*name).to_owned())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn greeting_uses_the_first_full_name() {
        let domain = |name: &str| ClientId::Domain(name.to_owned());
        assert_eq!(
            greeting(&["accounts.example.org", "example.org"]),
            domain("accounts.example.org")
        );
        assert_eq!(
            greeting(&["localhost", "example.org"]),
            domain("example.org")
        );
        assert_eq!(
            greeting(&["127.0.0.1", "example.org"]),
            domain("example.org")
        );
        let literal = ClientId::Ipv4(Ipv4Addr::LOCALHOST);
        assert_eq!(greeting(&["localhost", "server"]), literal);
    }
}
