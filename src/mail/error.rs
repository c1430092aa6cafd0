//! The reasons for which an email was not sent, by what they say about it.

use crate::model::Delivery;

/// An email could not be sent. Safe to log: the text names no address and no code.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// This email, or its recipient, is not accepted for now.
    #[error("not now: {0}")]
    Deferred(String),
    /// No email can be sent until the mail server is back, or the operator has corrected something.
    #[error("not now: {0}")]
    Unavailable(String),
    /// The server refused the recipient with a number alone, which may also be about the client,
    /// the greeting or the sender.
    #[error("not now: {0}")]
    Unproven(String),
    /// The message cannot be built, or the mail server refused its recipient or its content for
    /// good.
    #[error("refused: {0}")]
    Refused(String),
}

impl MailError {
    /// Returns the delivery result that the error stands for.
    #[must_use]
    pub const fn delivery(&self) -> Delivery {
        match self {
            Self::Deferred(_) => Delivery::Deferred,
            Self::Unavailable(_) => Delivery::Unavailable,
            Self::Unproven(_) => Delivery::Unproven,
            Self::Refused(_) => Delivery::Refused,
        }
    }
}
