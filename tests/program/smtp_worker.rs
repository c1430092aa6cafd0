//! The worker against a real mail server: each email exactly once, none lost, and none late because
//! of another.

use std::collections::BTreeMap;
use std::ops::Range;
use std::thread;
use std::time::Duration;

use crate::support::client::Client;
use crate::support::database::Database;
use crate::support::email::ReceivedEmail;
use crate::support::home::Home;
use crate::support::mail_server::{self, MailServer, Tls};
use crate::support::server::Server;
use crate::support::{SOON, until};

/// The time limit for emails whose lease a killed server holds.
const AFTER_LEASE: Duration = Duration::from_secs(90);

/// Creates a home without rate limits that sends through a server.
fn home(mail: &MailServer) -> Home {
    mail.used_by(Home::unlimited(), mail_server::PASSWORD)
}

fn address(number: usize) -> String {
    format!("user{number}@x.test")
}

/// Signs users up and requests a code for each.
fn request_codes(server: &Server, numbers: Range<usize>) {
    request_codes_by(&server.client(), numbers);
}

fn request_codes_by(client: &Client, numbers: Range<usize>) {
    for number in numbers.clone() {
        client.sign_up(&address(number));
    }
    for number in numbers {
        client.forget(&address(number));
    }
}

/// Counts the copies of each email by recipient, and asserts that copies have one Message-ID.
#[track_caller]
fn copies(messages: &[ReceivedEmail]) -> BTreeMap<String, usize> {
    let (mut copies, mut ids) = (BTreeMap::new(), BTreeMap::new());
    for message in messages {
        *copies.entry(message.to.clone()).or_default() += 1;
        let id = ids.entry(message.to.clone()).or_insert(&message.message_id);
        assert_eq!(*id, &message.message_id, "{}", message.to);
    }
    copies
}

#[test]
fn twenty_emails_use_no_more_than_four_connections() {
    let mail = MailServer::start(Tls::Starttls, &["--reply", "CONTENT * SLEEP 0.1"]);
    let server = home(&mail).start();
    request_codes(&server, 0..20);
    let messages = mail.taken(20, SOON * 2);
    let copies = copies(&messages);
    assert!(
        copies.len() == 20 && copies.values().all(|it| *it == 1),
        "{copies:?}"
    );
    assert!(
        (2..=4).contains(&mail.connections()),
        "{}",
        mail.connections()
    );
}

#[test]
fn configured_number_of_connections_is_not_exceeded() {
    let mail = MailServer::start(Tls::Starttls, &["--reply", "CONTENT * SLEEP 0.05"]);
    let server = home(&mail).with("LATCHKEY_MAIL_CONNECTIONS", "1").start();
    request_codes(&server, 0..6);
    assert_eq!(copies(&mail.taken(6, SOON)).len(), 6);
    assert_eq!(mail.connections(), 1);
}

#[test]
fn recipient_that_hangs_does_not_delay_other_emails() {
    let hang = [
        "--reply",
        "RCPT:user0@x.test * HANG",
        "--reply",
        "CONTENT:user1@x.test * HANG",
    ];
    let mail = MailServer::start(Tls::Starttls, &hang);
    let server = home(&mail).start();
    request_codes(&server, 0..12);
    let copies = copies(&mail.taken(10, SOON));
    assert!(
        copies.len() == 10 && copies.values().all(|it| *it == 1),
        "{copies:?}"
    );
}

#[test]
fn hundred_queued_emails_survive_a_killed_server() {
    let mail = MailServer::start(Tls::Starttls, &["--reply", "CONTENT * SLEEP 0.1"]);
    let home = home(&mail);
    let server = home.start();
    request_codes(&server, 0..100);
    mail.taken(10, SOON);
    server.kill();
    let _server = home.start();
    let messages = until("every email", AFTER_LEASE, || {
        Some(mail.messages()).filter(|it| copies(it).len() == 100)
    });
    let copies = copies(&messages);
    // Only those that were being sent can come twice.
    let twice = copies.values().filter(|it| **it == 2).count();
    assert!(
        twice <= 4 && copies.values().all(|it| *it <= 2),
        "{copies:?}"
    );
}

#[test]
fn two_nodes_send_each_email_once() {
    let mail = MailServer::start(Tls::Starttls, &["--reply", "CONTENT * SLEEP 0.1"]);
    let database = Database::new();
    let first = home(&mail).with("LATCHKEY_STORE", &database.url);
    let servers = [first.start(), first.start()];
    thread::scope(|scope| {
        for (index, server) in servers.iter().enumerate() {
            let (client, first) = (server.client(), index * 15);
            scope.spawn(move || request_codes_by(&client, first..first + 15));
        }
    });
    mail.taken(30, SOON * 2);
    // A second copy would follow within the time in which the nodes look for emails again.
    for server in servers {
        assert!(server.stop().success());
    }
    let copies = copies(&mail.messages());
    assert!(
        copies.len() == 30 && copies.values().all(|it| *it == 1),
        "{copies:?}"
    );
}

#[test]
fn unusable_mail_server_is_logged_once_not_per_email() {
    let mail = MailServer::start(Tls::Starttls, &[]);
    let home = mail.used_by(Home::unlimited(), "not the password");
    let server = home.start();
    request_codes(&server, 0..10);
    let listed = until("ten emails that were tried", SOON, || {
        let ran = home.run(&["mail", "list", "--waiting"], "");
        Some(ran.stdout).filter(|it| it.matches("answered 535 5.7.8 to the login").count() == 10)
    });
    assert!(!listed.contains("parked"), "{listed}");
    assert_eq!(
        home.log().matches("no email can be sent").count(),
        1,
        "{}",
        home.log()
    );
    assert!(!home.log().contains("email not sent"), "{}", home.log());
}

#[test]
fn readiness_says_how_many_emails_wait() {
    let mail = MailServer::start(Tls::Starttls, &[]);
    let server = home(&mail).start();
    let body = until("a counted queue", SOON, || {
        let reply = server.client().get("/health/ready");
        Some(reply.text).filter(|it| it.contains("queued"))
    });
    assert_eq!(
        body,
        r#"{"mail":{"oldestSeconds":null,"queued":0},"status":"ready"}"#
    );
}
