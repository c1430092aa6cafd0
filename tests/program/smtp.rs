//! Letters through a real mail server, over TLS and with a login.

use std::net::TcpListener;
use std::time::Duration;

use latchkey::app::open_repository;
use latchkey::config::Store;
use latchkey::model::Clock;

use crate::support::client::kind;
use crate::support::home::Home;
use crate::support::mail_server::{self, MailServer, Tls};
use crate::support::{SOON, until};

/// How long a letter may take that is sent at the second try, 5 s after the first.
const AT_THE_SECOND_TRY: Duration = Duration::from_secs(20);

#[test]
fn a_email_arrives_over_starttls_and_its_code_resets_the_password() {
    a_email_arrives(Tls::Starttls);
}

#[test]
fn a_email_arrives_over_smtps_and_its_code_resets_the_password() {
    a_email_arrives(Tls::FromTheStart);
}

fn a_email_arrives(tls: Tls) {
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
    let envelope = mail.envelope(1);
    assert_eq!(envelope["mail_from"], "no-reply@x.test");
    assert_eq!(envelope["rcpt_tos"], serde_json::json!(["ada+1@x.test"]));
    assert_eq!(
        (&envelope["tls"], &envelope["user"]),
        (&true.into(), &mail_server::USER.into())
    );
    assert_eq!(
        (message.from.as_str(), message.to.as_str()),
        ("no-reply@x.test", "ada+1@x.test")
    );
    assert_eq!(message.from_name.as_deref(), Some("Latchkey at X"));
    assert_eq!(message.subject, "Your code to reset your password");
    assert!(
        message.message_id.ends_with("@x.test") && message.message_id.len() > 30,
        "{}",
        message.message_id
    );
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
        (notice.to.as_str(), notice.subject.as_str()),
        ("ada+1@x.test", "Your password was changed")
    );
    assert_ne!(notice.message_id, message.message_id);
    assert!(!home.data().join("mail").exists());
}

#[test]
fn a_email_that_the_mail_server_defers_is_sent_later_and_once() {
    let mail = MailServer::start(Tls::Starttls, &["--defer", "1"]);
    let home = mail.used_by(Home::new(), mail_server::PASSWORD);
    let server = home.start();
    server.client().sign_up("ada@x.test");
    server.client().forget("ada@x.test");
    home.logged("the mail server answered 451", 1);
    // The next letter of another person is not held up.
    server.client().sign_up("bob@x.test");
    server.client().forget("bob@x.test");
    assert_eq!(
        mail.taken(1, Duration::from_secs(4)).remove(0).to,
        "bob@x.test"
    );
    let messages = mail.taken(2, AT_THE_SECOND_TRY);
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
        .map(|message| message.subject)
        .collect();
    assert_eq!(subjects[2], "Your password was changed", "{subjects:?}");
}

#[test]
fn a_email_waits_while_the_password_of_the_mail_account_is_wrong() {
    let mail = MailServer::start(Tls::Starttls, &[]);
    let mut home = mail.used_by(Home::new(), "not the password");
    let server = home.start();
    server.client().sign_up("ada@x.test");
    server.client().forget("ada@x.test");
    home.logged("the mail server answered 535", 1);
    // The second try: the first has neither parked the letter nor lost it.
    until("a second try", AT_THE_SECOND_TRY, || {
        (home.log().matches("the mail server answered 535").count() >= 2).then_some(())
    });
    assert!(!home.log().contains("parked"));
    settled(&home);
    assert!(server.stop().success());

    home = mail.used_by(home, mail_server::PASSWORD);
    let server = home.start();
    let message = mail.taken(1, AT_THE_SECOND_TRY).remove(0);
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
fn a_email_outlives_a_server_that_is_killed() {
    let mail = MailServer::start(Tls::Starttls, &["--defer", "1"]);
    let home = mail.used_by(Home::new(), mail_server::PASSWORD);
    let server = home.start();
    server.client().sign_up("ada@x.test");
    server.client().forget("ada@x.test");
    settled(&home);
    server.kill();
    assert_eq!(mail.messages().len(), 0);

    let server = home.start();
    let message = mail.taken(1, AT_THE_SECOND_TRY).remove(0);
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

/// Waits until the store says that a letter is to be tried again in a minute at most: a worker that is killed before that
/// leaves it leased for longer.
#[track_caller]
fn settled(home: &Home) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let store = runtime
        .block_on(open_repository(&Store::Sqlite(
            home.data().join("latchkey.db"),
        )))
        .unwrap();
    until("a letter that is to be tried again", SOON, || {
        let now = Clock::system().now();
        let due = |seconds| store.mail_due(now.plus(Duration::from_secs(seconds)), 1);
        let (now, soon) =
            runtime.block_on(async { (due(0).await.unwrap(), due(60).await.unwrap()) });
        (now.is_empty() && soon.len() == 1).then_some(())
    });
}

#[test]
fn no_email_is_sent_to_a_server_whose_certificate_nobody_knows() {
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
fn check_says_whether_the_mail_server_takes_the_login() {
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
fn check_says_that_nothing_listens_where_the_mail_server_should_be() {
    // The listener is closed at once: nobody else is given its port so soon.
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
        "what is right is told too: {ran:#?}"
    );
}
