//! Validation and coercion, compared with graphql-js 16 and 17 on generated documents:
//! `tests/differential`.

use std::process::Command;
use std::time::Duration;

use crate::support::home::Home;
use crate::support::{process, tool, typescript};

/// A run takes 15 seconds of CPU.
const RAN: Duration = Duration::from_mins(5);

#[test]
fn three_thousand_documents_get_the_verdict_of_graphql_js() {
    let folder = typescript::installed("tests/differential");
    let home = Home::unlimited();
    let server = home.start();
    let mut node = Command::new(tool::path("node"));
    node.arg("differential.mjs")
        .arg(format!("{}/graphql", server.url))
        .current_dir(folder);
    let ran = process::run(&mut node, "", RAN);
    let last = ran.stdout.lines().last().unwrap_or_default();
    assert_eq!(
        (ran.code, last),
        (Some(0), "3000 documents, 0 differences"),
        "{}\n{}",
        ran.stdout,
        ran.stderr
    );
}

#[test]
fn full_introspection_builds_the_printed_schema() {
    let folder = typescript::installed("tests/differential");
    let home = Home::new();
    let server = home.start();
    let mut node = Command::new(tool::path("node"));
    node.arg("introspection.mjs")
        .arg(format!("{}/graphql", server.url))
        .current_dir(folder);
    let ran = process::run(&mut node, "", RAN);
    assert_eq!(ran.code, Some(0), "{}\n{}", ran.stdout, ran.stderr);
    assert_eq!(ran.stdout.lines().count(), 6, "{}", ran.stdout);
}
