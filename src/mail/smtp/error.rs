//! A dialogue with a mail server that did not end with an accepted email.

use std::error::Error as _;
use std::io;
use std::time::Duration;

use lettre::transport::smtp::Error;

use super::reply::{Reply, Step};
use super::tls::TlsError;
use crate::mail::MailError;
use crate::model::Delivery;

/// The reason for which a dialogue ended early. Safe to log: no text of the server is in it.
#[derive(Debug, thiserror::Error)]
pub enum SmtpError {
    /// The server refused a step.
    #[error("the mail server answered {reply} to {step}")]
    Reply {
        /// The refused step.
        step: Step,
        /// The server's reply.
        reply: Reply,
    },
    /// The server did not answer in time.
    #[error("the mail server took too long: no answer to {step} within {limit:?}")]
    NoAnswer {
        /// The step that was not answered.
        step: Step,
        /// The time limit.
        limit: Duration,
    },
    /// The connection could not be made, or broke.
    #[error("no connection with the mail server at {step}: {text}")]
    Network {
        /// The step at which it broke.
        step: Step,
        /// The system's reason.
        text: String,
    },
    /// The server offers no TLS.
    #[error("the mail server offers no STARTTLS")]
    NoStartTls,
    /// TLS failed.
    #[error("no TLS with the mail server: {0}")]
    Tls(TlsError),
    /// The server supports nothing that is needed for the email.
    #[error("the mail server cannot be used: {0}")]
    Unsupported(&'static str),
}

impl SmtpError {
    /// Converts an error of the SMTP library.
    pub(super) fn new(step: Step, error: &Error) -> Self {
        let source = error.source();
        if let Some(code) = error.status() {
            let text = source.map(ToString::to_string).unwrap_or_default();
            let reply = Reply::new(code.into(), &text);
            return Self::Reply { step, reply };
        }
        if let Some(tls) = source.and_then(TlsError::find) {
            return Self::Tls(tls);
        }
        if error.is_client() {
            return Self::Unsupported("it offers no login by user and password");
        }
        // The library's other texts may quote the server's reply.
        let text = match source.and_then(|it| it.downcast_ref::<io::Error>()) {
            Some(error) => error.to_string(),
            None if error.is_response() => "no SMTP reply".to_owned(),
            None => error.to_string(),
        };
        Self::Network { step, text }
    }

    /// Returns whether the dialogue is in order, so that `QUIT` can end it.
    pub(super) const fn is_reply(&self) -> bool {
        matches!(self, Self::Reply { .. })
    }

    fn delivery(&self) -> Delivery {
        match self {
            Self::Reply { step, reply } => reply.delivery(*step),
            // One recipient's server that hangs, or one email that breaks the connection.
            Self::NoAnswer { step, .. } | Self::Network { step, .. }
                if *step >= Step::Recipient =>
            {
                Delivery::Deferred
            }
            _ => Delivery::Unavailable,
        }
    }
}

impl From<SmtpError> for MailError {
    fn from(error: SmtpError) -> Self {
        let text = error.to_string();
        match error.delivery() {
            Delivery::Refused => Self::Refused(text),
            Delivery::Unproven => Self::Unproven(text),
            Delivery::Deferred => Self::Deferred(text),
            Delivery::Unavailable | Delivery::Sent => Self::Unavailable(text),
        }
    }
}
