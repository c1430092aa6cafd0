//! `latchkey user list`, `show`, `delete` and `end-sessions`, beside a running server.

use serde_json::Value;

use crate::support::client::PASSWORD;
use crate::support::home::Home;
use crate::support::process::Ran;

fn create(home: &Home, email: &str, arguments: &[&str]) -> String {
    let create = ["user", "create", "--email", email];
    let ran = home.run(&[&create, arguments].concat(), PASSWORD);
    let id = ran.stdout.trim().strip_prefix("created ");
    id.expect("the id").to_owned()
}

fn run(home: &Home, arguments: &[&str]) -> Ran {
    home.run(&[&["user"], arguments].concat(), "")
}

fn lines(home: &Home, arguments: &[&str]) -> Vec<String> {
    let ran = run(home, arguments);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    ran.stdout.lines().map(str::to_owned).collect()
}

#[test]
fn user_list_filters_and_pages() {
    let home = Home::new();
    let ada = create(&home, "ada@x.test", &["--admin"]);
    let bob = create(&home, "bob@x.test", &[]);
    create(&home, "zoe@y.test", &[]);
    run(&home, &["suspend", "--email", "bob@x.test"]);
    run(&home, &["delete", "--email", "zoe@y.test"]);
    let listed = lines(&home, &["list"]);
    assert_eq!(listed.len(), 3, "{listed:#?}");
    assert!(listed[0].starts_with(&format!("{ada}  ada@x.test  verified  ADMIN  active  ")));
    for (filter, address) in [
        (&["--role", "admin"][..], "ada@x.test"),
        (&["--state", "suspended"], "bob@x.test"),
        (&["--state", "leaving"], "zoe@y.test"),
        (&["--search", "ZOE@"], "zoe@y.test"),
    ] {
        let listed = lines(&home, &[&["list"], filter].concat());
        assert_eq!(listed.len(), 1, "{filter:?} {listed:#?}");
        assert!(listed[0].contains(address), "{listed:#?}");
    }
    assert!(lines(&home, &["list", "--verified", "false"]).is_empty());
    let ran = run(&home, &["list", "--limit", "1", "--after", &ada, "--json"]);
    let user: Value = serde_json::from_str(&ran.stdout).expect("one line");
    assert_eq!(user["id"], bob);
    assert_eq!(user["state"], "suspended");
    assert!(ran.stderr.contains(&format!("--after {bob}")), "{ran:#?}");
    assert_eq!(run(&home, &["list", "--after", "x"]).code, Some(2));
}

#[test]
fn user_show_prints_everything_but_secrets() {
    let home = Home::new();
    let server = home.start();
    server.client().sign_up("ada@x.test");
    let shown = run(&home, &["show", "--email", "ADA@x.test", "--json"]);
    let user: Value = serde_json::from_str(&shown.stdout).expect("one line");
    assert_eq!(user["email"], "ada@x.test");
    assert_eq!(user["emailVerified"], false);
    assert_eq!(user["sessions"].as_array().map(Vec::len), Some(1));
    let id = user["id"].as_str().expect("an id");
    let text = run(&home, &["show", "--id", id]);
    assert!(
        text.stdout.contains("email          ada@x.test\n"),
        "{text:#?}"
    );
    assert!(text.stdout.contains("state          active\n"), "{text:#?}");
    for ran in [shown, text] {
        assert!(!ran.stdout.contains("$2b$"), "{ran:#?}");
    }
    let unknown = run(&home, &["show", "--email", "nobody@x.test"]);
    assert_eq!(
        (unknown.code, unknown.stderr.as_str()),
        (Some(1), "latchkey: no user has this address\n")
    );
}

#[test]
fn user_delete_schedules_or_deletes_at_once() {
    let home = Home::new();
    let server = home.start();
    let client = server
        .client()
        .with_bearer(&server.client().sign_up("ada@x.test").access);
    let ran = run(&home, &["delete", "--email", "ada@x.test"]);
    assert!(ran.stdout.starts_with("to be deleted at 20"), "{ran:#?}");
    assert_eq!(client.me(), Err("UNAUTHENTICATED".to_owned()));
    let ran = run(&home, &["delete", "--email", "ada@x.test", "--now"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "deleted\n"));
    let ran = run(&home, &["delete", "--email", "ada@x.test", "--now"]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    server.client().sign_up("ada@x.test");
}

#[test]
fn user_delete_and_set_role_keep_the_last_administrator() {
    let home = Home::new();
    create(&home, "ada@x.test", &["--admin"]);
    for arguments in [
        &["delete", "--email", "ada@x.test"][..],
        &["delete", "--email", "ada@x.test", "--now"],
        &["set-role", "--email", "ada@x.test", "--role", "user"],
    ] {
        let ran = run(&home, arguments);
        assert_eq!(ran.code, Some(1), "{ran:#?}");
        assert!(ran.stderr.contains("the last administrator"), "{ran:#?}");
    }
    assert_eq!(lines(&home, &["list", "--role", "admin"]).len(), 1);
    create(&home, "bob@x.test", &["--admin"]);
    let ran = run(&home, &["delete", "--email", "ada@x.test", "--now"]);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
}

#[test]
fn user_end_sessions_signs_one_user_out() {
    let home = Home::new();
    let server = home.start();
    let signed_up = |email| server.client().sign_up(email).access;
    let [ada, bob] = ["ada@x.test", "bob@x.test"].map(signed_up);
    let ran = run(&home, &["end-sessions", "--email", "ada@x.test"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "done\n"));
    let me = |token: &str| server.client().with_bearer(token).me();
    assert_eq!(me(&ada), Err("UNAUTHENTICATED".to_owned()));
    assert!(me(&bob).is_ok());
    assert_eq!(run(&home, &["end-sessions"]).code, Some(2));
}
