//! `latchkey backup` and `latchkey restore`.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;

use serde_json::json;

use crate::support::client::{Client, PASSWORD, kind, sign_up_input};
use crate::support::home::Home;
use crate::support::process::Ran;
use crate::support::{SOON, until};

const WRITERS: usize = 4;
/// The number of sign-ups before the backup.
const BEFORE: usize = 60;

#[test]
fn backup_under_writes_misses_no_acknowledged_signup() {
    let home = Home::unlimited();
    let server = home.start();
    let (sender, receiver) = mpsc::channel();
    let is_over = AtomicBool::new(false);
    let mut acknowledged = Vec::new();
    let ran = thread::scope(|scope| {
        for writer in 0..WRITERS {
            let (client, sender, is_over) = (server.client(), sender.clone(), &is_over);
            scope.spawn(move || sign_up_until_over(&client, writer, &sender, is_over));
        }
        until("signups", SOON * 2, || {
            acknowledged.extend(receiver.try_iter());
            (acknowledged.len() >= BEFORE).then_some(())
        });
        let ran = home.run(&["backup", "copy.db"], "");
        is_over.store(true, Ordering::Relaxed);
        ran
    });
    drop(sender);
    let during = receiver.iter().count();
    assert!(during > 0, "nobody signed up during the backup");
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert!(server.stop().success());

    assert_eq!(restore(&home, &["--replace"]).code, Some(0));
    let server = home.start();
    for email in &acknowledged {
        server.client().log_in(email, PASSWORD);
    }
}

#[test]
fn restore_voids_sessions_codes_and_tickets() {
    let home = Home::unlimited();
    let server = home.start();
    let client = server.client();
    let tokens = client.sign_up("ada@x.test");
    client.forget("ada@x.test");
    let code = home.email_to("ada@x.test", 1).code();
    backed_up(&home);
    assert!(server.stop().success());

    let ran = restore(&home, &["--replace"]);
    assert!(
        ran.stdout
            .contains("sessions and codes of 1 accounts have ended"),
        "{ran:#?}"
    );
    let server = home.start();
    let client = server.client();
    assert_eq!(
        client.with_bearer(&tokens.access).me(),
        Err("UNAUTHENTICATED".to_owned())
    );
    let refreshed = client.act("refresh", &json!({ "refreshToken": tokens.refresh }));
    assert_eq!(kind(&refreshed), "InvalidRefreshToken");
    let reset = client.reset("ada@x.test", &code, "another long password");
    assert_eq!(kind(&reset), "InvalidCode");
    client.log_in("ada@x.test", PASSWORD);
}

#[test]
fn unfinished_signup_ends_with_the_restore() {
    let home = Home::unlimited().with("LATCHKEY_VERIFY_EMAIL_FIRST", "true");
    let server = home.start();
    let answer = server.client().act("signup", &sign_up_input("ada@x.test"));
    let ticket = answer["ticket"].as_str().unwrap().to_owned();
    let code = home.email_to("ada@x.test", 1).code();
    backed_up(&home);
    assert!(server.stop().success());

    assert_eq!(restore(&home, &["--replace"]).code, Some(0));
    let server = home.start();
    let input = json!({ "email": "ada@x.test", "code": code, "ticket": ticket });
    let answer = server.client().act("verifyEmail", &input);
    assert_eq!(kind(&answer), "InvalidCode");
}

#[test]
fn restore_refuses_a_store_in_use_and_changes_nothing() {
    let home = Home::new();
    let server = home.start();
    let tokens = server.client().sign_up("ada@x.test");
    backed_up(&home);
    let ran = restore(&home, &["--replace"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("stop that first"), "{ran:#?}");
    assert!(server.client().with_bearer(&tokens.access).me().is_ok());
    assert_eq!(
        database_files(&home),
        ["latchkey.db", "latchkey.db-shm", "latchkey.db-wal"]
    );
}

#[test]
fn restore_keeps_the_store_that_it_replaces() {
    let home = Home::new();
    home.run(&["user", "create", "--email", "ada@x.test"], PASSWORD);
    backed_up(&home);
    home.run(&["user", "create", "--email", "bob@x.test"], PASSWORD);
    let ran = restore(&home, &[]);
    assert!(ran.stderr.contains("--replace"), "{ran:#?}");
    assert_eq!(restore(&home, &["--replace"]).code, Some(0));
    assert_eq!(users(&home), 1);
    let (store, kept) = ("latchkey.db", "latchkey.db.replaced");
    assert_eq!(database_files(&home), [store, kept]);
    fs::rename(home.data().join(kept), home.data().join(store)).unwrap();
    assert_eq!(users(&home), 2);
}

#[test]
fn backup_is_private_and_replaces_no_file() {
    let home = Home::new();
    home.run(&["user", "create", "--email", "ada@x.test"], PASSWORD);
    backed_up(&home);
    let mode = fs::metadata(home.path("copy.db"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let again = home.run(&["backup", "copy.db"], "");
    assert!(
        again.code == Some(1) && again.stderr.contains("exists already"),
        "{again:#?}"
    );
}

#[test]
fn files_that_are_no_store_are_refused() {
    let home = Home::new();
    home.run(&["user", "create", "--email", "ada@x.test"], PASSWORD);
    backed_up(&home);
    let whole = fs::read(home.path("copy.db")).unwrap();
    let contents: [(&[u8], &str); 3] = [
        (b"", "no store of latchkey"),
        (
            b"a text of some length, which is no database at all",
            "not a database",
        ),
        (&whole[..whole.len() / 2], "malformed"),
    ];
    for (content, reason) in contents {
        fs::write(home.path("copy.db"), content).unwrap();
        let ran = restore(&home, &["--replace"]);
        assert_eq!(ran.code, Some(1), "{ran:#?}");
        assert!(ran.stderr.contains(reason), "{ran:#?}");
        assert_eq!(users(&home), 1);
    }
    let absent = Home::new().run(&["backup", "copy.db"], "");
    assert!(
        absent.stderr.contains("there is no such file"),
        "{absent:#?}"
    );
    let mongodb = Home::new().with("LATCHKEY_STORE", "mongodb://127.0.0.1:9/accounts");
    let ran = mongodb.run(&["backup", "copy.db"], "");
    assert!(ran.stderr.contains("mongodump"), "{ran:#?}");
}

fn sign_up_until_over(
    client: &Client,
    writer: usize,
    acknowledged: &mpsc::Sender<String>,
    is_over: &AtomicBool,
) {
    for number in 0.. {
        let email = format!("ada.{writer}.{number}@x.test");
        client.sign_up(&email);
        _ = acknowledged.send(email);
        if is_over.load(Ordering::Relaxed) {
            return;
        }
    }
}

#[track_caller]
fn backed_up(home: &Home) {
    let ran = home.run(&["backup", "copy.db"], "");
    assert_eq!(ran.code, Some(0), "{ran:#?}");
}

fn restore(home: &Home, options: &[&str]) -> Ran {
    home.run(&[&["restore", "copy.db"], options].concat(), "")
}

#[track_caller]
fn users(home: &Home) -> usize {
    home.run(&["user", "export"], "").stdout.lines().count() - 1
}

/// Returns the names of the store's files.
fn database_files(home: &Home) -> Vec<String> {
    let entries = fs::read_dir(home.data()).unwrap().map(Result::unwrap);
    let mut names: Vec<_> = entries
        .map(|entry| entry.file_name().into_string().unwrap())
        .filter(|name| name.starts_with("latchkey.db"))
        .collect();
    names.sort();
    names
}
