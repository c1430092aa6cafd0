//! Delivers emails into memory, for tests.

use std::sync::{Arc, Mutex, PoisonError};

use super::{EmailMessage, MailError};
use crate::model::Delivery;

/// Keeps the emails that were sent, and answers as a test sets it to. Clones share both.
#[derive(Clone, Debug, Default)]
pub struct Memory(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    sent: Vec<Vec<u8>>,
    answer: Option<Delivery>,
    panics: bool,
}

impl Memory {
    /// Returns the accepted emails, as the bytes that would have been sent.
    #[must_use]
    pub fn sent(&self) -> Vec<Vec<u8>> {
        self.state(|state| state.sent.clone())
    }

    /// Sets the result of the next deliveries.
    pub fn answer(&self, delivery: Delivery) {
        self.state(|state| state.answer = Some(delivery));
    }

    /// Makes the next delivery panic.
    pub fn panic(&self) {
        self.state(|state| state.panics = true);
    }

    pub(super) fn send(&self, mail: EmailMessage) -> Result<(), MailError> {
        assert!(
            !self.state(|state| std::mem::take(&mut state.panics)),
            "as the test requested"
        );
        self.state(|state| match state.answer {
            None | Some(Delivery::Sent) => {
                state.sent.push(mail.bytes);
                Ok(())
            }
            Some(answer) => {
                let reason = "as the test requested".to_owned();
                Err(match answer {
                    Delivery::Unavailable => MailError::Unavailable(reason),
                    Delivery::Unproven => MailError::Unproven(reason),
                    Delivery::Refused => MailError::Refused(reason),
                    Delivery::Deferred | Delivery::Sent => MailError::Deferred(reason),
                })
            }
        })
    }

    fn state<T>(&self, read: impl FnOnce(&mut State) -> T) -> T {
        read(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
