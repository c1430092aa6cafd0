//! Layer 1: emails and the three transports that deliver them.

mod advice;
mod brand;
mod catalogue;
mod compose;
mod content;
mod dkim;
mod error;
mod file;
mod memory;
mod preview;
mod probe;
mod sample;
mod smtp;
mod templates;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use lettre::address::Envelope;
use lettre::message::Mailbox;

use crate::model::{Email, OutboxEmail, Timestamp};

pub use brand::{AppPages, Brand, CODE_PLACE};
pub use dkim::{Dkim, DkimError};
pub use error::MailError;
pub use file::Folder;
pub use memory::Memory;
pub use preview::{Preview, UnknownKind};
pub use probe::ProbeError;
pub use smtp::{AnswerTimeouts, Relay, Reply, Smtp, SmtpError, Step, Tls, TlsError};
pub use templates::{TemplateError, Templates};

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
    /// The templates and texts.
    pub templates: Arc<Templates>,
    /// The signature of the sender's domain.
    pub signature: Option<Arc<Dkim>>,
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
        now: Timestamp,
    ) -> Result<Accepted, MailError> {
        let mail = self.compose(to, message, code, now)?;
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
}
