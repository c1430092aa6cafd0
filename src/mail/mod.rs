//! Layer 1: emails and the three transports that deliver them.

mod file;
mod memory;
mod probe;
mod smtp;
mod text;

use std::time::{Duration, SystemTime};

use lettre::address::Envelope;
use lettre::message::Mailbox;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::{Address, Message};

use crate::model::{Delivery, Email, OutboxEmail};

pub use file::Folder;
pub use memory::Memory;
pub use probe::ProbeError;
pub use smtp::{Relay, Smtp, Tls};

/// An email could not be sent. Safe to log: the text names no address and no code.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The mail server could not be reached, or asked to try again later.
    #[error("not now: {0}")]
    Deferred(String),
    /// The message cannot be built, or the mail server refused it permanently.
    #[error("refused: {0}")]
    Refused(String),
}

impl MailError {
    /// Returns the delivery result that the error stands for.
    #[must_use]
    pub const fn delivery(&self) -> Delivery {
        match self {
            Self::Deferred(_) => Delivery::Deferred,
            Self::Refused(_) => Delivery::Refused,
        }
    }
}

/// The transports for emails.
#[derive(Clone, Debug)]
pub enum Transport {
    /// A mail server.
    Smtp(Smtp),
    /// A folder of `.eml` files, for development.
    File(Folder),
    /// Memory, for tests.
    Memory(Memory),
}

/// Builds emails and sends them.
#[derive(Clone, Debug)]
pub struct Mailer {
    /// The sender of every email.
    pub from: Mailbox,
    /// The service's public URL, as recipients know it.
    pub public_url: String,
    /// The transport that delivers the emails.
    pub transport: Transport,
}

/// An email that is ready to be sent.
#[derive(Clone, Debug)]
pub struct EmailMessage {
    pub(crate) envelope: Envelope,
    pub(crate) id: String,
    pub(crate) bytes: Vec<u8>,
}

impl Mailer {
    /// Sends an email to one address, with its code if it has one.
    ///
    /// # Errors
    /// Returns an error if the message cannot be built or was not accepted.
    pub async fn send(
        &self,
        to: &Email,
        message: &OutboxEmail,
        code: Option<&str>,
    ) -> Result<(), MailError> {
        let mail = self.compose(to, message, code)?;
        match &self.transport {
            Transport::Smtp(smtp) => smtp.send(&mail).await,
            Transport::File(folder) => folder.send(mail).await,
            Transport::Memory(memory) => memory.send(mail),
        }
    }

    /// Checks that emails can be sent, without sending one.
    ///
    /// # Errors
    /// Returns an error if the mail server cannot be reached, or refuses the login or the sender,
    /// or if the folder cannot be written.
    pub async fn check(&self) -> Result<(), ProbeError> {
        match &self.transport {
            Transport::Smtp(smtp) => smtp.check(&self.from.email).await,
            Transport::File(folder) => {
                let checked = folder.check().await;
                checked.map_err(|error| ProbeError::Folder(error.to_string()))
            }
            Transport::Memory(_) => Ok(()),
        }
    }

    /// Builds the message. The one text from a user in it is the account's name after a reset, in
    /// the body and without links, so nothing can be injected into a header.
    fn compose(
        &self,
        to: &Email,
        email: &OutboxEmail,
        code: Option<&str>,
    ) -> Result<EmailMessage, MailError> {
        let refused = |error: &dyn std::fmt::Display| MailError::Refused(error.to_string());
        let address: Address = to.as_str().parse().map_err(|error| refused(&error))?;
        let lifetime = email.written_at.until(email.expires_at);
        let (subject, body) = text::write(&email.kind, code, lifetime, &self.public_url);
        let sent = SystemTime::UNIX_EPOCH
            + Duration::from_millis(u64::try_from(email.written_at.millis()).unwrap_or(0));
        let mut message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, address))
            .message_id(Some(format!("<{}@{}>", email.id, self.from.email.domain())))
            .date(sent)
            .subject(subject)
            .header(ContentType::TEXT_PLAIN)
            .body(body)
            .map_err(|error| refused(&error))?;
        // Suppresses automatic replies (RFC 3834).
        let name = HeaderName::new_from_ascii_str("Auto-Submitted");
        message
            .headers_mut()
            .insert_raw(HeaderValue::new(name, "auto-generated".to_owned()));
        Ok(EmailMessage {
            envelope: message.envelope().clone(),
            id: email.id.to_string(),
            bytes: message.formatted(),
        })
    }
}
