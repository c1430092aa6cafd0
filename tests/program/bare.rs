//! The program without any configuration: its files, its output, and how it starts and stops.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::json;

use crate::support::client::{PASSWORD, kind, sign_up_input};
use crate::support::home::Home;
use crate::support::raw::Raw;

#[test]
fn server_start_prints_three_lines_and_nothing_more() {
    let home = Home::bare();
    let mut server = home.start();
    let client = server.client();
    client.sign_up("ada@x.test");
    client.forget("ada@x.test");
    home.email_to("ada@x.test", 1);
    server.process.signal("TERM");
    assert_eq!(server.process.ended().code(), Some(0));
    assert_eq!(server.process.more_lines(), Vec::<String>::new());
    let [graphql, data, messages] = &server.lines[..] else {
        panic!("{:?}", server.lines)
    };
    assert_eq!(
        graphql,
        &format!(
            "GraphQL and GraphiQL: {0}/graphql (for pages on localhost: {1}/graphql)",
            server.url,
            server.url.replace("127.0.0.1", "localhost")
        )
    );
    assert!(
        server.address().starts_with("127.0.0.1:") && server.address() != "127.0.0.1:0",
        "{graphql}"
    );
    assert_eq!(
        data,
        "Data: latchkey-data/latchkey.db (keys in latchkey-data)"
    );
    assert_eq!(messages, "Emails: latchkey-data/mail");
}

#[test]
fn data_folder_is_accessible_to_its_owner_only() {
    let home = Home::bare();
    let server = home.start();
    server.client().sign_up("ada@x.test");
    server.client().forget("ada@x.test");
    home.email_to("ada@x.test", 1);
    let mut kept = Vec::new();
    modes(&home.data(), "", &mut kept);
    for (name, is_folder, mode) in &kept {
        assert_eq!(*mode, if *is_folder { 0o700 } else { 0o600 }, "{name}");
    }
    let names: Vec<&str> = kept.iter().map(|(name, ..)| name.as_str()).collect();
    for name in [
        "/",
        "/latchkey.db",
        "/latchkey.db-wal",
        "/mail/",
        "/keys/1.pem",
        "/secret",
    ] {
        assert!(names.contains(&name), "{name} is not among {names:?}");
    }
    let is_email = |name: &&&str| {
        name.starts_with("/mail/") && Path::new(name).extension() == Some("eml".as_ref())
    };
    assert_eq!(names.iter().filter(is_email).count(), 1, "{names:?}");
    assert_eq!(
        fs::read_dir(home.path("")).unwrap().count(),
        1,
        "latchkey-data is the only entry"
    );
}

/// Collects the name, the kind and the permissions of everything below a folder.
fn modes(path: &Path, name: &str, kept: &mut Vec<(String, bool, u32)>) {
    let metadata = fs::metadata(path).unwrap();
    let mode = metadata.permissions().mode() & 0o777;
    if metadata.is_file() {
        return kept.push((name.to_owned(), false, mode));
    }
    kept.push((format!("{name}/"), true, mode));
    for entry in fs::read_dir(path).unwrap().map(Result::unwrap) {
        modes(
            &entry.path(),
            &format!("{name}/{}", entry.file_name().display()),
            kept,
        );
    }
}

#[test]
fn restart_keeps_accounts_sessions_and_keys() {
    // The port differs after the restart, and the issuer would too.
    let home = Home::bare().with("LATCHKEY_ISSUER", "https://accounts.x.test");
    let server = home.start();
    let tokens = server.client().sign_up("ada@x.test");
    let keys = server.client().get("/.well-known/jwks.json").text;
    assert!(server.stop().success());

    let server = home.start();
    assert_eq!(server.client().get("/.well-known/jwks.json").text, keys);
    let me = server
        .client()
        .with_bearer(&tokens.access)
        .me()
        .expect("the access token is still valid");
    assert_eq!(me["email"], "ada@x.test");
    server.client().refresh(&tokens.refresh);
    server.client().log_in("ada@x.test", PASSWORD);
}

#[test]
fn stopped_server_leaves_its_store_in_one_file() {
    let home = Home::new();
    for email in ["ada@x.test", "bob@x.test", "eve@x.test"] {
        let server = home.start();
        server.client().sign_up(email);
        assert_eq!(server.stop().code(), Some(0));
        let left = ["latchkey.db", "latchkey.db-wal", "latchkey.db-shm"]
            .map(|name| home.data().join(name).exists());
        assert_eq!(
            left,
            [true, false, false],
            "the database, its write-ahead log, its index"
        );
    }
}

