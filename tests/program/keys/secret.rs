//! The secret behind refresh tokens, codes and second factors: the store knows which one it needs.

use serde_json::json;

use super::{SECRET, ran};
use crate::support::client::{PASSWORD, kind};
use crate::support::database::Database;
use crate::support::home::Home;

const OTHER: &str = "HyAhIiMkJSYnKCkqKywtLi8wMTIzNDU2Nzg5Ojs8PT4=";

/// Returns the fingerprint in the text of a refusal.
fn missing(text: &str) -> String {
    let (_, rest) = text.split_once("data of the secret ").expect("it is named");
    rest.split(',').next().unwrap().to_owned()
}

#[test]
fn server_without_its_stores_secret_does_not_start() {
    let database = Database::new();
    let home = Home::new()
        .with("LATCHKEY_STORE", database.url.clone())
        .with("LATCHKEY_SECRET", SECRET);
    let server = home.start();
    let tokens = server.client().sign_up("ada@x.test");
    assert!(server.stop().success());

    let other = home.clone().with("LATCHKEY_SECRET", OTHER);
    for arguments in [&["serve"][..], &["check"], &["user", "export"]] {
        let refused = other.run(arguments, "");
        assert_ne!(refused.code, Some(0), "{arguments:?}: {refused:#?}");
        assert!(refused.stderr.contains("LATCHKEY_SECRET"), "{refused:#?}");
        assert!(!refused.stderr.contains(SECRET), "{refused:#?}");
    }
    let both = home
        .clone()
        .with("LATCHKEY_SECRET", format!("{OTHER},{SECRET}"));
    let server = both.start();
    both.logged("everything is sealed with the first secret", 1);
    server.client().refresh(&tokens.refresh);
    assert!(server.stop().success());
    // The old one is not needed any longer.
    assert!(other.start().stop().success());
}

#[test]
fn lost_secret_is_given_up_by_command() {
    let home = Home::new().with("LATCHKEY_SECRET", SECRET);
    let server = home.start();
    let tokens = server.client().sign_up("ada@x.test");
    assert!(server.stop().success());
    let other = home.with("LATCHKEY_SECRET", OTHER);
    let lost = missing(&other.run(&["serve"], "").stderr);
    assert_eq!(
        other.run(&["keys", "forget-secret", "unknown"], "").code,
        Some(1)
    );
    ran(&other, &["keys", "forget-secret", &lost]);

    let server = other.start();
    let client = server.client();
    let refused = client.act("refresh", &json!({ "refreshToken": tokens.refresh }));
    assert_eq!(kind(&refused), "InvalidRefreshToken");
    client.log_in("ada@x.test", PASSWORD);
}

#[test]
fn epoch_begins_on_a_restored_database() {
    let database = Database::new();
    let home = Home::new().with("LATCHKEY_STORE", database.url.clone());
    let server = home.start();
    let tokens = server.client().sign_up("ada@x.test");
    let output = ran(&home, &["begin-epoch"]).stdout;
    assert!(
        output.contains("sessions and codes of 1 accounts"),
        "{output}"
    );
    let refused = server
        .client()
        .act("refresh", &json!({ "refreshToken": tokens.refresh }));
    assert_eq!(kind(&refused), "InvalidRefreshToken");
    server.client().log_in("ada@x.test", PASSWORD);
}
