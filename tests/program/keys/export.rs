//! `latchkey keys export`, and what `rotate`, `check` and the start say about resource servers.

use std::fs;

use serde_json::Value;

use super::{SECRET, part, ran, rotate};
use crate::support::home::Home;
use crate::support::process::{self, Ran};
use crate::support::{SOON, tool};

/// Runs openssl, with a text as its input.
fn openssl(arguments: &[&str], input: &str) -> Ran {
    tool::path("python");
    let mut command = std::process::Command::new("openssl");
    process::run(command.args(arguments), input, SOON)
}

#[test]
fn exported_pem_is_the_public_half_that_openssl_derives() {
    for algorithm in ["ES256", "EdDSA", "RS256"] {
        let home = Home::new().with("LATCHKEY_SIGNING_ALGORITHM", algorithm);
        ran(&home, &["keys", "rotate"]);
        let exported = ran(&home, &["keys", "export", "--pem"]).stdout;
        let private = fs::read_to_string(home.data().join("keys/1.pem")).unwrap();
        let derived = openssl(&["pkey", "-pubout"], &private);
        assert_eq!(exported, derived.stdout, "{algorithm}: {derived:?}");
    }
}

#[test]
fn export_prints_all_published_keys_or_the_named_one() {
    let home = Home::new();
    ran(&home, &["keys", "rotate"]);
    let next = rotate(&home, "86400");
    let all = ran(&home, &["keys", "export", "--pem"]).stdout;
    assert_eq!(all.matches("-----BEGIN PUBLIC KEY-----").count(), 2);
    assert!(!all.contains("PRIVATE"));
    let one = ran(&home, &["keys", "export", "--pem", &next]).stdout;
    // The signing key is first.
    assert!(all.ends_with(&one) && all.len() > one.len());
    let set: Value = serde_json::from_str(&ran(&home, &["keys", "export"]).stdout).unwrap();
    assert_eq!(set["keys"].as_array().unwrap().len(), 2);
    assert_eq!(set["keys"][1]["kid"], next.as_str());
    for kid in ["-NHDGzZ_V3gNTcgdHpKh1", "other"] {
        let refused = home.run(&["keys", "export", "--pem", kid], "");
        assert_eq!(refused.code, Some(1), "{refused:?}");
        assert!(refused.stderr.contains(kid), "{refused:?}");
    }
}

#[test]
fn export_without_public_keys_says_why() {
    let empty = Home::new().run(&["keys", "export", "--pem"], "");
    assert!(
        empty.code == Some(1) && empty.stderr.contains("no keys yet"),
        "{empty:?}"
    );
    let shared = Home::new()
        .with("LATCHKEY_SIGNING_ALGORITHM", "HS256")
        .with("LATCHKEY_SIGNING_SECRET", SECRET);
    for arguments in [&["keys", "export", "--pem"][..], &["keys", "export"]] {
        let refused = shared.run(arguments, "");
        assert_eq!(refused.code, Some(1), "{refused:?}");
        assert!(
            refused.stderr.contains("HS256 has no public key"),
            "{refused:?}"
        );
        assert!(!refused.stderr.contains(SECRET));
    }
}

#[test]
fn leads_below_a_day_state_their_cost() {
    let home = Home::new();
    ran(&home, &["keys", "rotate"]);
    let usual = ran(&home, &["keys", "rotate"]).stdout;
    assert!(!usual.contains("note:"), "{usual}");
    for (lead, cost) in [("0", "jwx"), ("3600", "behind a cache")] {
        let home = Home::new();
        ran(&home, &["keys", "rotate"]);
        let short = ran(&home, &["keys", "rotate", "--lead", lead]).stdout;
        let note = short.lines().find(|line| line.starts_with("note:"));
        let note = note.expect("a note");
        assert!(
            note.contains(cost) && note.contains(&format!("after {lead} seconds")),
            "{note}"
        );
    }
}

#[test]
fn rotation_to_another_algorithm_explains_the_mixed_set() {
    let home = Home::new();
    ran(&home, &["keys", "rotate"]);
    let home = home.with("LATCHKEY_SIGNING_ALGORITHM", "EdDSA");
    let rotated = ran(&home, &["keys", "rotate"]).stdout;
    assert!(
        rotated.contains("keys of several kinds (ES256 and EdDSA)"),
        "{rotated}"
    );
    let checked = ran(&home, &["check"]).stdout;
    assert!(
        checked.contains("warning: keys: the JWK set has keys of several kinds"),
        "{checked}"
    );
}

#[test]
fn start_with_eddsa_names_the_verifiers_that_it_closes() {
    let home = Home::new().with("LATCHKEY_SIGNING_ALGORITHM", "EdDSA");
    let server = home.start();
    let tokens = server.client().sign_up("ada@x.test");
    assert_eq!(part(&tokens.access, 0)["alg"], "EdDSA");
    home.logged("EdDSA closes common resource servers", 1);
    // An Ed25519 key of an earlier setting closes them as well.
    let home = home.with("LATCHKEY_SIGNING_ALGORITHM", "ES256");
    assert!(ran(&home, &["check"]).stdout.contains("EdDSA closes"));
    let usual = Home::new();
    usual.start();
    assert!(!usual.log().contains("EdDSA"));
}
