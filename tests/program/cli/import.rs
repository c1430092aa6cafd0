//! `latchkey user import`, with an export of each system, and then a login.

use std::fs;

use serde_json::{Value, json};

use crate::support::client::kind;
use crate::support::database::Database;
use crate::support::home::Home;
use crate::support::process::Ran;

/// The password of every user in the exports.
pub(super) const PASSWORD: &str = "correct horse 42 battery";
const EXPORTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/program/cli/exports/");

pub(super) fn export(name: &str) -> String {
    format!("{EXPORTS}{name}")
}

/// Imports a file with more arguments. The report goes into the home.
#[track_caller]
pub(super) fn import(home: &Home, file: &str, more: &[&str]) -> Ran {
    let report = home.path("refused.jsonl");
    let report = ["--report", report.to_str().unwrap()];
    let arguments = [&["user", "import", file], &report[..], more].concat();
    home.run(&arguments, "")
}

fn report(home: &Home) -> Vec<Value> {
    let text = fs::read_to_string(home.path("refused.jsonl")).unwrap_or_default();
    let lines = text.lines().map(serde_json::from_str);
    lines.collect::<Result<_, _>>().unwrap()
}

/// Writes lines of latchkey's own form into the home.
pub(super) fn write_lines(home: &Home, lines: &[Value]) -> String {
    let path = home.path("users.jsonl");
    let lines: Vec<String> = lines.iter().map(Value::to_string).collect();
    fs::write(&path, lines.join("\n")).unwrap();
    path.to_str().unwrap().to_owned()
}

const ME: &str = "{ me { email firstName lastName emailVerified role createdAt } }";

/// Logs Ada in twice: with the hash as it came, and with the one that replaced it. Returns `me`.
#[track_caller]
fn log_ada_in(home: &Home) -> Value {
    let server = home.start();
    let client = server.client();
    let wrong = json!({ "email": "ada@x.test", "password": "wrong horse 42 battery" });
    assert_eq!(kind(&client.act("login", &wrong)), "InvalidCredentials");
    client.log_in("ada@x.test", PASSWORD);
    let tokens = client.log_in("Ada@X.test", PASSWORD);
    let answer = client.with_bearer(&tokens.access).try_post(ME, &json!({}));
    answer.unwrap()["data"]["me"].clone()
}

/// Returns each export with its format and further arguments.
fn sources() -> Vec<(&'static str, &'static str, Vec<String>)> {
    let firebase = || {
        vec![
            "--firebase-hash-config".into(),
            export("firebase-config.json"),
        ]
    };
    let accounts = vec!["--accounts".into(), export("better-auth-account.jsonl")];
    let table = "--columns=email=Mail,firstName=Given,lastName=Family,password=Hash,emailVerified=Proven,createdAt=Since";
    let devise = "--columns=email=email,password=encrypted_password";
    let pepper = format!("--hash-secret-file={}", export("devise-pepper.txt"));
    vec![
        ("native.jsonl", "latchkey", vec![]),
        ("accounts-js.jsonl", "accounts-js", vec![]),
        ("auth0.jsonl", "auth0", vec![]),
        ("better-auth-user.jsonl", "better-auth", accounts),
        (
            "table.csv",
            "csv",
            vec![table.into(), "--hash=bcrypt".into()],
        ),
        (
            "devise.csv",
            "csv",
            vec![devise.into(), "--hash=devise".into(), pepper],
        ),
        ("django.json", "django", vec![]),
        ("django.csv", "django", vec![]),
        ("firebase.json", "firebase", firebase()),
        ("firebase.csv", "firebase", firebase()),
        ("keycloak.json", "keycloak", vec![]),
        ("meteor.jsonl", "meteor", vec![]),
        ("parse.jsonl", "parse", vec![]),
        ("payload.jsonl", "payload", vec![]),
        ("supabase.sql", "supabase", vec![]),
        ("wordpress.sql", "wordpress", vec![]),
        ("wordpress.csv", "wordpress", vec![]),
    ]
}

#[test]
fn users_of_every_system_keep_their_passwords() {
    for (file, format, more) in sources() {
        let more: Vec<&str> = more.iter().map(String::as_str).collect();
        let home = Home::new();
        let more = [&["--format", format], &more[..]].concat();
        let ran = import(&home, &export(file), &more);
        assert!(
            ran.stdout.contains(" imported, 0 there already\n"),
            "{file} {ran:#?}"
        );
        let me = log_ada_in(&home);
        let has_names = file != "devise.csv";
        assert_eq!(me["email"], "ada@x.test", "{file}");
        assert_eq!(me["firstName"] == "Ada", has_names, "{file} {me}");
        assert_eq!(me["lastName"] == "Lovelace", has_names, "{file} {me}");
        // No export makes administrators.
        assert_eq!(me["role"], "USER", "{file}");
        let is_dated = !matches!(file, "auth0.jsonl" | "devise.csv");
        let created = me["createdAt"]
            .as_str()
            .unwrap()
            .starts_with("2026-02-18T12:00:00");
        assert_eq!(created, is_dated, "{file} {me}");
    }
}

