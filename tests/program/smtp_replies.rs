//! The meaning of a mail server's replies for an email, at each step of the dialogue with a real server,
//! and with time limits that a test can wait for.

use std::path::Path;
use std::time::Duration;

use latchkey::config::Config;
use latchkey::mail::{AnswerTimeouts, MailError, Mailer, Relay, Smtp, Tls as TlsStart, Transport};
use latchkey::model::{Clock, Delivery, Email, EmailId, EmailKind, OutboxEmail, Rng};

use crate::support::mail_server::{self, MailServer, Tls};

/// Time limits of which a test can wait for one.
const SHORT: AnswerTimeouts = AnswerTimeouts {
    content: Duration::from_secs(1),
    command: Duration::from_secs(5),
    ..AnswerTimeouts::DEFAULT
};

/// Returns a sender of emails through a server.
fn mailer(server: &MailServer, timeouts: AnswerTimeouts) -> Mailer {
    let relay = Relay {
        host: "localhost".to_owned(),
        port: server.port(),
        tls: TlsStart::StartTls,
        login: Some((
            mail_server::USER.to_owned(),
            mail_server::PASSWORD.to_owned().into(),
        )),
    };
    let authorities = server.certificates();
    let smtp = Smtp::new(&relay, &["mail.x.test"], Some(Path::new(&authorities))).unwrap();
    let config = Config::from_vars([]).unwrap();
    Mailer {
        from: "no-reply@x.test".parse().unwrap(),
        ..latchkey::app::mailer(&config, Some(Transport::Smtp(smtp.within(timeouts)))).unwrap()
    }
}

/// Sends a notice to an address.
async fn send_to(mailer: &Mailer, to: &str) -> Result<(), MailError> {
    let now = Clock::system().now();
    let id = EmailId::new(now, &Rng::system());
    let notice = OutboxEmail::new(
        id,
        EmailKind::PasswordChanged.into(),
        now,
        Duration::from_hours(1),
    );
    let accepted = mailer
        .send(&Email::parse(to).unwrap(), &notice, None, now)
        .await?;
    accepted.close().await;
    Ok(())
}

/// Sends a notice, and returns the result with its text.
async fn send(mailer: &Mailer) -> (Delivery, String) {
    match send_to(mailer, "ada@x.test").await {
        Ok(()) => (Delivery::Sent, String::new()),
        Err(error) => (error.delivery(), error.to_string()),
    }
}

#[tokio::test]
async fn each_refused_step_has_its_own_consequence() {
    let steps = [
        ("GREETING", "554 no service here", Delivery::Unavailable),
        ("GREETING", "421 4.3.2 too busy", Delivery::Unavailable),
        ("EHLO", "502 5.5.1 unknown", Delivery::Unavailable),
        ("AUTH", "535 5.7.8 wrong", Delivery::Unavailable),
        ("AUTH", "454 4.7.0 later", Delivery::Unavailable),
        ("MAIL", "553 5.7.1 not yours", Delivery::Unavailable),
        ("MAIL", "451 4.3.0 later", Delivery::Unavailable),
        (
            "RCPT",
            "504 5.5.2 greet with a full name",
            Delivery::Unavailable,
        ),
        ("RCPT", "554 5.7.1 client refused", Delivery::Unavailable),
        ("RCPT", "450 4.2.0 greylisted", Delivery::Deferred),
        ("RCPT", "550 5.1.1 no such user", Delivery::Refused),
        ("RCPT", "550 no such user", Delivery::Unproven),
        ("DATA", "451 4.3.0 later", Delivery::Deferred),
        ("DATA", "554 5.5.1 no recipient", Delivery::Unavailable),
        ("CONTENT", "452 4.3.1 disk full", Delivery::Deferred),
        ("CONTENT", "552 5.3.4 too large", Delivery::Refused),
        ("CONTENT", "554 5.7.1 spam", Delivery::Unavailable),
        ("CONTENT", "421 4.3.2 closing", Delivery::Unavailable),
    ];
    let scripts = steps.map(|(step, reply, _)| format!("{step} 1 {reply}"));
    let arguments: Vec<&str> = scripts.iter().flat_map(|it| ["--reply", it]).collect();
    let server = MailServer::start(Tls::Starttls, &arguments);
    let mailer = mailer(&server, AnswerTimeouts::DEFAULT);
    // Each rule applies once, so the attempts meet them step by step.
    for (step, reply, expected) in steps {
        let (delivery, text) = send(&mailer).await;
        assert_eq!(delivery, expected, "{step} {reply}: {text}");
        let numbers: String = reply.chars().take_while(|it| !it.is_alphabetic()).collect();
        assert!(text.contains(numbers.trim()), "{step} {reply}: {text}");
        assert!(!text.contains("x.test"), "{text}");
    }
    assert_eq!(send(&mailer).await.0, Delivery::Sent);
    assert_eq!(server.messages().len(), 1);
}

