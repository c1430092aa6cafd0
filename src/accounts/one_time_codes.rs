//! One-time codes and sign-up tickets: generated here, stored as keyed digests, emailed from sealed
//! text.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString};

use super::signup::Application;
use super::{Policy, RequestAttempt};
use crate::model::{AccountId, Code, Digest, Email, Rng, Sealed, Timestamp, UndoToken};
use crate::token::{Purpose, Secret};

/// A new code in the two forms that are stored. The code itself is not stored.
pub(super) struct GeneratedCode {
    pub(super) digest: Digest,
    pub(super) sealed: Sealed,
}

/// A new ticket: its text for the client, its digest for the account.
pub(super) struct GeneratedTicket {
    pub(super) text: SecretString,
    pub(super) digest: Digest,
}

/// A new token that takes a change of the address back.
pub(super) struct GeneratedUndo {
    pub(super) digest: Digest,
    pub(super) sealed: Sealed,
}

impl GeneratedUndo {
    /// Returns the stored form of the token, which is valid until a time.
    pub(super) fn until(&self, until: Timestamp) -> UndoToken {
        UndoToken {
            digest: self.digest.clone(),
            until,
        }
    }
}

/// The digits of a code that a user entered.
pub(super) struct TypedCode(SecretString);

impl TypedCode {
    /// Parses a code as typed. Returns `None` for a text that cannot be a code: no code's tries are
    /// spent on it.
    pub(super) fn parse(typed: &SecretString) -> Option<Self> {
        Code::digits_of(typed.expose_secret()).map(|digits| Self(digits.into()))
    }
}

/// Generates codes and tickets, and computes their keyed digests.
pub(super) struct OneTimeCodes {
    secret: Secret,
    rng: Rng,
    lifetime: Duration,
}

impl OneTimeCodes {
    pub(super) const fn new(secret: Secret, rng: Rng, policy: &Policy) -> Self {
        Self {
            secret,
            rng,
            lifetime: policy.code_lifetime,
        }
    }

    /// Returns how long a code is valid.
    pub(super) const fn lifetime(&self) -> Duration {
        self.lifetime
    }

    /// Generates a code for one purpose and one email address.
    pub(super) fn generate(&self, purpose: Purpose, email: &Email) -> GeneratedCode {
        let code = TypedCode(self.rng.digits(Code::LENGTH).into());
        GeneratedCode {
            digest: self.digest(purpose, email, &code),
            sealed: self.secret.seal(code.0.expose_secret(), &self.rng),
        }
    }

    /// Returns the stored form of a code that is valid from now on.
    pub(super) fn issue(&self, code: &GeneratedCode, now: Timestamp) -> Code {
        Code::new(code.digest.clone(), now, self.lifetime)
    }

    /// Computes the keyed digest of a code.
    pub(super) fn digest(&self, purpose: Purpose, email: &Email, code: &TypedCode) -> Digest {
        let parts = [email.as_str().as_bytes(), code.0.expose_secret().as_bytes()];
        self.secret.digest(purpose, &parts)
    }

    /// Encrypts a text with this server's secret.
    pub(super) fn seal(&self, plain: &str) -> Sealed {
        self.secret.seal(plain, &self.rng)
    }

    /// Decrypts the code of a queued email. Returns `None` if it was sealed with another secret.
    pub(super) fn unseal(&self, sealed: &Sealed) -> Option<String> {
        self.secret.unseal(sealed)
    }

    /// Generates a token that takes a change of an account's address back: the account's id, so that
    /// the account is found, and 128 random bits.
    pub(super) fn generate_undo(&self, account: AccountId) -> GeneratedUndo {
        let id = *account.as_bytes();
        let text = URL_SAFE_NO_PAD.encode([id, self.rng.bytes::<16>()].concat());
        GeneratedUndo {
            digest: self.undo_digest(&text),
            sealed: self.seal(&text),
        }
    }

    /// Parses a token as sent: the account that it names, and its digest.
    pub(super) fn parse_undo(&self, token: &SecretString) -> Option<(AccountId, Digest)> {
        let text = token.expose_secret().trim();
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (id, random) = bytes.split_first_chunk::<16>()?;
        let is_whole = random.len() == 16;
        is_whole.then(|| (AccountId::from_bytes(*id), self.undo_digest(text)))
    }

    fn undo_digest(&self, text: &str) -> Digest {
        self.secret.digest(Purpose::EmailUndo, &[text.as_bytes()])
    }

    /// Generates the ticket of a sign-up or of a login by code.
    pub(super) fn generate_ticket(&self) -> GeneratedTicket {
        let text = SecretString::from(URL_SAFE_NO_PAD.encode(self.rng.bytes::<32>()));
        let digest = self.ticket_digest(&text);
        GeneratedTicket { text, digest }
    }

    /// Returns the ticket of a sign-up.
    pub(super) fn ticket_of(&self, application: &Application) -> GeneratedTicket {
        match &application.attempt {
            Some(attempt) => self.ticket_of_attempt(application, attempt),
            None => self.generate_ticket(),
        }
    }

    /// Returns the ticket of a sign-up that the client may repeat: the same one for the same attempt,
    /// address and password, whether or not the address has an account.
    fn ticket_of_attempt(
        &self,
        application: &Application,
        attempt: &RequestAttempt,
    ) -> GeneratedTicket {
        let parts = [
            application.email.as_str().as_bytes(),
            attempt.expose().as_bytes(),
            application.password.expose().as_bytes(),
        ];
        let text = SecretString::from(self.secret.digest_text(Purpose::TicketOfAttempt, &parts));
        let digest = self.ticket_digest(&text);
        GeneratedTicket { text, digest }
    }

    /// Computes the keyed digest of the attempt to sign up with an email address.
    pub(super) fn signup_attempt_digest(&self, email: &Email, attempt: &RequestAttempt) -> Digest {
        let parts = [email.as_str().as_bytes(), attempt.expose().as_bytes()];
        self.secret.digest(Purpose::SignupAttempt, &parts)
    }

    /// Computes the keyed digest of a ticket as sent.
    pub(super) fn ticket_digest(&self, ticket: &SecretString) -> Digest {
        let ticket = ticket.expose_secret().as_bytes();
        self.secret.digest(Purpose::Ticket, &[ticket])
    }
}
