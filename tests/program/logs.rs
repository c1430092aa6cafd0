//! The log, at its most talkative: no secret in it, and no line that is not one.

use std::fs;

use serde_json::{Value, json};

use crate::support::client::{Client, Tokens, kind, sign_up_input, tokens};
use crate::support::database::Database;
use crate::support::home::Home;
use crate::support::mail_server::{self, MailServer, Tls, escaped};
use crate::support::raw::Raw;
use crate::support::{SOON, until};

const OLD_PASSWORD: &str = "swordfish number one";
const NEW_PASSWORD: &str = "swordfish number two";
const WRONG_PASSWORD: &str = "swordfish of another";
const STORE_PASSWORD: &str = "store/pass phrase@%";
const EMAIL: &str = "ada.lovelace@quiet.test";
const PENDING: &str = "grace.hopper@quiet.test";
const NOBODY: &str = "nobody.at.all@quiet.test";

fn talkative(home: Home) -> Home {
    home.with("LATCHKEY_LOG", "trace")
        .with("LATCHKEY_LOG_FORMAT", "json")
}

/// Every line of the log as the object that it must be.
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
    let home = talkative(mail.used_by(Home::unlimited(), mail_server::PASSWORD));
    let secrets = tells_no_secret(&home, &mail);
    holds_none(
        "a copy of the file",
        &fs::read(home.data().join("latchkey.db")).unwrap(),
        &secrets,
    );
}

#[test]
fn log_of_every_operation_on_mongodb_holds_no_secret() {
    let (mail, database) = (
        MailServer::start(Tls::FromTheStart, &["--defer", "1"]),
        Database::new(),
    );
    let home = talkative(mail.used_by(Home::unlimited(), mail_server::PASSWORD));
    let store = database.with_user("keeper", STORE_PASSWORD);
    let secrets = tells_no_secret(&home.with("LATCHKEY_STORE", store), &mail);
    holds_none(
        "a copy of the database",
        database.dump().as_bytes(),
        &secrets,
    );
}

/// Holds what somebody stole to be of no use to them: no token, no ticket and no code can be read off it.
fn holds_none(what: &str, copy: &[u8], secrets: &[String]) {
    assert!(
        copy.windows(EMAIL.len())
            .any(|window| window == EMAIL.as_bytes()),
        "{what} holds the account"
    );
    for secret in secrets {
        let bytes = secret.as_bytes();
        // Six digits may be part of a longer number.
        let is_word = |at: usize| {
            let around = [at.checked_sub(1), Some(at + bytes.len())]
                .map(|at| at.and_then(|at| copy.get(at)));
            !around.into_iter().flatten().any(u8::is_ascii_alphanumeric)
        };
        let mut found = (0..copy.len()).filter(|at| copy[*at..].starts_with(bytes) && is_word(*at));
        assert_eq!(found.next(), None, "{what} holds {secret}");
    }
}

