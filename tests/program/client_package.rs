//! The package `latchkey-client` of `clients/typescript`: its build, its own tests, its types, its size, and its operations.

use crate::support::typescript;

#[test]
fn client_package_builds_and_passes_its_tests() {
    typescript::client_package();
    let ran = typescript::script("clients/typescript", "check", &[]);
    let has = |line: &str| ran.stdout.lines().any(|found| found.starts_with(line));
    assert!(
        ran.code == Some(0) && has("# fail 0") && has("latchkey-client with createClient"),
        "{}\n{}",
        ran.stdout,
        ran.stderr
    );
    let lines: Vec<&str> = ran
        .stdout
        .lines()
        .filter(|line| {
            ["latchkey-client with", "TypeScript "]
                .iter()
                .any(|start| line.starts_with(start))
        })
        .collect();
    typescript::report("client-package", &lines.join("\n"));
}
