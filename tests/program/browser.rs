//! GraphiQL in Debian's Chromium.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::support::home::Home;
use crate::support::{process, tool, typescript};

const RAN: Duration = Duration::from_mins(3);

#[test]
fn graphiql_works_in_chromium_and_stays_on_this_machine() {
    let screenshot = walks_in_chromium("graphiql", &[]);
    let picture = std::fs::read(&screenshot).unwrap();
    assert!(picture.starts_with(b"\x89PNG") && picture.len() > 20_000, "{} bytes", picture.len());
}

/// Goes the README's walk in the page, and returns where a picture of it is.
#[track_caller]
fn walks_in_chromium(picture: &str, page: &[(&str, String)]) -> PathBuf {
    let folder = typescript::installed("tests/browser");
    let home = Home::new();
    let server = home.start();
    let screenshot = Path::new(env!("CARGO_TARGET_TMPDIR")).join(picture).with_extension("png");
    _ = std::fs::remove_file(&screenshot);
    let mut node = Command::new(tool::path("node"));
    node.arg("graphiql.mjs").current_dir(folder);
    node.env("LATCHKEY_URL", &server.url).env("LATCHKEY_MAIL_DIR", home.data().join("mail"));
    node.env("SCREENSHOT", &screenshot).env("CHROMIUM", tool::path("chromium"));
    node.envs(page.iter().map(|(name, value)| (name, value)));
    let ran = process::run(&mut node, "", RAN);
    let last = ran.stdout.lines().last().unwrap_or_default();
    let passed = last.strip_suffix(" passed, 0 failed").and_then(|passed| passed.parse().ok());
    assert!(ran.code == Some(0) && passed >= Some(15), "{}\n{}", ran.stdout, ran.stderr);
    screenshot
}
