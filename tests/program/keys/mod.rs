//! Signing keys: where they come from, how they are rotated, and resource servers that verify
//! tokens with them.

use std::fs;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

use crate::support::client::{Client, PASSWORD, Tokens};
use crate::support::database::Database;
use crate::support::home::Home;
use crate::support::process::Ran;
use crate::support::{SOON, until};

mod export;
mod gateway;
mod readers;
mod resource_server;
mod rotation;
mod secret;
mod verify;

const SECRET: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// The key ids in a server's JWK set.
#[track_caller]
fn shown(client: &Client) -> Vec<String> {
    let jwks: Value = serde_json::from_str(&client.get("/.well-known/jwks.json").text).unwrap();
    jwks["keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect()
}

/// The header (0) or the claims (1) of a token.
fn part(token: &str, index: usize) -> Value {
    serde_json::from_slice(
        &URL_SAFE_NO_PAD
            .decode(token.split('.').nth(index).unwrap())
            .unwrap(),
    )
    .unwrap()
}

fn kid(tokens: &Tokens) -> String {
    part(&tokens.access, 0)["kid"].as_str().unwrap().to_owned()
}

#[track_caller]
fn ran(home: &Home, arguments: &[&str]) -> Ran {
    let ran = home.run(arguments, "");
    assert_eq!(ran.code, Some(0), "{arguments:?}: {ran:#?}");
    ran
}

/// Creates the next key and returns its id.
#[track_caller]
fn rotate(home: &Home, lead: &str) -> String {
    let output = ran(home, &["keys", "rotate", "--lead", lead]).stdout;
    output
        .strip_prefix("created ")
        .and_then(|rest| rest.split_once(':'))
        .expect("a key id")
        .0
        .to_owned()
}

/// Waits until a server's JWK set has `count` keys.
#[track_caller]
fn shows(client: &Client, count: usize) {
    until(&format!("{count} keys in the JWK set"), SOON, || {
        (shown(client).len() == count).then_some(())
    });
}

/// Logs in and refreshes until the tokens are signed with `key`.
#[track_caller]
fn signed_with(client: &Client, key: &str) -> Tokens {
    let mut tokens = client.log_in("ada@x.test", PASSWORD);
    until(&format!("a token of {key}"), SOON, || {
        tokens = client.refresh(&tokens.refresh);
        Some(tokens.clone()).filter(|tokens| kid(tokens) == key)
    })
}

#[test]
fn keys_from_environment_need_no_files_and_stay_hidden() {
    let made = Home::new();
    ran(&made, &["keys", "rotate"]);
    let key = fs::read_to_string(made.data().join("keys/1.pem")).unwrap();
    let home = Home::new()
        .with("LATCHKEY_SIGNING_KEYS", key.replace('\n', "\\n"))
        .with("LATCHKEY_SECRET", SECRET)
        .with("LATCHKEY_LOG", "trace");
    let server = home.start();
    let tokens = server.client().sign_up("ada@x.test");
    assert!(server.client().with_bearer(&tokens.access).me().is_ok());
    server.client().refresh(&tokens.refresh);
    assert!(!home.data().join("keys").exists() && !home.data().join("secret").exists());

    let rotate = home.run(&["keys", "rotate"], "");
    assert_eq!(rotate.code, Some(1), "{rotate:#?}");
    assert!(
        rotate.stderr.contains("LATCHKEY_SIGNING_KEYS")
            && rotate.stderr.contains("openssl genpkey"),
        "{rotate:#?}"
    );
    let retire = home.run(&["keys", "retire", &kid(&tokens)], "");
    assert!(
        retire.code == Some(1) && retire.stderr.contains("LATCHKEY_SIGNING_KEYS"),
        "{retire:#?}"
    );
    let list = ran(&home, &["keys", "list"]);
    assert!(list.stdout.contains(&kid(&tokens)), "{list:#?}");
    let said = format!(
        "{:?}{}{:?}{:?}",
        ran(&home, &["check"]),
        home.log(),
        rotate,
        server.lines
    );
    for secret in key
        .lines()
        .filter(|line| !line.contains("-----"))
        .chain([&SECRET[..20]])
    {
        assert!(
            !said.contains(secret) || secret.starts_with("Signs-From"),
            "{secret}"
        );
    }
}

#[test]
fn hs256_is_available_only_with_signing_secret() {
    let refused = Home::new()
        .with("LATCHKEY_SIGNING_ALGORITHM", "HS256")
        .run(&["check"], "");
    assert_eq!(refused.code, Some(2), "{refused:#?}");
    assert!(
        refused.stderr.contains("LATCHKEY_SIGNING_SECRET"),
        "{refused:#?}"
    );
    let home = Home::new()
        .with("LATCHKEY_SIGNING_ALGORITHM", "HS256")
        .with("LATCHKEY_SIGNING_SECRET", SECRET);
    let server = home.start();
    let tokens = server.client().sign_up("ada@x.test");
    assert_eq!(part(&tokens.access, 0)["alg"], "HS256");
    assert!(server.client().with_bearer(&tokens.access).me().is_ok());
    assert_eq!(shown(&server.client()), Vec::<String>::new());
    let rotate = home.run(&["keys", "rotate"], "");
    assert!(
        rotate.code == Some(1) && rotate.stderr.contains("LATCHKEY_SIGNING_SECRET"),
        "{rotate:#?}"
    );
}

#[test]
fn check_warns_about_key_files_with_shared_store() {
    let database = Database::new();
    let home = Home::new().with("LATCHKEY_STORE", &database.url);
    assert!(home.start().stop().success());
    let files = ran(&home, &["check"]);
    let warning = files
        .stdout
        .lines()
        .find(|line| line.starts_with("warning: keys: "))
        .expect("a warning");
    for name in ["LATCHKEY_DATA", "LATCHKEY_SIGNING_KEYS", "LATCHKEY_SECRET"] {
        assert!(warning.contains(name), "{warning}");
    }
    let key_line = files
        .stdout
        .lines()
        .find(|line| line.starts_with("ok: keys: signs with ES256 "))
        .map(str::to_owned);
    assert!(key_line.is_some(), "{files:#?}");

    // With the same keys from the environment the ids are the same, and there is no warning.
    let file = |name: &str| format!("file:{}", home.data().join(name).display());
    let from_environment = Home::new()
        .with("LATCHKEY_STORE", &database.url)
        .with("LATCHKEY_SIGNING_KEYS", file("keys/1.pem"))
        .with("LATCHKEY_SECRET", file("secret"));
    let checked = ran(&from_environment, &["check"]);
    assert!(!checked.stdout.contains("warning"), "{checked:#?}");
    assert_eq!(
        checked
            .stdout
            .lines()
            .find(|line| line.starts_with("ok: keys: "))
            .map(str::to_owned),
        key_line
    );
    // A single node, which keeps its accounts in a file, gets no warning either.
    assert!(!ran(&Home::new(), &["check"]).stdout.contains("warning"));
}

#[test]
fn check_explains_change_to_another_algorithm() {
    let home = Home::new();
    ran(&home, &["keys", "rotate"]);
    let home = home.with("LATCHKEY_SIGNING_ALGORITHM", "EdDSA");
    assert!(
        ran(&home, &["check"])
            .stdout
            .contains("run latchkey keys rotate")
    );
    ran(&home, &["keys", "rotate"]);
    assert!(
        !ran(&home, &["check"])
            .stdout
            .contains("run latchkey keys rotate")
    );
}
