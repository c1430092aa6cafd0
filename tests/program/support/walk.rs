//! Walks through pages in Chromium, which the scripts of `tests/browser` take.

use std::ops::RangeBounds;
use std::process::Command;
use std::time::Duration;

use super::process::{self, Ran};
use super::{tool, typescript};

/// Runs a script, whose last line counts its steps, and asserts that they passed.
#[track_caller]
pub fn walk(
    script: &str,
    limit: Duration,
    steps: impl RangeBounds<u32>,
    variables: &[(&str, String)],
) -> Ran {
    let mut node = Command::new(tool::path("node"));
    node.arg(script)
        .current_dir(typescript::installed("tests/browser"))
        .env("CHROMIUM", tool::path("chromium"))
        .envs(variables.iter().map(|(name, value)| (name, value)));
    let ran = process::run(&mut node, "", limit);
    let last = ran.stdout.lines().last().unwrap_or_default();
    let passed: Option<u32> = last
        .strip_suffix(" passed, 0 failed")
        .and_then(|passed| passed.parse().ok());
    assert!(
        ran.code == Some(0) && passed.is_some_and(|passed| steps.contains(&passed)),
        "{}\n{}",
        ran.stdout,
        ran.stderr
    );
    ran
}

/// Returns the variables of a script that starts its own servers: the program, and the URL of the
/// database if it is not the embedded store.
pub fn program(store: Option<String>) -> Vec<(&'static str, String)> {
    let program = ("LATCHKEY_BIN", env!("CARGO_BIN_EXE_latchkey").to_owned());
    let store = store.map(|url| ("STORE", url));
    [program].into_iter().chain(store).collect()
}
