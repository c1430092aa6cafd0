//! `latchkey keys` beside servers that run, and resource servers of others that follow.

use std::fs;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

use crate::support::client::{Client, PASSWORD, Tokens};
use crate::support::database::Database;
use crate::support::home::Home;
use crate::support::process::Ran;
use crate::support::{SOON, tool, until};

mod resource_server;
mod verify;

const SECRET: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// The names in a server's JWK set.
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

/// The header or the claims of a token.
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

/// Makes the next key, and gives its name.
#[track_caller]
fn rotate(home: &Home, lead: &str) -> String {
    let told = ran(home, &["keys", "rotate", "--lead", lead]).stdout;
    told.strip_prefix("created ")
        .and_then(|rest| rest.split_once(':'))
        .expect("a name")
        .0
        .to_owned()
}

/// Waits until a server shows so many keys.
#[track_caller]
fn shows(client: &Client, count: usize) {
    until(&format!("{count} keys in the JWK set"), SOON, || {
        (shown(client).len() == count).then_some(())
    });
}

/// Logs in, and refreshes until the tokens are signed with a key.
#[track_caller]
fn signed_with(client: &Client, key: &str) -> Tokens {
    let mut tokens = client.log_in("ada@x.test", PASSWORD);
    until(&format!("a token of {key}"), SOON, || {
        tokens = client.refresh(&tokens.refresh);
        Some(tokens.clone()).filter(|tokens| kid(tokens) == key)
    })
}

#[test]
fn servers_that_run_take_up_a_new_key_and_keep_the_old_one_and_none_is_restarted() {
    let home = Home::unlimited();
    let (a, b) = (home.start(), home.start());
    let (a, b) = (a.client(), b.client());
    let before = a.sign_up("ada@x.test");
    assert_eq!(shown(&a), shown(&b));
    let new = rotate(&home, "3");
    for node in [&a, &b] {
        shows(node, 2);
    }
    for (here, there) in [(&a, &b), (&b, &a)] {
        let after = signed_with(here, &new);
        for node in [here, there] {
            assert!(node.with_bearer(&after.access).me().is_ok());
            assert!(
                node.with_bearer(&before.access).me().is_ok(),
                "a token of the old key lives on"
            );
        }
    }
    assert_eq!(shown(&a), [new.clone(), kid(&before)]);
    let list = ran(&home, &["keys", "list"]).stdout;
    let lines: Vec<&str> = list.lines().collect();
    assert_eq!(lines.len(), 3, "{list}");
    assert!(
        lines[1].starts_with(&new) && lines[1].contains("  ES256      signs since 20"),
        "{list}"
    );
    assert!(
        lines[2].starts_with(&kid(&before)) && lines[2].contains("verifies until 20"),
        "{list}"
    );
}

#[test]
fn a_retired_key_is_refused_by_servers_that_run_and_sessions_go_on() {
    let home = Home::unlimited();
    let (a, b) = (home.start(), home.start());
    let tokens = a.client().sign_up("ada@x.test");
    let only = home.run(&["keys", "retire", &kid(&tokens)], "");
    assert_eq!(only.code, Some(1), "{only:#?}");
    assert!(
        only.stderr.contains("run latchkey keys rotate first"),
        "{only:#?}"
    );
    assert!(a.client().with_bearer(&tokens.access).me().is_ok());

    let new = rotate(&home, "600");
    let retired = ran(&home, &["keys", "retire", &kid(&tokens)]);
    assert!(
        retired.stdout.contains("are refused from now on") && retired.stdout.contains("JWK set"),
        "{retired:#?}"
    );
    for node in [a.client(), b.client()] {
        let refused = || node.with_bearer(&tokens.access).me().is_err().then_some(());
        until("tokens of the retired key are refused", SOON, refused);
        assert_eq!(shown(&node), std::slice::from_ref(&new));
    }
    let next = b.client().refresh(&tokens.refresh);
    assert_eq!(kid(&next), new);
    assert!(a.client().with_bearer(&next.access).me().is_ok());
    assert_eq!(
        home.run(&["keys", "retire", &kid(&tokens)], "").code,
        Some(1)
    );
    let hyphen = home.run(&["keys", "retire", "-NHDGzZ_V3gNTcgdHpKh1"], "");
    assert!(
        hyphen.code == Some(1)
            && hyphen
                .stderr
                .contains("there is no key -NHDGzZ_V3gNTcgdHpKh1"),
        "{hyphen:#?}"
    );
}

