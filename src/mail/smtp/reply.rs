//! The meaning of a server's negative reply for the email: most refusals are about the client, the
//! sender or the server, which the operator has to correct, and not about the email.

use std::fmt;

use crate::model::Delivery;

/// The steps of an SMTP dialogue, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// The connection, until the server's greeting and its answer to ours.
    Greeting,
    /// The start of TLS.
    Tls,
    /// The login.
    Login,
    /// `MAIL FROM`.
    Sender,
    /// `RCPT TO`.
    Recipient,
    /// `DATA`.
    Data,
    /// The message, up to its final dot.
    Content,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Greeting => "the greeting",
            Self::Tls => "STARTTLS",
            Self::Login => "the login",
            Self::Sender => "MAIL FROM",
            Self::Recipient => "RCPT TO",
            Self::Data => "DATA",
            Self::Content => "the message",
        })
    }
}

/// A reply code with the enhanced status code that may follow it (RFC 3463). The text is left out:
/// it may quote the recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reply {
    code: u16,
    /// Class, subject and detail.
    enhanced: Option<(u16, u16, u16)>,
}

impl Reply {
    /// Reads the enhanced status code from the first word of the text. One of another class than
    /// the reply's contradicts it and is ignored.
    pub(super) fn new(code: u16, text: &str) -> Self {
        let enhanced = text.split_whitespace().next().and_then(enhanced);
        Self {
            code,
            enhanced: enhanced.filter(|(class, ..)| *class == code / 100),
        }
    }

    /// Returns the result of a delivery that ended with this reply to a step.
    pub(super) fn delivery(self, step: Step) -> Delivery {
        let about_email = step >= Step::Recipient;
        match (self.code, self.enhanced) {
            // The server closes the connection: nothing was said about the email.
            (421, _) => Delivery::Unavailable,
            (..500, _) if about_email => Delivery::Deferred,
            (_, Some((_, subject, detail))) if is_about(step, subject, detail) => Delivery::Refused,
            (550 | 551 | 553, None) if step == Step::Recipient => Delivery::Unproven,
            _ => Delivery::Unavailable,
        }
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.enhanced {
            Some((class, subject, detail)) => {
                write!(f, "{} {class}.{subject}.{detail}", self.code)
            }
            None => write!(f, "{}", self.code),
        }
    }
}

/// Returns whether a permanent enhanced status code is about the recipient or the content.
/// Security and policy (x.7.x) never count: the client, the greeting and the sender are refused
/// so, and some servers delay that to `RCPT TO`.
const fn is_about(step: Step, subject: u16, detail: u16) -> bool {
    match step {
        Step::Recipient => matches!((subject, detail), (1, 1 | 2 | 3 | 6 | 10) | (2, _)),
        Step::Content => matches!((subject, detail), (2 | 6, _) | (3, 4)),
        _ => false,
    }
}

fn enhanced(word: &str) -> Option<(u16, u16, u16)> {
    let mut parts = word.split('.').map(|part| {
        let is_number = (1..=3).contains(&part.len()) && part.bytes().all(|it| it.is_ascii_digit());
        part.parse().ok().filter(|_| is_number)
    });
    let code = (parts.next()??, parts.next()??, parts.next()??);
    parts.next().is_none().then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery(step: Step, code: u16, text: &str) -> Delivery {
        Reply::new(code, text).delivery(step)
    }

    #[test]
    fn reply_about_the_recipient_parks_the_email() {
        for text in [
            "5.1.1 no such user",
            "5.1.2 x",
            "5.1.3",
            "5.1.6",
            "5.1.10",
            "5.2.1",
            "5.2.2 full",
        ] {
            let result = delivery(Step::Recipient, 550, text);
            assert_eq!(result, Delivery::Refused, "{text}");
        }
    }

    #[test]
    fn reply_about_the_content_parks_the_email() {
        for text in ["5.2.2 full", "5.3.4 too large", "5.6.0", "5.6.7 no UTF-8"] {
            let result = delivery(Step::Content, 554, text);
            assert_eq!(result, Delivery::Refused, "{text}");
        }
    }

    #[test]
    fn reply_about_client_or_policy_waits_for_the_operator() {
        let replies = [
            (554, "5.7.1 client host blocked"),
            (504, "5.5.2 need fully-qualified hostname"),
            (553, "5.7.1 sender not owned by user"),
            (550, "5.1.8 sender's domain does not exist"),
            (554, "relay access denied"),
            (501, "syntax"),
            (550, "5.4.1 relay access denied"),
        ];
        for (code, text) in replies {
            for step in [Step::Recipient, Step::Data] {
                let result = delivery(step, code, text);
                assert_eq!(result, Delivery::Unavailable, "{code} {text} at {step}");
            }
        }
        for (code, text) in [(554, "5.7.1 spam"), (550, "5.1.1 user"), (552, "size")] {
            let result = delivery(Step::Content, code, text);
            assert_eq!(result, Delivery::Unavailable, "{code} {text}");
        }
    }

    #[test]
    fn refusal_before_the_recipient_never_parks_an_email() {
        for step in [Step::Greeting, Step::Tls, Step::Login, Step::Sender] {
            for (code, text) in [
                (554, "no SMTP service here"),
                (502, "not implemented"),
                (553, "5.1.1 sender"),
                (550, "5.2.1 mailbox"),
                (535, "5.7.8 wrong"),
                (451, "4.3.0 later"),
            ] {
                let result = delivery(step, code, text);
                assert_eq!(result, Delivery::Unavailable, "{code} {text} at {step}");
            }
        }
    }

    #[test]
    fn number_alone_proves_nothing_about_the_recipient() {
        for code in [550, 551, 553] {
            for text in ["no such user", "4.1.1 of another class", ""] {
                let result = delivery(Step::Recipient, code, text);
                assert_eq!(result, Delivery::Unproven, "{code} {text}");
            }
        }
    }

    #[test]
    fn temporary_reply_to_an_email_defers_only_it() {
        for step in [Step::Recipient, Step::Data, Step::Content] {
            for text in ["4.2.0 greylisted", "try later"] {
                assert_eq!(delivery(step, 451, text), Delivery::Deferred);
            }
            assert_eq!(delivery(step, 421, "4.3.2 closing"), Delivery::Unavailable);
        }
    }

    #[test]
    fn displayed_reply_has_only_its_numbers() {
        let shown = |text| Reply::new(550, text).to_string();
        assert_eq!(shown("5.1.1 <ada@x.test> unknown"), "550 5.1.1");
        assert_eq!(shown("<ada@x.test> unknown"), "550");
        assert_eq!(shown("5.1.1.1 x"), "550");
        assert_eq!(shown("5.1.1111 x"), "550");
        assert_eq!(shown("4.1.1 x"), "550");
    }
}
