//! Delivers emails through a mail server, always over TLS.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls as LettreTls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::{Error, PoolConfig};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use secrecy::{ExposeSecret, SecretString};

use super::probe::{ProbeError, probe};
use super::{EmailMessage, MailError};

/// The time limit for each SMTP step.
pub(super) const TIMEOUT: Duration = Duration::from_secs(20);

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

/// A pool of connections to one mail server.
#[derive(Clone, Debug)]
pub struct Smtp {
    pool: AsyncSmtpTransport<Tokio1Executor>,
    relay: Relay,
    hello: ClientId,
}

impl Smtp {
    /// Creates a pool that connects when an email is to be sent, and greets with the first full
    /// name of those given.
    ///
    /// # Errors
    /// Returns an error if the host's name cannot appear on a certificate.
    pub fn new(relay: &Relay, names: &[&str]) -> Result<Self, MailError> {
        let hello = greeting(names);
        let parameters = TlsParameters::new(relay.host.clone())
            .map_err(|error| MailError::Refused(error.to_string()))?;
        let tls = match relay.tls {
            Tls::StartTls => LettreTls::Required(parameters),
            Tls::Implicit => LettreTls::Wrapper(parameters),
        };
        let builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&relay.host)
            .port(relay.port)
            .tls(tls)
            .hello_name(hello.clone())
            .timeout(Some(TIMEOUT))
            .pool_config(PoolConfig::new().max_size(4));
        let builder = match &relay.login {
            Some((user, password)) => builder.credentials(Credentials::new(
                user.clone(),
                password.expose_secret().to_owned(),
            )),
            None => builder,
        };
        Ok(Self {
            pool: builder.build(),
            relay: relay.clone(),
            hello,
        })
    }

    pub(super) async fn send(&self, mail: &EmailMessage) -> Result<(), MailError> {
        self.pool
            .send_raw(&mail.envelope, &mail.bytes)
            .await
            .map(drop)
            .map_err(|error| delivery_error(&error))
    }

    pub(super) async fn check(&self, from: &Address) -> Result<(), ProbeError> {
        probe(&self.relay, &self.hello, from).await
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

/// Converts an SMTP error. A server's answer may quote the recipient, so only its number is kept. A
/// refused login (530 to 538) is no property of the email, which waits until the operator has
/// corrected the setting.
fn delivery_error(error: &Error) -> MailError {
    match error.status() {
        Some(code) if error.is_permanent() && !(530..=538).contains(&u16::from(code)) => {
            MailError::Refused(format!("the mail server answered {code}"))
        }
        Some(code) => MailError::Deferred(format!("the mail server answered {code}")),
        None if error.is_tls() => {
            MailError::Deferred(format!("no TLS with the mail server: {error}"))
        }
        None => MailError::Deferred(error.to_string()),
    }
}