#[test]
fn sigterm_finishes_running_request_and_closes_idle_connections() {
    let home = Home::bare();
    let mut server = home.start();
    let mut idle = Raw::connect(server.address());
    idle.send("GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n");
    idle.read_until(r#"{"status":"live"}"#);
    let _silent = Raw::connect(server.address());

    let query = "mutation M($input: SignupInput!) { signup(input: $input) { __typename } }";
    let body = json!({ "query": query, "variables": { "input": sign_up_input("ada@x.test") } })
        .to_string();
    let mut running = Raw::connect(server.address());
    running.send(format!(
        "POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nexpect: 100-continue\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    ));
    // The server sends this once it waits for the body, so the request is running.
    running.read_until("HTTP/1.1 100 Continue\r\n\r\n");
    server.process.signal("TERM");
    home.logged("stopping", 1);
    assert_eq!(idle.read_to_end(), "", "the idle connection is closed");
    assert!(server.process.is_running());
    running.send(body);
    let answer = running.read_to_end();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(
        answer.ends_with(r#"{"data":{"signup":{"__typename":"Authenticated"}}}"#),
        "{answer}"
    );
    assert_eq!(server.process.ended().code(), Some(0));
}

#[test]
fn half_sent_header_does_not_delay_shutdown() {
    let home = Home::bare();
    let mut server = home.start();
    let mut half_sent = Raw::connect(server.address());
    half_sent.send("POST /graphql HTTP/1.1\r\nhost: loc");
    // Connections are accepted in order: this answer proves that the half-sent request was
    // accepted.
    assert_eq!(server.client().get("/health/live").status, 200);
    server.process.signal("INT");
    assert_eq!(server.process.ended().code(), Some(0));
}

#[test]
fn second_server_on_port_fails_and_changes_nothing() {
    let first = Home::bare();
    let server = first.start();
    let second = Home::bare().with("LATCHKEY_LISTEN", server.address());
    let ran = second.run(&[], "");
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{ran:#?}");
    let expected = format!(
        "latchkey: {} is in use: stop the program that listens there, or set LATCHKEY_LISTEN to another port\n",
        server.address()
    );
    assert_eq!(ran.stderr, expected);
    assert_eq!(fs::read_dir(second.path("")).unwrap().count(), 0);
    assert_eq!(server.client().get("/health/ready").status, 200);
}

#[test]
fn invalid_settings_are_all_reported_before_start() {
    let home = Home::bare()
        .with("LATCHKEY_LISTEN", "localhost")
        .with("LATCHKEY_BCRYPT_COST", "3")
        .with("LATCHKEY_STORE", "mongodb://root:hunter2@db.test")
        .with("LATCHKEY_MAIL", "http://mail.test:hunter2");
    let ran = home.run(&["serve"], "");
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{ran:#?}");
    let lines: Vec<&str> = ran.stderr.lines().collect();
    assert_eq!(lines[0], "latchkey: the settings are wrong:");
    let names: Vec<_> = lines[1..]
        .iter()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(
        names,
        [
            "LATCHKEY_LISTEN",
            "LATCHKEY_STORE",
            "LATCHKEY_MAIL",
            "LATCHKEY_BCRYPT_COST"
        ],
        "{ran:#?}"
    );
    assert!(
        lines[1..]
            .iter()
            .all(|line| line.contains("(for example: LATCHKEY_")),
        "{ran:#?}"
    );
    assert!(!ran.stderr.contains("hunter2"), "{ran:#?}");
    assert_eq!(fs::read_dir(home.path("")).unwrap().count(), 0);
}

#[test]
fn unknown_setting_is_rejected_with_nearest_name() {
    for value in ["127.0.0.1:0", ""] {
        let ran = Home::bare().with("LATCHKEY_LISTN", value).run(&[], "");
        assert_eq!(ran.code, Some(2), "{ran:#?}");
        let expected = "LATCHKEY_LISTN: there is no such setting; did you mean LATCHKEY_LISTEN?";
        assert!(ran.stderr.contains(expected), "{ran:#?}");
    }
}

#[test]
fn environment_takes_precedence_over_dotenv_file() {
    // An empty variable counts as not set, so the file's value applies.
    let home = Home::bare()
        .with("LATCHKEY_PASSWORD_MIN_LENGTH", "20")
        .with("LATCHKEY_CODE_SECONDS", "");
    fs::write(
        home.path(".env"),
        "LATCHKEY_PASSWORD_MIN_LENGTH=10\nLATCHKEY_CODE_SECONDS=120\n",
    )
    .unwrap();
    let server = home.start();
    let mut input = sign_up_input("ada@x.test");
    input["password"] = json!("nineteen characters");
    assert_eq!(kind(&server.client().act("signup", &input)), "InvalidInput");
    server.client().sign_up("ada@x.test");
    server.client().forget("ada@x.test");
    assert!(
        home.email_to("ada@x.test", 1)
            .text
            .contains("(for 2 minutes)")
    );
}

#[test]
fn request_needs_exactly_one_host() {
    let server = Home::new().start();
    for (head, status) in [
        ("HTTP/1.1\r\n", 400),
        ("HTTP/1.1\r\nHost: a.test\r\nHost: b.test\r\n", 400),
        ("HTTP/1.0\r\nHost: a.test\r\nHost: a.test\r\n", 400),
        ("HTTP/1.1\r\nHost: a.test\r\n", 200),
        ("HTTP/1.0\r\n", 200),
    ] {
        let mut raw = Raw::connect(server.address());
        raw.send(format!("GET /health/live {head}Connection: close\r\n\r\n"));
        let answer = raw.read_to_end();
        let first = answer.lines().next().unwrap_or_default();
        assert!(first.contains(&format!(" {status} ")), "{head}: {answer}");
    }
}
