//! The TypeScript client of `tests/client`, and npm.

use std::ffi::OsString;
use std::fs;
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

/// Runs a script of a folder's `package.json`, with variables for it.
#[track_caller]
pub fn script(folder: &str, name: &str, variables: &[(&str, String)]) -> Ran {
    let folder = installed(folder);
    let mut npm = npm(&folder, &["run", "--silent", name]);
    npm.envs(variables.iter().map(|(name, value)| (name, value)));
    process::run(&mut npm, "", BUILD_LIMIT)
}

/// Builds the package of `clients/typescript`, once for all tests that use it.
#[track_caller]
pub fn client_package() {
    static BUILD: OnceLock<()> = OnceLock::new();
    BUILD.get_or_init(|| built_by_script("clients/typescript"));
}

/// Runs the script `build` of a folder.
#[track_caller]
pub fn built_by_script(folder: &str) {
    let ran = script(folder, "build", &[]);
    assert_eq!(
        ran.code,
        Some(0),
        "{folder}: {}\n{}",
        ran.stdout,
        ran.stderr
    );
}

/// Keeps lines for the end of `./test`, which prints them.
pub fn report(name: &str, lines: &str) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("reports");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(name), format!("{}\n", lines.trim_end())).unwrap();
}

fn built(folder: &str) -> PathBuf {
    built_by_script(folder);
    installed(folder)
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
