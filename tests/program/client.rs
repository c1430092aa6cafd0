//! A strictly typed TypeScript client, generated from `schema.graphql`, uses every operation.

use crate::support::database::Database;
use crate::support::home::Home;
use crate::support::typescript;

#[test]
fn typescript_client_passes_every_check_on_sqlite() {
    assert_every_check_passes(&Home::unlimited());
}

#[test]
fn typescript_client_passes_every_check_with_verified_emails() {
    assert_every_check_passes(&Home::unlimited().with("LATCHKEY_VERIFY_EMAIL_FIRST", "true"));
}

#[test]
fn typescript_client_passes_every_check_on_mongodb() {
    let database = Database::new();
    assert_every_check_passes(&Home::unlimited().with("LATCHKEY_STORE", &database.url));
}

#[track_caller]
fn assert_every_check_passes(home: &Home) {
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
