//! The starter of `examples/spa`, used in a real browser against the built program.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use crate::support::database::Database;
use crate::support::walk::{self, program};
use crate::support::{tool, typescript};

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
    let screenshots = Path::new(env!("CARGO_TARGET_TMPDIR")).join("starter");
    let mut variables = program(url);
    variables.push(("STARTER", built().display().to_string()));
    variables.push(("SCREENSHOTS", screenshots.display().to_string()));
    let ran = walk::walk("spa/main.mjs", RUN_LIMIT, 19.., &variables);
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
