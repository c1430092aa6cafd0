//! Emails sent through a real mail server, over TLS and with a login.

use std::net::TcpListener;
use std::time::Duration;

use latchkey::app::open_repository;
use latchkey::config::Store;
use latchkey::model::Clock;
use serde_json::{Value, json};

use crate::support::client::kind;
use crate::support::email::ReceivedEmail;
use crate::support::home::Home;
use crate::support::mail_server::{self, MailServer, Tls};
use crate::support::{SOON, until};

/// The time limit for an email that is sent at the second attempt, 5 s after the first.
const SECOND_ATTEMPT: Duration = Duration::from_secs(20);

#[test]
fn reset_code_arrives_over_starttls_and_works() {
    reset_code_arrives(Tls::Starttls);
}

#[test]
fn reset_code_arrives_over_smtps_and_works() {
    reset_code_arrives(Tls::FromTheStart);
}

fn reset_code_arrives(tls: Tls) {
    let mail = MailServer::start(tls, &[]);
    let home = mail.used_by(Home::new(), mail_server::PASSWORD);
    let server = home.start();
    assert!(
        server.lines[2].starts_with("Emails: sent through localhost:"),
        "{:?}",
        server.lines
    );
    let (client, before) = (server.client(), Clock::system().now());
    client.sign_up("ada+1@x.test");
    client.forget("ada+1@x.test");

    let message = mail.taken(1, SOON).remove(0);
    assert_sent(&mail.envelope(1), &message);
    let (sent, before, after) = (
        message.sent_at,
        before.millis() / 1000,
        Clock::system().now().millis() / 1000,
    );
    assert!(
        (before..=after).contains(&sent),
        "sent at {sent}, which is not between {before} and {after}"
    );

    assert_eq!(
        kind(&client.reset("ada+1@x.test", &message.code(), "nanoseconds of wire")),
        "PasswordReset"
    );
    client.log_in("ada+1@x.test", "nanoseconds of wire");
    let notice = mail.taken(2, SOON).remove(1);
    assert_eq!(
        (notice.to.as_str(), notice.topic.as_str()),
        ("ada+1@x.test", "Your password was reset")
    );
    assert_ne!(notice.message_id, message.message_id);
    assert!(!home.data().join("mail").exists());
}

/// Asserts that the envelope and the headers of the first email are complete.
fn assert_sent(envelope: &Value, message: &ReceivedEmail) {
    assert_eq!(envelope["mail_from"], "no-reply@x.test");
    assert_eq!(envelope["rcpt_tos"], json!(["ada+1@x.test"]));
    assert_eq!(
        (&envelope["tls"], &envelope["user"]),
        (&true.into(), &mail_server::USER.into())
    );
    assert_eq!(
        (message.from.as_str(), message.to.as_str()),
        ("no-reply@x.test", "ada+1@x.test")
    );
    assert_eq!(message.from_name.as_deref(), Some("Latchkey at X"));
    assert_eq!(message.topic, "Your code to reset your password");
    assert!(
        message.message_id.ends_with("@x.test") && message.message_id.len() > 30,
        "{}",
        message.message_id
    );
}

#[test]
fn deferred_email_is_retried_and_sent_once() {
    let mail = MailServer::start(Tls::Starttls, &["--reply", "CONTENT 1 451 4.3.0 try later"]);
    let home = mail.used_by(Home::new(), mail_server::PASSWORD);
    let server = home.start();
    server.client().sign_up("ada@x.test");
    server.client().forget("ada@x.test");
    home.logged("the mail server answered 451", 1);
    // The email of another account is not held up.
    server.client().sign_up("bob@x.test");
    server.client().forget("bob@x.test");
    assert_eq!(
        mail.taken(1, Duration::from_secs(4)).remove(0).to,
        "bob@x.test"
    );
    let messages = mail.taken(2, SECOND_ATTEMPT);
    assert_eq!(messages[1].to, "ada@x.test");
    assert_eq!(
        kind(
            &server
                .client()
                .reset("ada@x.test", &messages[1].code(), "nanoseconds of wire")
        ),
        "PasswordReset"
    );
    let subjects: Vec<String> = mail
        .taken(3, SOON)
        .into_iter()
        .map(|message| message.topic)
        .collect();
    assert_eq!(subjects[2], "Your password was reset", "{subjects:?}");
}

