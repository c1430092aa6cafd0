//! The reason for which no email could be sent now, with what the operator has to change.

use lettre::Address;

use super::smtp::{SmtpError, Step, TlsError};

/// The reason for which no email could be sent now. Each text says what to change.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// No connection, or no answer.
    #[error("{0}; check host and port in LATCHKEY_MAIL")]
    Unreachable(SmtpError),
    /// The server says nothing where it should greet.
    #[error(
        "{0}; a port that expects TLS from the start, such as 465, needs smtps:// in LATCHKEY_MAIL"
    )]
    NoAnswer(SmtpError),
    /// The server offers no TLS.
    #[error(
        "the mail server offers no STARTTLS, and latchkey sends by TLS only: set LATCHKEY_MAIL to a server with TLS, or to \
         file: and a folder for development"
    )]
    NoTls,
    /// The port expects no TLS.
    #[error("{0}; a port that starts without TLS, such as 587, needs smtp:// in LATCHKEY_MAIL")]
    NotTls(SmtpError),
    /// TLS failed for another reason.
    #[error("{0}; check host, port and smtp:// or smtps:// in LATCHKEY_MAIL")]
    Tls(SmtpError),
    /// The certificate is for another host.
    #[error("{0}; set the host in LATCHKEY_MAIL to a name on the certificate")]
    WrongName(SmtpError),
    /// The certificate is not valid now.
    #[error("{0}; have the certificate renewed, or correct the clock of this machine")]
    Expired(SmtpError),
    /// The certificate's authority is not trusted.
    #[error(
        "{0}. Set LATCHKEY_MAIL_CA to a file with the certificate of its authority. Without it, the system's authorities are \
         trusted: those of SSL_CERT_FILE or SSL_CERT_DIR, else of the ca-certificates package, which slim images may lack"
    )]
    UnknownIssuer(SmtpError),
    /// The certificate is an authority's.
    #[error(
        "{0}; give the mail server a certificate with basicConstraints CA:FALSE, signed by that authority"
    )]
    IsAuthority(SmtpError),
    /// The server refused the greeting.
    #[error("{0}; it may refuse this client's address, or its name: see LATCHKEY_MAIL_EHLO")]
    Greeting(SmtpError),
    /// The server refused the login.
    #[error("the mail server refused the login: {0}; check user and password in LATCHKEY_MAIL")]
    Login(SmtpError),
    /// The server refused the sender.
    #[error(
        "the mail server refused the sender {sender}: {error}; set LATCHKEY_MAIL_FROM to one that it takes"
    )]
    Sender {
        /// The sender's address.
        sender: Address,
        /// The server's answer.
        error: SmtpError,
    },
    /// The folder cannot be used.
    #[error("{0}")]
    Folder(String),
}

impl ProbeError {
    /// Finds the setting that is behind an error.
    pub(super) fn new(error: SmtpError, sender: &Address) -> Self {
        match &error {
            SmtpError::NoStartTls => Self::NoTls,
            SmtpError::Tls(tls) => match tls {
                TlsError::WrongName(_) => Self::WrongName(error),
                TlsError::Expired(_) => Self::Expired(error),
                TlsError::UnknownIssuer(_) => Self::UnknownIssuer(error),
                TlsError::IsAuthority(_) => Self::IsAuthority(error),
                TlsError::NotTls(_) => Self::NotTls(error),
                TlsError::Other(_) => Self::Tls(error),
            },
            SmtpError::NoAnswer {
                step: Step::Greeting,
                ..
            } => Self::NoAnswer(error),
            SmtpError::Reply {
                step: Step::Greeting,
                ..
            } => Self::Greeting(error),
            SmtpError::Reply {
                step: Step::Tls, ..
            } => Self::Tls(error),
            SmtpError::Reply {
                step: Step::Login, ..
            }
            | SmtpError::Unsupported(_) => Self::Login(error),
            SmtpError::Reply { .. } => Self::Sender {
                sender: sender.clone(),
                error,
            },
            SmtpError::NoAnswer { .. } | SmtpError::Network { .. } => Self::Unreachable(error),
        }
    }
}