#[test]
fn keys_and_secret_from_the_environment_need_no_files_and_are_never_shown() {
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
fn hs256_is_there_for_who_asks_for_it_with_a_secret() {
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
fn check_warns_of_keys_that_are_files_where_there_may_be_several_nodes() {
    let database = Database::new();
    let home = Home::new().with("LATCHKEY_STORE", &database.url);
    assert!(home.start().stop().success());
    let files = ran(&home, &["check"]);
    let warning = files
        .stdout
        .lines()
        .find(|line| line.starts_with("warning: keys: "))
        .expect("a warning");
    for cure in ["LATCHKEY_DATA", "LATCHKEY_SIGNING_KEYS", "LATCHKEY_SECRET"] {
        assert!(warning.contains(cure), "{warning}");
    }
    let agree = files
        .stdout
        .lines()
        .find(|line| line.starts_with("ok: keys: signs with ES256 "))
        .map(str::to_owned);
    assert!(agree.is_some(), "{files:#?}");

    // The same keys from the environment: the same names, and nothing to warn of.
    let file = |name: &str| format!("file:{}", home.data().join(name).display());
    let given = Home::new().with("LATCHKEY_STORE", &database.url);
    let given = given
        .with("LATCHKEY_SIGNING_KEYS", file("keys/1.pem"))
        .with("LATCHKEY_SECRET", file("secret"));
    let checked = ran(&given, &["check"]);
    assert!(!checked.stdout.contains("warning"), "{checked:#?}");
    assert_eq!(
        checked
            .stdout
            .lines()
            .find(|line| line.starts_with("ok: keys: "))
            .map(str::to_owned),
        agree
    );
    // And with one node, which keeps its accounts in a file, there is nothing either.
    assert!(!ran(&Home::new(), &["check"]).stdout.contains("warning"));
}

#[test]
fn check_says_how_to_change_over_to_another_algorithm() {
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

/// A text with each name of a key and each time replaced by what it is.
fn shape(text: &str) -> String {
    let word = |word: &str| match word.trim_end_matches(':') {
        kid if kid.len() == 43 => word.replace(kid, "<kid>"),
        time if time.starts_with("20") && time.ends_with('Z') => word.replace(time, "<time>"),
        _ => word.to_owned(),
    };
    let line = |line: &str| {
        line.trim_end()
            .split(' ')
            .map(word)
            .collect::<Vec<_>>()
            .join(" ")
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_example_on_the_page_of_tokens_is_what_the_command_prints() {
    let page = fs::read_to_string(tool::root().join("docs/tokens.md")).unwrap();
    let (_, rest) = page
        .split_once("<!-- example: keys rotate -->\n```console\n$ latchkey keys rotate\n")
        .unwrap();
    let example = rest.split_once("\n```").unwrap().0;
    let home = Home::new();
    ran(&home, &["keys", "rotate"]);
    assert_eq!(
        shape(&ran(&home, &["keys", "rotate"]).stdout),
        shape(example)
    );
}

#[test]
fn a_lead_that_can_only_be_a_slip_is_refused_and_makes_nothing() {
    let home = Home::new();
    ran(&home, &["keys", "rotate"]);
    for lead in [
        "31622401",
        "253402300799",
        "9223372036854775807",
        "18446744073709551615",
        "-1",
    ] {
        assert_eq!(
            home.run(&["keys", "rotate", &format!("--lead={lead}")], "")
                .code,
            Some(2),
            "{lead}"
        );
    }
    assert_eq!(fs::read_dir(home.data().join("keys")).unwrap().count(), 1);
    ran(&home, &["keys", "rotate", "--lead", "31622400"]);
    ran(&home, &["keys", "list"]);
}
