//! Builds the bytes of an email: plain text and HTML of the same words, and the headers.

use std::time::{Duration, SystemTime};

use lettre::message::header::{self, ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Mailboxes, MultiPart, SinglePart};
use lettre::{Address, Message};

use super::{EmailMessage, MailError, Mailer};
use crate::model::{Email, OutboxEmail, Timestamp};

/// Headers that keep automatic replies away: RFC 3834, and Microsoft's servers.
const NO_REPLIES: [(&str, &str); 2] = [
    ("Auto-Submitted", "auto-generated"),
    ("X-Auto-Response-Suppress", "All"),
];

impl Mailer {
    /// Builds the message. The one text from a user in it is the account's name after a reset, in
    /// the body and without links, so nothing can be injected into a header.
    pub(super) fn compose(
        &self,
        to: &Email,
        email: &OutboxEmail,
        code: Option<&str>,
        now: Timestamp,
    ) -> Result<EmailMessage, MailError> {
        let refused = |error: &dyn std::fmt::Display| MailError::Refused(error.to_string());
        let address: Address = to.as_str().parse().map_err(|error| refused(&error))?;
        let rendered = self.templates.render(email, to, code, now);
        let rendered = rendered.map_err(|error| refused(&error))?;
        let written = SystemTime::UNIX_EPOCH
            + Duration::from_millis(u64::try_from(email.written_at.millis()).unwrap_or(0));
        let part = |form, text: String| SinglePart::builder().header(form).body(text);
        let parts = MultiPart::alternative()
            .boundary(email.id.to_string())
            .singlepart(part(ContentType::TEXT_PLAIN, rendered.text))
            .singlepart(part(ContentType::TEXT_HTML, rendered.html));
        let mut message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, address))
            .message_id(Some(format!("<{}@{}>", email.id, self.from.email.domain())))
            .date(written)
            .subject(rendered.subject)
            .multipart(parts)
            .map_err(|error| refused(&error))?;
        message.headers_mut().insert_raw(self.sender());
        for (name, value) in NO_REPLIES {
            let name = HeaderName::new_from_ascii_str(name);
            let header = HeaderValue::new(name, value.to_owned());
            message.headers_mut().insert_raw(header);
        }
        let bytes = message.formatted();
        let bytes = match &self.signature {
            Some(dkim) => dkim.sign(&bytes, now).map_err(|error| refused(&error))?,
            None => bytes,
        };
        Ok(EmailMessage {
            envelope: message.envelope().clone(),
            id: email.id.to_string(),
            bytes,
        })
    }

    /// Returns the sender under the service's name, unless the operator gave it another. A name in
    /// ASCII is a quoted string: filters hold base64 that is not needed against an email.
    fn sender(&self) -> HeaderValue {
        let service = &self.templates.brand().service;
        let name = self.from.name.as_ref().unwrap_or(service);
        let address = &self.from.email;
        if !name.is_ascii() {
            let mailbox = Mailbox::new(Some(name.clone()), address.clone());
            return header::From::from(Mailboxes::from(mailbox)).display();
        }
        let quoted = name.replace('\\', "\\\\").replace('"', "\\\"");
        let value = format!("\"{quoted}\" <{address}>");
        let name = HeaderName::new_from_ascii_str("From");
        HeaderValue::dangerous_new_pre_encoded(name, value.clone(), value)
    }
}
