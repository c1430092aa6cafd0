//! Every way to sign in, passkeys among them, in Chromium with its virtual authenticator against the
//! built program.

use std::process::Command;
use std::time::Duration;

use crate::support::database::Database;
use crate::support::{process, tool, typescript};

const RUN_LIMIT: Duration = Duration::from_mins(3);

#[test]
fn passkeys_sign_in_with_chromium_on_sqlite() {
    walk(None);
}

#[test]
fn passkeys_sign_in_with_chromium_on_mongodb() {
    let database = Database::new();
    walk(Some(database.url.clone()));
}

#[track_caller]
fn walk(url: Option<String>) {
    typescript::client_package();
    let mut node = Command::new(tool::path("node"));
    node.arg("passkeys.mjs")
        .current_dir(typescript::installed("tests/browser"))
        .env("LATCHKEY_BIN", env!("CARGO_BIN_EXE_latchkey"))
        .env("CLIENT", tool::root().join("clients/typescript/dist"))
        .env("CHROMIUM", tool::path("chromium"))
        .envs(url.map(|url| ("STORE", url)));
    let ran = process::run(&mut node, "", RUN_LIMIT);
    let last = ran.stdout.lines().last().unwrap_or_default();
    let passed = last
        .strip_suffix(" passed, 0 failed")
        .and_then(|passed| passed.parse().ok());
    assert!(
        ran.code == Some(0) && passed >= Some(11),
        "{}\n{}",
        ran.stdout,
        ran.stderr
    );
}
