//! GraphiQL in Chromium: the page that npm bundled, and the page of a build without npm.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use latchkey::http::graphiql_policy;
use serde_json::{Value, json};

use crate::support::home::Home;
use crate::support::walk::walk;
use crate::support::{process, tool, typescript};

/// The time limit of one run.
const RUN_LIMIT: Duration = Duration::from_mins(3);

#[test]
fn graphiql_works_in_chromium_without_requests_elsewhere() {
    let screenshot = walk_in_chromium("graphiql", &[]);
    let picture = std::fs::read(&screenshot).unwrap();
    assert!(
        picture.starts_with(b"\x89PNG") && picture.len() > 20_000,
        "{} bytes",
        picture.len()
    );
}

#[test]
fn graphiql_from_cdn_works_and_contacts_cdn_only() {
    let web = typescript::installed("web/graphiql");
    let import_map = std::fs::read_to_string(web.join("cdn/import-map.sha256")).unwrap();
    let cdn = [
        ("CDN_FILES", web.join("node_modules").display().to_string()),
        ("CDN_PAGE", concat!(env!("OUT_DIR"), "/cdn").to_owned()),
        ("CDN_POLICY", graphiql_policy(Some(import_map.trim()))),
    ];
    walk_in_chromium("graphiql-cdn", &cdn);
}

#[test]
fn cdn_hashes_match_files_in_npm_packages() {
    let mut node = Command::new(tool::path("node"));
    node.args(["pin-cdn.js", "--check"])
        .current_dir(typescript::installed("web/graphiql"));
    let ran = process::run(&mut node, "", RUN_LIMIT);
    assert_eq!(ran.code, Some(0), "{}\n{}", ran.stdout, ran.stderr);
}

/// The README's picture is written to the path in `LATCHKEY_TEST_SCREENSHOT`, relative to the
/// project's root: `LATCHKEY_TEST_SCREENSHOT=docs/images/graphiql.png cargo test --test program
/// screenshot`.
#[test]
fn screenshot_of_graphiql_is_complete_and_not_blank() {
    let path = tool::variable("SCREENSHOT").map_or_else(
        || Path::new(env!("CARGO_TARGET_TMPDIR")).join("readme.png"),
        |path| tool::root().join(path),
    );
    let home = Home::new();
    let server = home.start();
    let mut node = Command::new(tool::path("node"));
    node.arg("screenshot.mjs")
        .current_dir(typescript::installed("tests/browser"))
        .env("LATCHKEY_URL", &server.url)
        .env("SCREENSHOT", &path)
        .env("CHROMIUM", tool::path("chromium"));
    let ran = process::run(&mut node, "", RUN_LIMIT);
    assert_eq!(ran.code, Some(0), "{}\n{}", ran.stdout, ran.stderr);
    let measured: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(
        (&measured["width"], &measured["height"]),
        (&json!(1280), &json!(800))
    );
    assert!(measured["colors"].as_u64() > Some(100), "{measured}");
    let size = std::fs::metadata(&path).unwrap().len();
    assert!((20_000..300_000).contains(&size), "{size} bytes");
}

/// Runs the README's walk in the page, and returns the path of a screenshot.
#[track_caller]
fn walk_in_chromium(picture: &str, page: &[(&str, String)]) -> PathBuf {
    let home = Home::new();
    let server = home.start();
    let screenshot = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join(picture)
        .with_extension("png");
    _ = std::fs::remove_file(&screenshot);
    let mut variables = page.to_vec();
    variables.extend([
        ("LATCHKEY_URL", server.url.clone()),
        (
            "LATCHKEY_MAIL_DIR",
            home.data().join("mail").display().to_string(),
        ),
        ("SCREENSHOT", screenshot.display().to_string()),
    ]);
    walk("graphiql.mjs", RUN_LIMIT, 15.., &variables);
    screenshot
}
