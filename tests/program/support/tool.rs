//! What the tests use besides the program itself.

use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

/// The project's root.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A variable of the tests' own, if it is set.
#[expect(
    clippy::disallowed_methods,
    reason = "the tests' own variables are no settings"
)]
pub fn variable(name: &str) -> Option<String> {
    env::var(format!("LATCHKEY_TEST_{name}"))
        .ok()
        .filter(|value| !value.is_empty())
}

/// The path of a tool: the one that a variable names (`LATCHKEY_TEST_PYTHON`), else the one that its script in
/// `tests/tools` brings and prints.
#[track_caller]
pub fn path(script: &str) -> PathBuf {
    static BROUGHT: Mutex<BTreeMap<String, PathBuf>> = Mutex::new(BTreeMap::new());
    if let Some(named) = variable(&script.to_uppercase()) {
        return named.into();
    }
    // Locked throughout: a script must not run twice at once.
    let mut brought = BROUGHT.lock().unwrap_or_else(PoisonError::into_inner);
    let bring = || {
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
    brought
        .entry(script.to_owned())
        .or_insert_with(bring)
        .clone()
}
