//! Letters through a mail server, over TLS always.

use std::time::Duration;

use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls as LettreTls, TlsParameters};
use lettre::transport::smtp::{Error, PoolConfig};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use secrecy::{ExposeSecret, SecretString};

use super::{Composed, MailFault};

/// How long the server may take for each step.
const TIMEOUT: Duration = Duration::from_secs(20);

/// When TLS begins. There is no third way: a code never crosses the network in the clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// After `STARTTLS`, without which nothing is sent.
    StartTls,
    /// With the connection (RFC 8314).
    Implicit,
}

/// A mail server and the login there.
#[derive(Clone, Debug)]
pub struct Relay {
    /// Its name, which its certificate must carry.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// When TLS begins.
    pub tls: Tls,
    /// User and password, where it asks for them.
    pub login: Option<(String, SecretString)>,
}

/// A pool of connections to one mail server.
#[derive(Clone, Debug)]
pub struct Smtp(AsyncSmtpTransport<Tokio1Executor>);

impl Smtp {
    /// A pool that connects when there is a letter.
    ///
    /// # Errors
    /// When the host's name can be on no certificate.
    pub fn new(relay: &Relay) -> Result<Self, MailFault> {
        let parameters =
            TlsParameters::new(relay.host.clone()).map_err(|fault| MailFault::Refused(fault.to_string()))?;
        let tls = match relay.tls {
            Tls::StartTls => LettreTls::Required(parameters),
            Tls::Implicit => LettreTls::Wrapper(parameters),
        };
        let builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&relay.host)
            .port(relay.port)
            .tls(tls)
            .timeout(Some(TIMEOUT))
            .pool_config(PoolConfig::new().max_size(4));
        let builder = match &relay.login {
            Some((user, password)) => {
                builder.credentials(Credentials::new(user.clone(), password.expose_secret().to_owned()))
            }
            None => builder,
        };
        Ok(Self(builder.build()))
    }

    pub(super) async fn send(&self, mail: &Composed) -> Result<(), MailFault> {
        self.0.send_raw(&mail.envelope, &mail.bytes).await.map(drop).map_err(|fault| told(&fault))
    }

    pub(super) async fn check(&self) -> Result<(), MailFault> {
        match self.0.test_connection().await {
            Ok(true) => Ok(()),
            Ok(false) => Err(MailFault::Deferred("the mail server does not answer".to_owned())),
            Err(fault) => Err(told(&fault)),
        }
    }
}

/// A server's answer may quote the address, so only its number is kept. That the login was refused (530 to 538) says
/// nothing about the letter: it waits until the operator has mended the setting.
fn told(fault: &Error) -> MailFault {
    match fault.status() {
        Some(code) if fault.is_permanent() && !(530..=538).contains(&u16::from(code)) => {
            MailFault::Refused(format!("the mail server answered {code}"))
        }
        Some(code) => MailFault::Deferred(format!("the mail server answered {code}")),
        None if fault.is_tls() => MailFault::Deferred(format!("no TLS with the mail server: {fault}")),
        None => MailFault::Deferred(fault.to_string()),
    }
}
