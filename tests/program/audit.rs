//! Conformance to GraphQL over HTTP, checked by the audits of the npm package graphql-http
//! (`tests/audit`).

use std::process::Command;
use std::time::Duration;

use crate::support::home::Home;
use crate::support::{process, tool, typescript};

/// The time limit of one run.
const RUN_LIMIT: Duration = Duration::from_mins(1);
/// The number of audits in graphql-http 1.23.1.
const AUDITS: usize = 61;
/// Those of them that want 400 where the draft of August 2026 has 422.
const OLDER: usize = 19;

#[test]
fn every_audit_passes_or_is_older_than_draft() {
    let folder = typescript::installed("tests/audit");
    let home = Home::new();
    let server = home.start();
    let mut node = Command::new(tool::path("node"));
    node.arg("audit.mjs")
        .arg(format!("{}/graphql", server.url))
        .current_dir(folder);
    let ran = process::run(&mut node, "", RUN_LIMIT);
    let failed: Vec<_> = ran
        .stdout
        .lines()
        .filter(|line| !line.starts_with("ok ") && !line.starts_with("draft "))
        .collect();
    assert_eq!(
        failed,
        [format!(
            "{} of {AUDITS} audits passed, and {OLDER} are older than the draft",
            AUDITS - OLDER
        )],
        "{}",
        ran.stderr
    );
    assert_eq!(ran.code, Some(0));
}