/// Does the loop, holds the log to tell nothing, and gives the tokens, tickets and codes that it met.
fn tells_no_secret(home: &Home, mail: &MailServer) -> Vec<String> {
    let met = whole_loop(home, mail);
    let mut secrets = met.clone();
    secrets.extend(
        [
            OLD_PASSWORD,
            NEW_PASSWORD,
            WRONG_PASSWORD,
            EMAIL,
            PENDING,
            NOBODY,
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
        "the log is quiet: {lines:#?}"
    );
    for secret in secrets {
        assert!(secret.len() >= 6, "{secret}");
        let leak = lines
            .iter()
            .find(|line| texts(line).contains(&secret.to_lowercase()));
        assert!(leak.is_none(), "{secret} is in {}", leak.unwrap());
    }
    met
}

/// Every string of a line, escapes undone, in lower case.
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

/// Does everything, some of it wrongly, and gives the tokens, tickets and codes that it met.
fn whole_loop(home: &Home, mail: &MailServer) -> Vec<String> {
    let server = home.start();
    let client = server.client();
    let input = |email: &str, password: &str| {
        let mut input = sign_up_input(email);
        input["password"] = json!(password);
        input
    };
    let first = tokens(&client.act("signup", &input(EMAIL, OLD_PASSWORD)));
    let second = client.log_in(&EMAIL.to_uppercase(), OLD_PASSWORD);
    let third = client.refresh(&second.refresh);
    let signed_in = client.with_bearer(&third.access);
    signed_in.me().unwrap();
    for email in [EMAIL, NOBODY] {
        let wrong = client.act(
            "login",
            &json!({ "email": email, "password": WRONG_PASSWORD }),
        );
        assert_eq!(kind(&wrong), "InvalidCredentials");
    }
    in_all_the_wrong_places(&client, &server.url, &third);
    client.forget(NOBODY);
    client.forget(EMAIL);
    let code = mail.taken(1, SOON * 2).remove(0).code();
    assert_eq!(
        kind(&client.reset(EMAIL, &code, NEW_PASSWORD)),
        "PasswordReset"
    );
    assert_eq!(
        kind(&client.reset(EMAIL, &code, NEW_PASSWORD)),
        "InvalidCode"
    );
    assert_eq!(signed_in.me(), Err("UNAUTHENTICATED".to_owned()));
    let fourth = client.log_in(EMAIL, NEW_PASSWORD);
    assert_eq!(
        kind(
            &client
                .with_bearer(&fourth.access)
                .act("logout", &json!({ "everywhere": false }))
        ),
        "LoggedOut"
    );
    let mut secrets: Vec<String> = [first, second, third, fourth]
        .into_iter()
        .flat_map(both)
        .collect();
    secrets.push(code);
    assert!(server.stop().success());

    let server = home
        .clone()
        .with("LATCHKEY_VERIFY_EMAIL_FIRST", "true")
        .start();
    let client = server.client();
    let pending = client.act("signup", &input(PENDING, OLD_PASSWORD));
    let ticket = pending["ticket"].as_str().unwrap().to_owned();
    let code = until("the code for the ticket", SOON * 2, || {
        mail.messages()
            .into_iter()
            .find(|message| message.to == PENDING)
            .map(|message| message.code())
    });
    let verified = client.act(
        "verifyEmail",
        &json!({ "email": PENDING, "code": code, "ticket": ticket }),
    );
    secrets.extend([ticket, code].into_iter().chain(both(tokens(&verified))));
    assert!(server.stop().success());
    secrets
}

fn both(tokens: Tokens) -> [String; 2] {
    [tokens.access, tokens.refresh]
}

/// Puts passwords and tokens where they do not belong, and where errors come from that might quote them.
fn in_all_the_wrong_places(client: &Client, url: &str, tokens: &Tokens) {
    let Tokens { access, refresh } = tokens;
    let login = format!(
        r#"mutation {{ login(input: {{ email: "{EMAIL}", password: "{OLD_PASSWORD}" }}) {{ __typename }} }}"#
    );
    for document in [
        &login,
        &login[..login.len() - 20],
        &login.replace("login", "logon"),
        &format!("{{ {refresh} }}"),
    ] {
        _ = client
            .try_post(document, &json!({ "input": OLD_PASSWORD, "email": EMAIL }))
            .unwrap();
    }
    let query = login
        .replace(' ', "%20")
        .replace('"', "%22")
        .replace('{', "%7B")
        .replace('}', "%7D");
    for path in [
        format!("/graphql?query={query}"),
        format!("/health/live?access_token={access}&email={EMAIL}"),
    ] {
        _ = client.get(&path);
    }
    for bearer in [refresh, &access[..access.len() - 3], OLD_PASSWORD] {
        assert_eq!(
            client.with_bearer(bearer).me(),
            Err("UNAUTHENTICATED".to_owned())
        );
    }
    assert_eq!(
        kind(&client.act("refresh", &json!({ "refreshToken": access }))),
        "InvalidRefreshToken"
    );
    assert_eq!(
        kind(&client.act("login", &json!({ "email": refresh, "password": access }))),
        "InvalidCredentials"
    );
    _ = client
        .try_act(
            "login",
            &json!({ "email": { "$gt": EMAIL }, "password": [OLD_PASSWORD] }),
        )
        .unwrap();
    let mut raw = Raw::connect(url.strip_prefix("http://").unwrap());
    let body = format!(r#"{{"query": "{EMAIL} {OLD_PASSWORD}"#);
    raw.send(format!(
        "POST /graphql HTTP/1.1\r\nhost: {EMAIL}\r\nreferer: http://x.test/?email={EMAIL}\r\ncookie: latchkey_refresh={refresh}\r\n\
         authorization: Basic {access}\r\nx-request-id: {EMAIL}\r\nuser-agent: {EMAIL}\r\norigin: http://{EMAIL}\r\n\
         content-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    ));
    assert!(raw.read_to_end().starts_with("HTTP/1.1 400 "));
}

#[test]
fn log_lines_are_json_when_stderr_is_redirected() {
    let home = Home::new();
    assert!(home.start().stop().success());
    assert!(!lines(&home).is_empty());
    let home = Home::new().with("LATCHKEY_LOG_FORMAT", "pretty");
    assert!(home.start().stop().success());
    assert!(
        home.log().contains("INFO latchkey") && !home.log().contains('{'),
        "{}",
        home.log()
    );
}

#[test]
fn rejected_store_password_is_logged_without_the_password() {
    let database = Database::new();
    let right = database.with_user("keeper", STORE_PASSWORD);
    let wrong = right.replace(&escaped(STORE_PASSWORD), "hunter2hunter2");
    let home = talkative(Home::new().with("LATCHKEY_STORE", wrong));
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
    let told = lines(&home);
    let error = told
        .iter()
        .find(|line| line["message"] == "request failed")
        .unwrap();
    assert_eq!(
        error["span"]["request_id"], answer["errors"][0]["extensions"]["requestId"],
        "{error}"
    );
    for line in told {
        assert!(
            !line.to_string().contains("hunter2") && !line.to_string().contains("ada.lovelace"),
            "{line}"
        );
    }
}

#[test]
fn client_headers_cannot_break_or_forge_log_lines() {
    let home = talkative(Home::new());
    let server = home.start();
    let forged = "x\t{\"level\":\"ERROR\",\"message\":\"forged\"}";
    let names = [
        forged,
        "\u{1b}[2J\u{1b}[31m",
        "a\u{85}b\u{2028}c",
        "\u{7f}\u{0}",
        "a\rb",
        "a b\nlevel: forged",
        "ünïcödé",
    ];
    let mut accepted = 0;
    for name in names {
        for header in ["user-agent", "x-request-id", "authorization", "cookie"] {
            let mut raw = Raw::connect(server.address());
            raw.send(format!(
                "POST /graphql HTTP/1.1\r\nhost: localhost\r\n{header}: {name}\r\ncontent-type: application/json\r\n\
                 connection: close\r\ncontent-length: 24\r\n\r\n{{\"query\":\"{{__typename}}\"}}"
            ));
            accepted += usize::from(raw.read_to_end().starts_with("HTTP/1.1 200 "));
        }
    }
    // No control character, and yet none of ours: the id of whoever calls, which is kept.
    let mut raw = Raw::connect(server.address());
    raw.send("GET /health/live HTTP/1.1\r\nhost: localhost\r\nx-request-id: Trace-1234\r\nconnection: close\r\n\r\n");
    assert!(
        raw.read_to_end()
            .to_lowercase()
            .contains("x-request-id: trace-1234\r\n")
    );
    let mut raw = Raw::connect(server.address());
    raw.send(
        "GET /%0a%1b[2J?\u{85}{\"level\" HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n",
    );
    accepted += 1 + usize::from(raw.read_to_end().starts_with("HTTP/1.1 404 "));
    assert!(server.stop().success());

    assert!(!home.log().contains('\u{1b}'));
    let told = lines(&home);
    assert!(
        told.iter()
            .all(|line| line["message"] != "forged" && line["level"] != "ERROR"),
        "{told:#?}"
    );
    let answered: Vec<&Value> = told
        .iter()
        .filter(|line| line["message"] == "answered")
        .collect();
    // Of the names, hyper refuses some before they are a request, and some in one header but not in another.
    assert_eq!(answered.len(), accepted, "{told:#?}");
    let ids: Vec<&str> = answered
        .iter()
        .map(|line| line["span"]["request_id"].as_str().unwrap())
        .collect();
    let is_ours = |id: &str| id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    assert_eq!(
        ids.iter().filter(|id| !is_ours(id)).collect::<Vec<_>>(),
        [&"Trace-1234"]
    );
}
