//! The commands other than `serve`.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use serde_json::Value;

use crate::support::client::PASSWORD;
use crate::support::home::Home;
use crate::support::server::Server;
use crate::support::tool;

mod export;
mod import;
mod import_options;
mod mail;
mod user;
mod users;

/// Logs Ada in and returns what `me` answers.
#[track_caller]
fn me_of(server: &Server) -> Value {
    let tokens = server.client().log_in("ada@x.test", PASSWORD);
    server.client().with_bearer(&tokens.access).me().unwrap()
}

#[test]
fn schema_command_prints_committed_schema_without_settings() {
    let ran = Home::new()
        .with("LATCHKEY_STORE", "nonsense")
        .run(&["schema"], "");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let committed = fs::read_to_string(tool::root().join("schema.graphql")).unwrap();
    assert!(
        ran.stdout == committed,
        "schema.graphql is stale: run cargo run -- schema > schema.graphql"
    );
}

#[test]
fn server_serves_the_committed_schema() {
    let home = Home::new();
    let committed = fs::read_to_string(tool::root().join("schema.graphql")).unwrap();
    assert!(home.start().client().get("/schema.graphql").text == committed);
}

#[test]
fn unreadable_files_are_all_reported_before_start() {
    let settings = [
        ("LATCHKEY_TRUSTED_DOCUMENTS", "documents.json"),
        ("LATCHKEY_SIGNING_KEYS", "file:keys.pem"),
        ("LATCHKEY_SECRET", "file:secret"),
    ];
    let home = settings
        .iter()
        .fold(Home::new(), |home, (name, value)| home.with(name, *value));
    fs::write(home.path("secret"), "hunter2").unwrap();
    for command in ["serve", "check"] {
        let ran = home.run(&[command], "");
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{ran:#?}");
        let lines: Vec<&str> = ran.stderr.lines().collect();
        assert_eq!(lines.len(), 1 + settings.len(), "{ran:#?}");
        for ((name, _), line) in settings.iter().zip(&lines[1..]) {
            assert!(
                line.starts_with(&format!("{name}: ")) && line.contains("(for example: "),
                "{ran:#?}"
            );
        }
        assert!(!ran.stderr.contains("hunter2"), "{ran:#?}");
    }
    let ran = home.run(&["user", "create", "--email", "ada@x.test"], PASSWORD);
    assert!(
        ran.code == Some(1) && !ran.stderr.contains("hunter2"),
        "{ran:#?}"
    );
    assert_eq!(
        fs::read_dir(home.path("")).unwrap().count(),
        1,
        "the secret is the only file"
    );
}

#[test]
fn documents_that_do_not_fit_stop_check_and_start() {
    let home = Home::new().with("LATCHKEY_TRUSTED_DOCUMENTS", "documents.json");
    let hash = "919c0b7aa452b0b2fb42688461501bb8b0c3ef3b9d05ce7b9afd4f28bbe96ceb";
    fs::write(
        home.path("documents.json"),
        format!(r#"{{"{hash}": "{{ nothing }}"}}"#),
    )
    .unwrap();
    for command in ["serve", "check"] {
        let ran = home.run(&[command], "");
        assert_eq!(ran.code, Some(2), "{command}: {ran:#?}");
        assert!(
            ran.stderr.contains("LATCHKEY_TRUSTED_DOCUMENTS: ") && ran.stderr.contains("nothing"),
            "{ran:#?}"
        );
    }
}

#[test]
fn check_in_empty_folder_succeeds_and_leaves_nothing() {
    let home = Home::new();
    let ran = home.run(&["check"], "");
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:#?}");
    let found: Vec<_> = ran
        .stdout
        .lines()
        .map(|line| line.split(": ").take(2).collect::<Vec<_>>().join(": "))
        .collect();
    let emails = "ok: emails";
    assert_eq!(
        found,
        ["ok: settings", "ok: keys", "ok: store", "ok: mail", emails]
    );
    assert_eq!(fs::read_dir(home.path("")).unwrap().count(), 0);
}

#[test]
fn check_rejects_hs256_secret_equal_to_refresh_secret() {
    let home = Home::new();
    assert!(home.start().stop().success());
    let shared = home.with("LATCHKEY_SIGNING_ALGORITHM", "HS256");
    let ran = shared
        .with("LATCHKEY_SIGNING_SECRET", "file:latchkey-data/secret")
        .run(&["check"], "");
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{ran:#?}");
    assert!(
        ran.stderr
            .contains("LATCHKEY_SIGNING_SECRET: it is the secret behind refresh tokens too"),
        "{ran:#?}"
    );
}

#[test]
fn check_reports_every_obstacle_to_serving() {
    let home = Home::new();
    assert!(home.start().stop().success());
    assert_eq!(home.run(&["check"], "").code, Some(0));
    fs::set_permissions(home.data(), PermissionsExt::from_mode(0o755)).unwrap();
    fs::write(home.data().join("mail"), "a file where a folder should be").unwrap();
    for file in ["latchkey.db", "latchkey.db-wal", "latchkey.db-shm"] {
        fs::write(home.data().join(file), "no database").unwrap();
    }
    let ran = home.run(&["check"], "");
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (Some(2), "ok: settings\nok: emails: de, en, es, fr\n"),
        "{ran:#?}"
    );
    let lines: Vec<&str> = ran.stderr.lines().collect();
    assert_eq!(lines.len(), 4, "{ran:#?}");
    assert_eq!(lines[0], "latchkey: not ready");
    assert!(
        lines[1].starts_with("wrong: keys: ") && lines[1].contains("run chmod 700 latchkey-data"),
        "{ran:#?}"
    );
    assert!(
        lines[2].starts_with("wrong: store: ") && lines[2].contains("LATCHKEY_STORE"),
        "{ran:#?}"
    );
    assert!(
        lines[3].starts_with("wrong: mail: ") && lines[3].contains("LATCHKEY_MAIL"),
        "{ran:#?}"
    );
}

#[test]
fn missing_documents_file_does_not_block_other_commands() {
    let home = Home::new();
    home.start().client().sign_up("ada@x.test");
    let home = home.with("LATCHKEY_TRUSTED_DOCUMENTS", "missing.json");
    assert_eq!(home.run(&["check"], "").code, Some(2));
    for command in [
        &["user", "suspend", "--email", "ada@x.test"][..],
        &["keys", "list"],
        &["keys", "rotate"],
    ] {
        assert_eq!(home.run(command, "").code, Some(0), "{command:?}");
    }
}

#[test]
fn secret_can_be_read_once_from_a_pipe() {
    let home = Home::new();
    let fifo = home.path("secret");
    assert!(
        Command::new("mkfifo")
            .arg(&fifo)
            .status()
            .unwrap()
            .success()
    );
    let home = home.with("LATCHKEY_SECRET", format!("file:{}", fifo.display()));
    let secret = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n";
    let writer = std::thread::spawn(move || fs::write(fifo, secret));
    let server = home.start();
    writer.join().unwrap().unwrap();
    server.client().sign_up("ada@x.test");
}
