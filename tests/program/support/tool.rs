//! The tools and variables that the tests use.

use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

/// Returns the project's root.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Returns a `LATCHKEY_TEST_` variable, if it is set.
#[expect(
    clippy::disallowed_methods,
    reason = "the tests' variables are not settings of the program"
)]
pub fn variable(name: &str) -> Option<String> {
    env::var(format!("LATCHKEY_TEST_{name}"))
        .ok()
        .filter(|value| !value.is_empty())
}

/// Returns the path of a tool: the one that a variable such as `LATCHKEY_TEST_PYTHON` names, else
/// the one that its script in `tests/tools` installs and prints.
#[track_caller]
pub fn path(script: &str) -> PathBuf {
    static INSTALLED: Mutex<BTreeMap<String, PathBuf>> = Mutex::new(BTreeMap::new());
    if let Some(named) = variable(&script.to_uppercase()) {
        return named.into();
    }
    // Stays locked, because a script must not run twice at once.
    let mut installed = INSTALLED.lock().unwrap_or_else(PoisonError::into_inner);
    let install = || {
        let done = Command::new(root().join("tests/tools").join(script))
            .current_dir(root())
            .output()
            .unwrap();
        assert!(
            done.status.success(),
            "tests/tools/{script}: {}",
            String::from_utf8_lossy(&done.stderr)
        );
        String::from_utf8(done.stdout).unwrap().trim().into()
    };
    installed
        .entry(script.to_owned())
        .or_insert_with(install)
        .clone()
}
