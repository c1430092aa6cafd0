//! The starter of `examples/spa`, used in a real browser against the built program.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use crate::support::database::Database;
use crate::support::{process, tool, typescript};

const RUN_LIMIT: Duration = Duration::from_mins(5);

#[test]
fn starter_passes_its_walk_in_chromium_on_sqlite() {
    walk("sqlite", None);
}

#[test]
fn starter_passes_its_walk_in_chromium_on_mongodb() {
    let database = Database::new();
    walk("mongodb", Some(database.url.clone()));
}

/// Runs `tests/browser/spa`, keeps its report, and writes a picture of each screen.
#[track_caller]
fn walk(store: &str, url: Option<String>) {
    let mut node = Command::new(tool::path("node"));
    node.arg("spa/main.mjs")
        .current_dir(typescript::installed("tests/browser"))
        .env("LATCHKEY_BIN", env!("CARGO_BIN_EXE_latchkey"))
        .env("STARTER", built())
        .env(
            "SCREENSHOTS",
            Path::new(env!("CARGO_TARGET_TMPDIR")).join("starter"),
        )
        .env("CHROMIUM", tool::path("chromium"))
        .envs(url.map(|url| ("STORE", url)));
    let ran = process::run(&mut node, "", RUN_LIMIT);
    let last = ran.stdout.lines().last().unwrap_or_default();
    let passed = last
        .strip_suffix(" passed, 0 failed")
        .and_then(|passed| passed.parse().ok());
    assert!(
        ran.code == Some(0) && passed >= Some(19),
        "{}\n{}",
        ran.stdout,
        ran.stderr
    );
    let report = ran
        .stdout
        .lines()
        .find(|line| line.starts_with("starter: "));
    typescript::report(
        &format!("starter-{store}"),
        &format!("{} ({store})", report.unwrap_or_default()),
    );
}

/// Returns the folder of the built starter.
fn built() -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let build = || {
        typescript::client_package();
        typescript::built_by_script("examples/spa");
        tool::root().join("examples/spa/dist")
    };
    BUILT.get_or_init(build).clone()
}