#[test]
fn users_without_a_password_log_in_after_a_reset() {
    let home = Home::new();
    let ran = import(&home, &export("cognito.csv"), &["--format", "cognito"]);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert!(
        ran.stdout
            .contains("1 without a password, to be set by a reset"),
        "{ran:#?}"
    );
    let server = home.start();
    let client = server.client();
    let attempt = json!({ "email": "ada@x.test", "password": PASSWORD });
    assert_eq!(kind(&client.act("login", &attempt)), "InvalidCredentials");
    client.forget("ada@x.test");
    let code = home.email_to("ada@x.test", 1).code();
    client.reset("ada@x.test", &code, "nanoseconds of wire");
    client.log_in("ada@x.test", "nanoseconds of wire");
}

/// Returns lines of which the last alone can be imported.
fn faulty_lines() -> Vec<Value> {
    let hash = json!({ "format": "bcrypt", "hash": format!("$2b$15${}", "a".repeat(53)) });
    vec![
        json!({ "latchkey": 1 }),
        json!({ "email": "nobody" }),
        json!({ "email": "slow@x.test", "password": hash }),
        json!({ "email": "number@x.test", "mobileNumber": "12" }),
        json!({ "email": "more@x.test", "admin": true }),
        json!({ "firstName": "Ada" }),
        json!({ "email": "Twice@x.test" }),
        json!({ "email": "twice@X.test" }),
        json!({ "email": "ada@x.test", "firstName": "Ada" }),
    ]
}

#[test]
fn refused_rows_are_reported_with_line_field_and_reason() {
    let home = Home::new();
    let file = write_lines(&home, &faulty_lines());
    let ran = import(&home, &file, &[]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(
        ran.stdout.starts_with("1 imported, 0 there already\n"),
        "{ran:#?}"
    );
    assert!(ran.stderr.contains("7 rows refused: see "), "{ran:#?}");
    let report = report(&home);
    let named: Vec<_> = report
        .iter()
        .map(|row| {
            (
                row["line"].as_u64().unwrap(),
                row["field"].as_str().unwrap_or(""),
            )
        })
        .collect();
    let expected = [
        (2, "email"),
        (3, "password"),
        (4, "mobileNumber"),
        (5, ""),
        (6, ""),
        (7, "email"),
        (8, "email"),
    ];
    assert_eq!(named, expected, "{report:#?}");
    let reason = |at: usize| report[at]["reason"].as_str().unwrap();
    assert!(
        reason(1).contains("the limits are 1000 ms and 256 MiB"),
        "{}",
        reason(1)
    );
    assert!(reason(3).contains("unknown field"), "{}", reason(3));
    assert!(
        reason(5).contains("another row has the same address"),
        "{}",
        reason(5)
    );
    assert!(!report.iter().any(|row| row.to_string().contains("$2b$")));
}

#[test]
fn repeated_import_adds_only_what_is_missing() {
    for database in [None, Some(Database::new())] {
        let mut home = Home::new();
        if let Some(database) = &database {
            home = home.with("LATCHKEY_STORE", &database.url);
        }
        let people = |count: usize| -> Vec<Value> {
            let email = |number| json!({ "email": format!("p{number}@x.test") });
            (0..count).map(email).collect()
        };
        let first = import(&home, &write_lines(&home, &people(600)), &[]);
        assert!(
            first.stdout.starts_with("600 imported, 0 there"),
            "{first:#?}"
        );
        let dry = import(&home, &write_lines(&home, &people(700)), &["--dry-run"]);
        assert!(
            dry.stdout.starts_with("100 would be imported, 600 there"),
            "{dry:#?}"
        );
        let again = import(&home, &write_lines(&home, &people(700)), &[]);
        assert!(
            again.stdout.starts_with("100 imported, 600 there"),
            "{again:#?}"
        );
    }
}

#[test]
fn dry_run_counts_hashes_by_format_and_writes_nothing() {
    let home = Home::new();
    let arguments = ["--format", "wordpress", "--dry-run"];
    let ran = import(&home, &export("wordpress.sql"), &arguments);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert!(ran.stdout.starts_with("2 would be imported"), "{ran:#?}");
    assert!(
        ran.stdout.contains("2 with a hash of wordpress"),
        "{ran:#?}"
    );
    let ran = import(&home, &export("wordpress.sql"), &arguments);
    assert!(
        ran.stdout
            .starts_with("2 would be imported, 0 there already"),
        "{ran:#?}"
    );
}

#[test]
fn hash_that_nothing_verifies_is_left_behind_and_reported() {
    let home = Home::new();
    let hash = "$apr1$iSqQAiUL$jAWvTDg26IbVy5bTyiU9q0";
    let password = json!({ "format": "crypt", "hash": hash });
    let file = write_lines(
        &home,
        &[json!({ "email": "ada@x.test", "password": password })],
    );
    let ran = import(&home, &file, &[]);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert!(ran.stdout.contains("1 without a password"), "{ran:#?}");
    let report = report(&home);
    assert_eq!(
        report[0]["reason"],
        "imported without a password: nothing verifies apr1"
    );
}
