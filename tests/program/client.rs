//! A strict TypeScript program over documents generated from `schema.graphql` runs the whole loop.

use crate::support::database::Database;
use crate::support::home::Home;
use crate::support::typescript;

#[test]
fn typescript_client_passes_every_check_on_sqlite() {
    is_content(&Home::unlimited());
}

#[test]
fn typescript_client_passes_every_check_with_verified_emails() {
    is_content(&Home::unlimited().with("LATCHKEY_VERIFY_EMAIL_FIRST", "true"));
}

#[test]
fn typescript_client_passes_every_check_on_mongodb() {
    let database = Database::new();
    is_content(&Home::unlimited().with("LATCHKEY_STORE", &database.url));
}

#[track_caller]
fn is_content(home: &Home) {
    let server = home.start();
    let ran = typescript::run(&server.url, home);
    let last = ran.stdout.lines().last().unwrap_or_default();
    let passed = last
        .strip_suffix(" passed, 0 failed")
        .and_then(|passed| passed.parse().ok());
    assert!(
        ran.code == Some(0) && passed > Some(20),
        "{}\n{}",
        ran.stdout,
        ran.stderr
    );
}
