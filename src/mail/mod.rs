//! Floor 1: letters and the three ways to send them.

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

/// A letter could not be sent. For the log: it names no address and no code.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The mail server could not be reached, or said "not now".
    #[error("not now: {0}")]
    Deferred(String),
    /// The letter cannot be made, or the mail server refused it for good.
    #[error("refused: {0}")]
    Refused(String),
}

impl MailError {
    /// What the error means for the letter.
    #[must_use]
    pub const fn delivery(&self) -> Delivery {
        match self {
            Self::Deferred(_) => Delivery::Deferred,
            Self::Refused(_) => Delivery::Refused,
        }
    }
}

/// The ways to send a letter.
#[derive(Clone, Debug)]
pub enum Transport {
    /// Through a mail server.
    Smtp(Smtp),
    /// Into a folder, as `.eml` files: for development.
    File(Folder),
    /// Into memory: for tests.
    Memory(Memory),
}

/// Makes letters and sends them.
#[derive(Clone, Debug)]
pub struct Mailer {
    /// Whom letters are from.
    pub from: Mailbox,
    /// The service's address, as recipients know it.
    pub public_url: String,
    /// How they are sent.
    pub transport: Transport,
}

/// A letter that is ready to be sent.
#[derive(Clone, Debug)]
pub struct EmailMessage {
    pub(crate) envelope: Envelope,
    pub(crate) id: String,
    pub(crate) bytes: Vec<u8>,
}

impl Mailer {
    /// Sends a letter to one address, with its code if it has one.
    ///
    /// # Errors
    /// When the letter cannot be made, or was not taken.
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

    /// Checks that letters could be sent now, without sending one.
    ///
    /// # Errors
    /// When the mail server cannot be reached or does not take the login, or the folder cannot be written to.
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

    /// Nothing in a letter is typed by anyone but us: no name, no title, so nothing can be injected into one.
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
        // So that nobody's holiday reply comes back (RFC 3834).
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
