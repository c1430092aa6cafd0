//! `latchkey check` with a mail server that takes some senders only.

use crate::support::home::Home;
use crate::support::mail_server::{self, MailServer, Tls};

const REFUSED: &str = "stranger@x.test";
const REFUSAL: &str = "MAIL:stranger@x.test * 553 5.7.1 not a sender of this server";

/// Creates a home that sends from `sender` through a server that refuses [`REFUSED`].
fn sending_from(mail: &MailServer, sender: &str) -> Home {
    mail.used_by(Home::new(), mail_server::PASSWORD)
        .with("LATCHKEY_MAIL_FROM", format!("Latchkey <{sender}>"))
}

#[test]
fn check_reports_sender_that_mail_server_refuses() {
    for tls in [Tls::Starttls, Tls::FromTheStart] {
        let mail = MailServer::start(tls, &["--reply", REFUSAL]);
        let ran = sending_from(&mail, REFUSED).run(&["check"], "");
        assert_eq!(ran.code, Some(2), "{ran:#?}");
        let words = format!(
            "the mail server refused the sender {REFUSED}: the mail server answered 553 5.7.1 to MAIL FROM"
        );
        assert!(
            ran.stderr.contains("wrong: mail: localhost:") && ran.stderr.contains(&words),
            "{ran:#?}"
        );
        assert!(
            ran.stderr.contains("set LATCHKEY_MAIL_FROM")
                && !ran.stderr.contains("check user and password"),
            "{ran:#?}"
        );
        assert_eq!(mail.messages().len(), 0);
    }
}

#[test]
fn check_passes_without_email_when_sender_is_accepted() {
    for tls in [Tls::Starttls, Tls::FromTheStart] {
        let mail = MailServer::start(tls, &["--reply", REFUSAL]);
        let ran = sending_from(&mail, "no-reply@x.test").run(&["check"], "");
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:#?}");
        assert!(ran.stdout.contains("ok: mail: localhost:"), "{ran:#?}");
        assert_eq!(mail.messages().len(), 0);
    }
}
