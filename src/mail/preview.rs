//! Emails as they would be sent, for the operator to read.

use super::{MailError, Mailer, sample};
use crate::model::{Email, EmailKind, Locale, OutboxEmail, Timestamp};

/// There is no kind of email of a name.
#[derive(Debug, thiserror::Error)]
#[error("there is no email `{name}`; there are {}", known.join(", "))]
pub struct UnknownKind {
    name: String,
    known: Vec<&'static str>,
}

/// A sample of an email.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The whole message, as it would be sent.
    pub message: String,
    /// Its plain text.
    pub text: String,
    /// Its HTML.
    pub html: String,
}

impl Mailer {
    /// Returns an email as it would be sent now.
    ///
    /// # Errors
    /// Returns an error if the message cannot be built.
    pub fn preview(
        &self,
        to: &Email,
        message: &OutboxEmail,
        code: Option<&str>,
        now: Timestamp,
    ) -> Result<String, MailError> {
        let mail = self.compose(to, message, code, now)?;
        Ok(String::from_utf8_lossy(&mail.bytes).replace("\r\n", "\n"))
    }

    /// Returns the names of all kinds of emails.
    #[must_use]
    pub fn kinds() -> Vec<&'static str> {
        let kinds = sample::kinds(Timestamp::from_millis(0));
        kinds.iter().map(EmailKind::name).collect()
    }

    /// Returns a sample of a kind of email in a language.
    ///
    /// # Errors
    /// Returns an error if there is no such kind.
    pub fn sample(
        &self,
        kind: &str,
        locale: Option<Locale>,
        now: Timestamp,
    ) -> Result<Preview, UnknownKind> {
        let kinds = sample::kinds(now);
        let Some(kind) = kinds.iter().find(|it| it.name() == kind) else {
            return Err(UnknownKind {
                name: kind.to_owned(),
                known: Self::kinds(),
            });
        };
        let code = sample::code(kind);
        let mut email = sample::email(kind.clone(), now);
        email.languages.extend(locale);
        let to = sample::recipient();
        let failed = |error: &dyn std::fmt::Display| format!("({error})\n");
        let message = self.preview(&to, &email, code, now);
        let rendered = self.templates.render(&email, &to, code, now);
        let (text, html) = match rendered {
            Ok(rendered) => (rendered.text, rendered.html),
            Err(error) => (failed(&error), failed(&error)),
        };
        Ok(Preview {
            message: message.unwrap_or_else(|error| failed(&error)),
            text,
            html,
        })
    }
}
