//! Every way to sign in, passkeys among them, in Chromium with its virtual authenticator against the
//! built program.

use std::time::Duration;

use crate::support::database::Database;
use crate::support::walk::{self, program};
use crate::support::{tool, typescript};

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
    let client = tool::root().join("clients/typescript/dist");
    let mut variables = program(url);
    variables.push(("CLIENT", client.display().to_string()));
    walk::walk("passkeys.mjs", RUN_LIMIT, 11.., &variables);
}
