//! Sign-in at a real OpenID provider in a real browser, and what `check` says of providers.

use std::time::Duration;

use crate::support::certificates;
use crate::support::database::Database;
use crate::support::home::Home;
use crate::support::walk::{self, program};

const RUN_LIMIT: Duration = Duration::from_mins(5);

#[test]
fn provider_signs_users_in_with_chromium_on_sqlite() {
    walk(None);
}

#[test]
fn provider_signs_users_in_with_chromium_on_mongodb() {
    walk(Some(Database::new().url.clone()));
}

/// Runs `tests/browser/providers`.
#[track_caller]
fn walk(store: Option<String>) {
    let folder = tempfile::tempdir().unwrap();
    certificates::create(folder.path(), "DNS:localhost");
    let certificates = folder.path().display().to_string();
    let mut variables = program(store);
    variables.push(("CERTIFICATES", certificates));
    walk::walk("providers/main.mjs", RUN_LIMIT, 7..=7, &variables);
}

/// Returns a home with a file of providers.
fn with_providers(text: &str) -> (tempfile::TempDir, Home) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("providers.toml");
    std::fs::write(&file, text).unwrap();
    let home = Home::new()
        .with("LATCHKEY_PROVIDERS", file.display().to_string())
        .with(
            "LATCHKEY_PROVIDER_REDIRECTS",
            "http://localhost:5173/signed-in",
        );
    (folder, home)
}

#[test]
fn check_warns_of_a_provider_that_does_not_answer() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = closed.local_addr().unwrap();
    drop(closed);
    let (_folder, home) = with_providers(&format!(
        "[[provider]]\nid = 'corp'\nissuer = 'http://{address}'\nclient_id = 'a'\nclient_secret = 's3cret'\n"
    ));
    let checked = home.run(&["check"], "");
    assert_eq!(checked.code, Some(0), "{checked:#?}");
    assert!(
        checked.stdout.contains("ok: providers: corp"),
        "{checked:#?}"
    );
    assert!(
        checked
            .stdout
            .contains("warning: providers: corp: it does not answer"),
        "{checked:#?}"
    );
    let origin = "warning: providers: LATCHKEY_ORIGINS has no http://localhost:5173";
    assert!(checked.stdout.contains(origin), "{checked:#?}");
    assert!(!format!("{checked:?}").contains("s3cret"));
    let allowed = home.with("LATCHKEY_ORIGINS", "http://localhost:5173");
    let checked = allowed.run(&["check"], "");
    assert!(!checked.stdout.contains(origin), "{checked:#?}");
}

#[test]
fn wrong_file_of_providers_stops_the_start() {
    let (_folder, home) = with_providers("[[provider]]\nid = 'google'\nclient_secret = 's3cret'\n");
    for command in [&["check"][..], &[]] {
        let ran = home.run(command, "");
        assert_eq!(ran.code, Some(2), "{ran:#?}");
        assert!(ran.stderr.contains("missing field `client_id`"), "{ran:#?}");
        assert!(!format!("{ran:?}").contains("s3cret"));
    }
    let missing = home.with("LATCHKEY_PROVIDERS", "no/such.toml");
    let ran = missing.run(&["check"], "");
    assert!(ran.stderr.contains("no/such.toml"), "{ran:#?}");
}

#[test]
fn page_to_return_to_is_needed_and_has_tls() {
    let (_folder, home) = with_providers("[[provider]]\nid = 'google'\nclient_id = 'a'\n");
    for (pages, wrong) in [
        ("", "LATCHKEY_PROVIDER_REDIRECTS"),
        (
            "http://app.example.org/x",
            "neither https:// nor on this machine",
        ),
        ("https://app.example.org/x#y", "has a fragment"),
        ("app.example.org", "is not a URL"),
    ] {
        let ran = home
            .clone()
            .with("LATCHKEY_PROVIDER_REDIRECTS", pages)
            .run(&["check"], "");
        assert_eq!(ran.code, Some(2), "{ran:#?}");
        assert!(ran.stderr.contains(wrong), "{ran:#?}");
    }
}