#[test]
fn email_waits_while_smtp_login_is_rejected() {
    let mail = MailServer::start(Tls::Starttls, &[]);
    let mut home = mail.used_by(Home::new(), "not the password");
    let server = home.start();
    server.client().sign_up("ada@x.test");
    server.client().forget("ada@x.test");
    home.logged("the mail server answered 535 5.7.8 to the login", 1);
    wait_for_retry(&home);
    assert!(!home.log().contains("parked"));
    assert!(server.stop().success());

    home = mail.used_by(home, mail_server::PASSWORD);
    let server = home.start();
    let message = mail.taken(1, SECOND_ATTEMPT).remove(0);
    assert_eq!(
        kind(
            &server
                .client()
                .reset("ada@x.test", &message.code(), "nanoseconds of wire")
        ),
        "PasswordReset"
    );
}

#[test]
fn queued_email_survives_a_killed_server() {
    let mail = MailServer::start(Tls::Starttls, &["--reply", "CONTENT 1 451 4.3.0 try later"]);
    let home = mail.used_by(Home::new(), mail_server::PASSWORD);
    let server = home.start();
    server.client().sign_up("ada@x.test");
    server.client().forget("ada@x.test");
    wait_for_retry(&home);
    server.kill();
    assert_eq!(mail.messages().len(), 0);

    let server = home.start();
    let message = mail.taken(1, SECOND_ATTEMPT).remove(0);
    assert_eq!(message.to, "ada@x.test");
    assert_eq!(
        kind(
            &server
                .client()
                .reset("ada@x.test", &message.code(), "nanoseconds of wire")
        ),
        "PasswordReset"
    );
    server.client().log_in("ada@x.test", "nanoseconds of wire");
}

/// Waits until the store has scheduled the email for another attempt within half a minute. A worker
/// that is killed before that leaves the email leased for longer.
#[track_caller]
fn wait_for_retry(home: &Home) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let store = runtime
        .block_on(open_repository(&Store::Sqlite(
            home.data().join("latchkey.db"),
        )))
        .unwrap();
    until("an email that is scheduled again", SOON, || {
        let now = Clock::system().now();
        let due = |seconds| store.mail_due(now.plus(Duration::from_secs(seconds)), 1);
        let (now, soon) =
            runtime.block_on(async { (due(0).await.unwrap(), due(30).await.unwrap()) });
        (now.is_empty() && soon.len() == 1).then_some(())
    });
}

#[test]
fn email_is_withheld_from_servers_with_unknown_certificates() {
    let (mail, stranger) = (
        MailServer::start(Tls::Starttls, &[]),
        MailServer::start(Tls::Starttls, &[]),
    );
    let home = mail
        .used_by(Home::new(), mail_server::PASSWORD)
        .with("SSL_CERT_FILE", stranger.certificates());
    let server = home.start();
    server.client().sign_up("ada@x.test");
    server.client().forget("ada@x.test");
    home.logged("invalid peer certificate", 1);
    assert_eq!(mail.messages().len(), 0);
}

#[test]
fn check_reports_whether_smtp_login_is_accepted() {
    for tls in [Tls::Starttls, Tls::FromTheStart] {
        let mail = MailServer::start(tls, &[]);
        let ran = mail
            .used_by(Home::new(), mail_server::PASSWORD)
            .run(&["check"], "");
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:#?}");
        assert!(ran.stdout.contains("ok: mail: localhost:"), "{ran:#?}");

        let ran = mail
            .used_by(Home::new(), "not the password")
            .run(&["check"], "");
        assert_eq!(ran.code, Some(2), "{ran:#?}");
        assert!(
            ran.stderr.contains("wrong: mail: localhost:") && ran.stderr.contains("535"),
            "{ran:#?}"
        );
        assert!(
            ran.stderr.contains("password in LATCHKEY_MAIL") && !ran.stderr.contains("not the"),
            "{ran:#?}"
        );
        assert_eq!(mail.messages().len(), 0);
    }
}

#[test]
fn check_reports_mail_server_that_is_not_listening() {
    // The listener is closed at once, and the system does not assign its port again so soon.
    let address = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let home = Home::new().with("LATCHKEY_MAIL", format!("smtp://{address}"));
    let ran = home.run(&["check"], "");
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    assert!(
        ran.stderr.contains(&format!("wrong: mail: {address}: "))
            && ran.stderr.contains("LATCHKEY_MAIL"),
        "{ran:#?}"
    );
    assert!(
        ran.stdout.contains("ok: store"),
        "successful checks are reported too: {ran:#?}"
    );
}
