//! latchkey's users, for real: the program of `tests/client`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use super::home::Home;
use super::process::{self, Ran};
use super::tool;

/// How long building it may take on a busy machine, and how long one run.
const BUILT: Duration = Duration::from_mins(5);
const RAN: Duration = Duration::from_mins(2);

/// Runs the whole loop against the server of a home, whose letters are files.
#[track_caller]
pub fn run(url: &str, home: &Home) -> Ran {
    static BUILD: OnceLock<PathBuf> = OnceLock::new();
    let folder = BUILD.get_or_init(|| built("tests/client"));
    let mut npm = npm(folder, &["run", "--silent", "loop"]);
    npm.env("LATCHKEY_URL", url)
        .env("LATCHKEY_MAIL_DIR", home.data().join("mail"));
    process::run(&mut npm, "", RAN)
}

fn built(folder: &str) -> PathBuf {
    let folder = installed(folder);
    let ran = process::run(&mut npm(&folder, &["run", "--silent", "build"]), "", BUILT);
    assert_eq!(ran.code, Some(0), "npm run build in tests/client: {ran:#?}");
    folder
}

/// A folder below the project's root, with the packages that it asks for. `./test` brings the right ones; without it, those
/// that are there will do.
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
            BUILT,
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

/// `PATH`, with a node that is new enough at its beginning.
#[expect(
    clippy::disallowed_methods,
    reason = "npm is looked for on PATH, which is no setting"
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
