//! GraphiQL in Debian's Chromium.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::support::home::Home;
use crate::support::{process, tool, typescript};

const RAN: Duration = Duration::from_mins(2);

#[test]
fn graphiql_works_in_chromium_and_stays_on_this_machine() {
    let folder = typescript::installed("tests/browser");
    let home = Home::new();
    let server = home.start();
    let screenshot = Path::new(env!("CARGO_TARGET_TMPDIR")).join("graphiql.png");
    _ = std::fs::remove_file(&screenshot);
    let mut node = Command::new(tool::path("node"));
    node.arg("graphiql.mjs").current_dir(folder);
    node.env("LATCHKEY_URL", &server.url).env("SCREENSHOT", &screenshot);
    node.env("CHROMIUM", tool::path("chromium"));
    let ran = process::run(&mut node, "", RAN);
    let last = ran.stdout.lines().last().unwrap_or_default();
    let passed = last.strip_suffix(" passed, 0 failed").and_then(|passed| passed.parse().ok());
    assert!(ran.code == Some(0) && passed >= Some(10), "{}\n{}", ran.stdout, ran.stderr);
    let picture = std::fs::read(&screenshot).unwrap();
    assert!(picture.starts_with(b"\x89PNG") && picture.len() > 20_000, "{} bytes", picture.len());
}
