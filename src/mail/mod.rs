//! Layer 1: emails and the three transports that deliver them.

mod error;
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

use crate::model::{Email, OutboxEmail};

pub use error::MailError;
pub use file::Folder;
pub use memory::Memory;
pub use probe::ProbeError;
pub use smtp::{AnswerTimeouts, Relay, Reply, Smtp, SmtpError, Step, Tls, TlsError};

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

/// An email that was accepted, with the connection that it took.
#[must_use = "the connection is still open"]
pub struct Accepted(Option<smtp::Dialogue>);

impl Accepted {
    /// Ends the dialogue with the mail server, which changes nothing for the email.
    pub async fn close(self) {
        if let Some(dialogue) = self.0 {
            dialogue.quit().await;
        }
    }
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
    ) -> Result<Accepted, MailError> {
        let mail = self.compose(to, message, code)?;
        let dialogue = match &self.transport {
            Transport::Smtp(smtp) => Some(smtp.send(&mail).await?),
            Transport::File(folder) => {
                folder.send(mail).await?;
                None
            }
            Transport::Memory(memory) => {
                memory.send(mail)?;
                None
            }
        };
        Ok(Accepted(dialogue))
    }

    /// Returns an email as it would be sent now.
    ///
    /// # Errors
    /// Returns an error if the message cannot be built.
    pub fn preview(
        &self,
        to: &Email,
        message: &OutboxEmail,
        code: Option<&str>,
    ) -> Result<String, MailError> {
        let mail = self.compose(to, message, code)?;
        Ok(String::from_utf8_lossy(&mail.bytes).replace("\r\n", "\n"))
    }

    /// Checks that emails can be sent, without sending one.
    ///
    /// # Errors
    /// Returns an error if the mail server cannot be reached, or refuses the login or the sender,
    /// or if the folder cannot be written.
    pub async fn check(&self) -> Result<(), ProbeError> {
        match &self.transport {
            Transport::Smtp(smtp) => {
                let from = &self.from.email;
                let checked = smtp.check(from).await;
                checked.map_err(|error| ProbeError::new(error, from))
            }
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
        let (subject, body) = text::write(email, code, lifetime, &self.public_url);
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
