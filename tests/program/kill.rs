//! A server on SQLite that is killed while it writes: acknowledged changes survive.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde_json::json;

use crate::support::client::{Client, PASSWORD, kind, sign_up_input};
use crate::support::home::Home;
use crate::support::{SOON, until};

/// The number of kills, the signups between two kills, and the number of concurrent writers.
const KILLS: usize = 5;
const BETWEEN: usize = 15;
const WRITERS: usize = 4;

#[test]
fn killed_server_loses_no_acknowledged_signup() {
    assert_nothing_is_lost(KILLS);
}

/// `cargo test --test program kill::hundred -- --ignored --nocapture` prints the figures.
#[test]
#[ignore = "runs for minutes"]
#[expect(clippy::print_stdout, reason = "figures are for reading")]
fn hundred_kills_lose_no_acknowledged_signup() {
    let acknowledged = assert_nothing_is_lost(100);
    println!("100 kills, {acknowledged} acknowledged sign-ups, lost 0, integrity ok");
}

/// Kills a server again and again while it writes, checks everything that it acknowledged, and
/// returns the number of sign-ups.
#[track_caller]
fn assert_nothing_is_lost(kills: usize) -> usize {
    let home = Home::unlimited();
    let mut acknowledged = Vec::new();
    for round in 0..kills {
        let server = home.start();
        let (sender, receiver) = mpsc::channel();
        let done = AtomicUsize::new(0);
        thread::scope(|scope| {
            for writer in 0..WRITERS {
                let (client, sender, done) = (server.client(), sender.clone(), &done);
                scope.spawn(move || {
                    sign_up_until_killed(&client, &format!("{round}.{writer}"), &sender, done);
                });
            }
            until("signups", SOON * 2, || {
                (done.load(Ordering::Relaxed) >= BETWEEN).then_some(())
            });
            server.kill();
        });
        drop(sender);
        acknowledged.extend(receiver);
    }
    assert!(
        acknowledged.len() >= kills * BETWEEN,
        "only {} signups",
        acknowledged.len()
    );

    let server = home.start();
    for email in &acknowledged {
        let answer = server
            .client()
            .act("login", &json!({ "email": email, "password": PASSWORD }));
        assert_eq!(
            kind(&answer),
            "Authenticated",
            "{email} was acknowledged, of {}",
            acknowledged.len()
        );
    }
    assert!(server.stop().success());
    assert_eq!(integrity(&home), "ok");
    acknowledged.len()
}

/// Signs up one user after another until the server is gone, and sends each acknowledged email to
/// `acknowledged`.
fn sign_up_until_killed(
    client: &Client,
    name: &str,
    acknowledged: &mpsc::Sender<String>,
    done: &AtomicUsize,
) {
    for number in 0.. {
        let email = format!("ada.{name}.{number}@x.test");
        let answer = client.try_act("signup", &sign_up_input(&email));
        let Ok(answer) = answer else { return };
        assert_eq!(kind(&answer["data"]["signup"]), "Authenticated", "{answer}");
        acknowledged.send(email).unwrap();
        done.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn changed_password_survives_a_killed_server() {
    let home = Home::unlimited();
    let server = home.start();
    let client = server.client();
    let before = client.sign_up("ada@x.test");
    let changed = client.with_bearer(&before.access).act(
        "changePassword",
        &json!({ "currentPassword": PASSWORD, "newPassword": "nanoseconds of wire" }),
    );
    assert_eq!(kind(&changed), "PasswordChanged");
    assert_eq!(
        kind(
            &client
                .with_bearer(&before.access)
                .act("logout", &json!({ "everywhere": true }))
        ),
        "LoggedOut"
    );
    server.kill();

    let server = home.start();
    let client = server.client();
    let old = client.act(
        "login",
        &json!({ "email": "ada@x.test", "password": PASSWORD }),
    );
    assert_eq!(kind(&old), "InvalidCredentials");
    client.log_in("ada@x.test", "nanoseconds of wire");
    assert_eq!(
        client.with_bearer(&before.access).me(),
        Err("UNAUTHENTICATED".to_owned())
    );
    assert_eq!(
        kind(&client.act("refresh", &json!({ "refreshToken": before.refresh }))),
        "InvalidRefreshToken"
    );
}

/// Returns the result of SQLite's integrity check.
fn integrity(home: &Home) -> String {
    let connection = rusqlite::Connection::open(home.data().join("latchkey.db")).unwrap();
    connection.busy_timeout(Duration::from_secs(5)).unwrap();
    connection
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap()
}
