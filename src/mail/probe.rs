//! Checks a mail server as a message would find it: up to the sender, without a recipient.

use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Mail, Rset};
use lettre::transport::smtp::extension::ClientId;
use secrecy::ExposeSecret;

use super::smtp::{Relay, TIMEOUT, Tls};

/// The reason for which no email could be sent now. Each text says what to change.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// No connection, or no answer.
    #[error("{0}; check host and port in LATCHKEY_MAIL")]
    Unreachable(String),
    /// The server offers no TLS.
    #[error(
        "the mail server offers no STARTTLS, and latchkey sends by TLS only: set LATCHKEY_MAIL to a server with TLS, or to \
         file: and a folder for development"
    )]
    NoTls,
    /// TLS failed, and not for want of trust.
    #[error(
        "no TLS with the mail server: {0}; check host, port and smtp:// or smtps:// in LATCHKEY_MAIL"
    )]
    Tls(String),
    /// The server's certificate is not trusted.
    #[error(
        "the mail server's certificate is not trusted: {0}. It must name the host in LATCHKEY_MAIL, and be from a \
         certificate authority of this system: those are read from SSL_CERT_FILE or SSL_CERT_DIR, else from where the \
         ca-certificates package puts them, which slim images may lack"
    )]
    Certificate(String),
    /// The server refused the login.
    #[error("the mail server refused the login: {0}; check user and password in LATCHKEY_MAIL")]
    Login(String),
    /// The server refused the sender.
    #[error(
        "the mail server refused the sender {sender}: {answer}; set LATCHKEY_MAIL_FROM to one that it takes"
    )]
    Sender {
        /// The sender's address.
        sender: Address,
        /// The server's answer.
        answer: String,
    },
    /// The folder cannot be used.
    #[error("{0}")]
    Folder(String),
}

/// Connects, greets, starts TLS, logs in, and names the sender. The transaction is reset: nothing
/// is sent.
pub(super) async fn probe(
    relay: &Relay,
    hello: &ClientId,
    from: &Address,
) -> Result<(), ProbeError> {
    let parameters = TlsParameters::new(relay.host.clone()).map_err(|error| tls(&error))?;
    let implicit = (relay.tls == Tls::Implicit).then(|| parameters.clone());
    let server = (relay.host.as_str(), relay.port);
    let mut connection =
        AsyncSmtpConnection::connect_tokio1(server, Some(TIMEOUT), hello, implicit, None)
            .await
            .map_err(|error| connecting(&error, relay.tls))?;
    if relay.tls == Tls::StartTls {
        if !connection.can_starttls() {
            connection.abort().await;
            return Err(ProbeError::NoTls);
        }
        let started = connection.starttls(parameters, hello).await;
        started.map_err(|error| tls(&error))?;
    }
    if let Some((user, password)) = &relay.login {
        let credentials = Credentials::new(user.clone(), password.expose_secret().to_owned());
        let mechanisms = [Mechanism::Plain, Mechanism::Login];
        let logged_in = connection.auth(&mechanisms, &credentials).await;
        logged_in.map_err(|error| ProbeError::Login(answer(&error)))?;
    }
    let named = connection
        .command(Mail::new(Some(from.clone()), Vec::new()))
        .await;
    named.map_err(|error| ProbeError::Sender {
        sender: from.clone(),
        answer: answer(&error),
    })?;
    // The check is done: what a server answers to these does not matter.
    _ = connection.command(Rset).await;
    _ = connection.quit().await;
    Ok(())
}

fn connecting(error: &Error, mode: Tls) -> ProbeError {
    if error.status().is_some() {
        return ProbeError::Unreachable(answer(error));
    }
    let text = error.to_string();
    let is_tls = [
        "certificate",
        "handshake",
        "InvalidContentType",
        "fatal alert",
    ]
    .iter()
    .any(|word| text.contains(word));
    if error.is_tls() || (mode == Tls::Implicit && is_tls) {
        tls(error)
    } else {
        ProbeError::Unreachable(text)
    }
}

fn tls(error: &Error) -> ProbeError {
    let text = error.to_string();
    if text.contains("certificate") || text.contains("UnknownIssuer") || text.contains("root") {
        ProbeError::Certificate(text)
    } else {
        ProbeError::Tls(text)
    }
}

/// Returns what a server answered, by its number: its text may quote an address.
fn answer(error: &Error) -> String {
    match error.status() {
        Some(code) => format!("it answered {code}"),
        None => error.to_string(),
    }
}
