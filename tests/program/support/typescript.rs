//! The TypeScript client of `tests/client`, and npm.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use super::home::Home;
use super::process::{self, Ran};
use super::tool;

/// The time limits of a build and of a run, on a busy machine.
const BUILD_LIMIT: Duration = Duration::from_mins(5);
const RUN_LIMIT: Duration = Duration::from_mins(2);

/// Runs every check of the client against the server of a home that writes its emails to files.
#[track_caller]
pub fn run(url: &str, home: &Home) -> Ran {
    static BUILD: OnceLock<PathBuf> = OnceLock::new();
    let folder = BUILD.get_or_init(|| built("tests/client"));
    let mut npm = npm(folder, &["run", "--silent", "loop"]);
    npm.env("LATCHKEY_URL", url)
        .env("LATCHKEY_MAIL_DIR", home.data().join("mail"));
    process::run(&mut npm, "", RUN_LIMIT)
}

fn built(folder: &str) -> PathBuf {
    let folder = installed(folder);
    let ran = process::run(
        &mut npm(&folder, &["run", "--silent", "build"]),
        "",
        BUILD_LIMIT,
    );
    assert_eq!(ran.code, Some(0), "npm run build in tests/client: {ran:#?}");
    folder
}

/// Returns a folder of the project with its npm packages installed. `./test` updates them; without
/// it, any that are there are used.
#[track_caller]
pub fn installed(folder: &str) -> PathBuf {
    let folder = tool::root().join(folder);
    if !folder.join("node_modules").exists() {
        let ran = process::run(
            &mut npm(
                &folder,
                &["ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            ),
            "",
            BUILD_LIMIT,
        );
        assert_eq!(
            ran.code,
            Some(0),
            "npm ci in {}: {ran:#?}",
            folder.display()
        );
    }
    folder
}

fn npm(folder: &Path, arguments: &[&str]) -> Command {
    let mut npm = Command::new("npm");
    npm.args(arguments)
        .current_dir(folder)
        .env("PATH", path_with_node());
    npm
}

/// Returns `PATH` with a recent node in front.
#[expect(
    clippy::disallowed_methods,
    reason = "PATH is not a setting of the program"
)]
fn path_with_node() -> OsString {
    let node = tool::path("node");
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(
        node.parent()
            .map(Path::to_owned)
            .into_iter()
            .chain(std::env::split_paths(&path)),
    )
    .unwrap()
}