#[tokio::test]
async fn closed_connection_at_any_step_loses_no_email() {
    let steps = [
        "GREETING", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "CONTENT",
    ];
    let scripts = steps.map(|step| format!("{step} 1 CLOSE"));
    let arguments: Vec<&str> = scripts.iter().flat_map(|it| ["--reply", it]).collect();
    let server = MailServer::start(Tls::Starttls, &arguments);
    let mailer = mailer(&server, AnswerTimeouts::DEFAULT);
    for step in steps {
        let (delivery, text) = send(&mailer).await;
        let about_email = ["RCPT", "DATA", "CONTENT"].contains(&step);
        let expected = if about_email {
            Delivery::Deferred
        } else {
            Delivery::Unavailable
        };
        assert_eq!(delivery, expected, "{step}: {text}");
    }
    assert_eq!(send(&mailer).await.0, Delivery::Sent);
    assert_eq!(server.messages().len(), 1);
}

#[tokio::test]
async fn late_refusal_after_the_dot_is_no_delivery() {
    let late = ["--reply", "CONTENT 2 SLEEP 2 452 4.3.1 disk full"];
    let server = MailServer::start(Tls::Starttls, &late);
    let (delivery, text) = send(&mailer(&server, AnswerTimeouts::DEFAULT)).await;
    assert_eq!(delivery, Delivery::Deferred, "{text}");
    assert!(text.contains("answered 452 4.3.1 to the message"), "{text}");

    // With a shorter limit, the answer is missed. It is not read as that to a later command.
    let short = mailer(&server, SHORT);
    let (delivery, text) = send(&short).await;
    assert_eq!(delivery, Delivery::Deferred, "{text}");
    assert!(
        text.contains("no answer to the message within 1s"),
        "{text}"
    );
    assert_eq!(server.messages().len(), 0);
    assert_eq!(send(&short).await.0, Delivery::Sent);
    assert_eq!(server.messages().len(), 1);
}

#[tokio::test]
async fn hanging_recipient_delays_no_other_email() {
    let hang = ["--reply", "RCPT:slow@x.test * HANG"];
    let server = MailServer::start(Tls::Starttls, &hang);
    let mailer = mailer(&server, SHORT);
    let slow = tokio::spawn({
        let mailer = mailer.clone();
        async move { send_to(&mailer, "slow@x.test").await }
    });
    for _ in 0..3 {
        assert_eq!(send(&mailer).await.0, Delivery::Sent);
    }
    assert!(!slow.is_finished(), "the others did not wait for it");
    let error = slow.await.unwrap().unwrap_err();
    assert_eq!(error.delivery(), Delivery::Deferred, "{error}");
    assert!(
        error.to_string().contains("no answer to RCPT TO"),
        "{error}"
    );
}

#[tokio::test]
async fn mail_server_is_greeted_with_the_chosen_name() {
    let server = MailServer::start(Tls::Starttls, &[]);
    assert_eq!(
        send(&mailer(&server, AnswerTimeouts::DEFAULT)).await.0,
        Delivery::Sent
    );
    assert_eq!(server.envelope(1)["hello"], "mail.x.test");
}
