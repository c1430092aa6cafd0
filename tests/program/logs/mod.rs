//! The log at its most verbose level holds no secret.

use std::fs;

use serde_json::{Value, json};

use crate::support::database::Database;
use crate::support::home::Home;
use crate::support::mail_server::{self, MailServer, Tls, escaped};

mod lines;
mod traffic;

const OLD_PASSWORD: &str = "swordfish number one";
const NEW_PASSWORD: &str = "swordfish number two";
const WRONG_PASSWORD: &str = "swordfish of another";
const STORE_PASSWORD: &str = "store/pass phrase@%";
const EMAIL: &str = "ada.lovelace@quiet.test";
const PENDING: &str = "grace.hopper@quiet.test";
const UNKNOWN: &str = "nobody.at.all@quiet.test";

fn verbose(home: Home) -> Home {
    home.with("LATCHKEY_LOG", "trace")
        .with("LATCHKEY_LOG_FORMAT", "json")
}

/// Parses every line of the log as a JSON object.
#[track_caller]
fn lines(home: &Home) -> Vec<Value> {
    let read =
        |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line:?}"));
    home.log()
        .lines()
        .map(read)
        .inspect(|line: &Value| assert!(line["level"].is_string(), "{line}"))
        .collect()
}

#[test]
fn log_of_every_operation_on_sqlite_holds_no_secret() {
    let mail = MailServer::start(Tls::Starttls, &[]);
    let home = verbose(mail.used_by(Home::unlimited(), mail_server::PASSWORD));
    let secrets = assert_no_secret_logged(&home, &mail);
    assert_holds_no_secret(
        "a copy of the file",
        &fs::read(home.data().join("latchkey.db")).unwrap(),
        &secrets,
    );
}

#[test]
fn log_of_every_operation_on_mongodb_holds_no_secret() {
    let (mail, database) = (
        MailServer::start(
            Tls::FromTheStart,
            &["--reply", "CONTENT 1 451 4.3.0 try later"],
        ),
        Database::new(),
    );
    let home = verbose(mail.used_by(Home::unlimited(), mail_server::PASSWORD));
    let store = database.with_user("keeper", STORE_PASSWORD);
    let secrets = assert_no_secret_logged(&home.with("LATCHKEY_STORE", store), &mail);
    assert_holds_no_secret(
        "a copy of the database",
        database.dump().as_bytes(),
        &secrets,
    );
}

/// Asserts that a stolen copy of the store reveals no token, no ticket and no code.
fn assert_holds_no_secret(what: &str, copy: &[u8], secrets: &[String]) {
    assert!(
        copy.windows(EMAIL.len())
            .any(|window| window == EMAIL.as_bytes()),
        "{what} holds the account"
    );
    for secret in secrets {
        let bytes = secret.as_bytes();
        // A code of six digits may occur inside a longer number.
        let is_word = |at: usize| {
            let around = [at.checked_sub(1), Some(at + bytes.len())]
                .map(|at| at.and_then(|at| copy.get(at)));
            !around.into_iter().flatten().any(u8::is_ascii_alphanumeric)
        };
        let mut found = (0..copy.len()).filter(|at| copy[*at..].starts_with(bytes) && is_word(*at));
        assert_eq!(found.next(), None, "{what} holds {secret}");
    }
}

/// Runs every operation, asserts that the log holds no secret, and returns the tokens, tickets and
/// codes it received.
fn assert_no_secret_logged(home: &Home, mail: &MailServer) -> Vec<String> {
    let received = traffic::every_operation(home, mail);
    let mut secrets = received.clone();
    secrets.extend(
        [
            OLD_PASSWORD,
            NEW_PASSWORD,
            WRONG_PASSWORD,
            EMAIL,
            PENDING,
            UNKNOWN,
        ]
        .map(str::to_owned),
    );
    for password in [mail_server::PASSWORD, STORE_PASSWORD] {
        secrets.extend([password.to_owned(), escaped(password)]);
    }
    let lines = lines(home);
    assert!(
        lines
            .iter()
            .filter(|line| line["message"] == "answered")
            .count()
            > 15,
        "the log is incomplete: {lines:#?}"
    );
    for secret in secrets {
        assert!(secret.len() >= 6, "{secret}");
        let leak = lines
            .iter()
            .find(|line| texts(line).contains(&secret.to_lowercase()));
        assert!(leak.is_none(), "{secret} is in {}", leak.unwrap());
    }
    received
}

/// Collects every string of a line, unescaped and in lower case.
fn texts(line: &Value) -> String {
    match line {
        Value::String(text) => text.to_lowercase(),
        Value::Array(values) => values.iter().map(texts).collect::<Vec<_>>().join("\n"),
        Value::Object(fields) => {
            let texts = fields
                .iter()
                .map(|(key, value)| format!("{key}\n{}", texts(value)));
            texts.collect::<Vec<_>>().join("\n")
        }
        other => other.to_string(),
    }
}

#[test]
fn rejected_store_password_is_logged_without_the_password() {
    let database = Database::new();
    let right = database.with_user("keeper", STORE_PASSWORD);
    let wrong = right.replace(&escaped(STORE_PASSWORD), "hunter2hunter2");
    let home = verbose(Home::new().with("LATCHKEY_STORE", wrong));
    let server = home.start();
    let client = server.client();
    assert_eq!(client.get("/health/ready").status, 503);
    let answer = client
        .try_act(
            "login",
            &json!({ "email": EMAIL, "password": OLD_PASSWORD }),
        )
        .unwrap();
    assert_eq!(
        answer["errors"][0]["extensions"]["code"], "OVERLOADED",
        "{answer}"
    );
    home.logged("request failed", 1);
    let lines = lines(&home);
    let error = lines
        .iter()
        .find(|line| line["message"] == "request failed")
        .unwrap();
    assert_eq!(
        error["span"]["request_id"], answer["errors"][0]["extensions"]["requestId"],
        "{error}"
    );
    for line in lines {
        assert!(
            !line.to_string().contains("hunter2") && !line.to_string().contains("ada.lovelace"),
            "{line}"
        );
    }
}
