//! The README's walk, run with the README's own commands.

use std::fmt::Write;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::client::PASSWORD;
use crate::support::home::Home;
use crate::support::process;
use crate::support::{SOON, tool};

/// The separator between the outputs of two steps.
const NEXT: &str = "=== the next step ===";
/// The programs that the walk may use: curl, and those of every Debian.
const TOOLS: [&str; 8] = ["cat", "curl", "grep", "head", "sed", "sleep", "tail", "tr"];

/// A block of commands, and the lines that the README says they print.
struct Step {
    commands: String,
    shown: Vec<String>,
}

#[test]
fn readme_walk_runs_with_curl_on_bare_debian() {
    let steps = walk();
    assert!(steps.len() >= 8, "the walk has {} steps", steps.len());
    let home = Home::bare();
    let server = home.start();
    let mut script = String::new();
    for step in &steps {
        // Some steps keep the last response in a variable: it is printed too.
        let commands = step.commands.replace("127.0.0.1:4000", server.address());
        writeln!(
            script,
            "{commands}\nprintf '%s\\n' \"${{RESPONSE-}}\" '{NEXT}'"
        )
        .unwrap();
    }
    let tools = tempfile::tempdir().unwrap();
    for tool in TOOLS {
        symlink(installed(tool), tools.path().join(tool)).unwrap();
    }
    let mut bash = Command::new(installed("bash"));
    bash.args(["-euo", "pipefail", "-s"])
        .env_clear()
        .env("PATH", tools.path())
        .current_dir(home.path(""));
    let ran = process::run(&mut bash, &script, SOON * 4);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:#?}");

    let outputs: Vec<&str> = ran.stdout.split(NEXT).collect();
    assert_eq!(outputs.len(), steps.len() + 1);
    for (step, output) in steps.iter().zip(&outputs) {
        for line in &step.shown {
            assert!(
                shows(output, line),
                "{}\nprints\n{output}\nwithout\n{line}",
                step.commands
            );
        }
    }
    let refreshed = steps
        .iter()
        .position(|step| step.commands.contains("RefreshInput"))
        .expect("a step that refreshes");
    assert!(
        outputs[refreshed].contains(r#"{"refresh":{"__typename":"Authenticated","#),
        "{}",
        outputs[refreshed]
    );
}

#[test]
fn readme_start_output_matches_a_running_server() {
    let readme = readme();
    let (_, rest) = readme
        .split_once("```sh\ncargo run\n```\n\n```text\n")
        .expect("the README has `cargo run` and its output");
    let (lines, _) = rest.split_once("```").unwrap();
    let server = Home::bare().start();
    let (_, port) = server.address().split_once(':').unwrap();
    assert_eq!(
        server.lines,
        lines
            .replace(":4000", &format!(":{port}"))
            .lines()
            .collect::<Vec<_>>()
    );
}

#[test]
fn first_query_and_walk_use_different_emails() {
    let readme = readme();
    let (_, first) = readme.split_once("<!-- first query -->").unwrap();
    let (_, variables) = first.split_once("```json\n").unwrap();
    let variables: serde_json::Value =
        serde_json::from_str(variables.split_once("```").unwrap().0).unwrap();
    assert_eq!(variables["input"]["password"], PASSWORD);
    let email = variables["input"]["email"].as_str().unwrap();
    assert!(
        walk().iter().all(|step| !step.commands.contains(email)),
        "{email} is in both"
    );
}

fn installed(tool: &str) -> PathBuf {
    let candidates =
        ["/bin", "/usr/bin", "/usr/local/bin"].map(|folder| Path::new(folder).join(tool));
    candidates
        .into_iter()
        .find(|path| path.exists())
        .unwrap_or_else(|| panic!("the walk needs {tool}, which is not installed"))
}

/// Returns whether an output contains a line; `…` stands for any text within the line.
fn shows(output: &str, line: &str) -> bool {
    let pieces: Vec<&str> = line.split('…').collect();
    output.lines().any(|candidate| {
        let mut rest = candidate;
        pieces.iter().all(|piece| match rest.find(piece) {
            Some(at) => {
                rest = &rest[at + piece.len()..];
                true
            }
            None => false,
        })
    })
}

fn readme() -> String {
    fs::read_to_string(tool::root().join("README.md")).unwrap()
}

/// Parses the walk: `sh` blocks are commands, and a `text` block is the output of the commands
/// before it.
fn walk() -> Vec<Step> {
    let readme = readme();
    let (_, rest) = readme
        .split_once("<!-- walk -->")
        .expect("README.md has a <!-- walk -->");
    let (walk, _) = rest
        .split_once("<!-- /walk -->")
        .expect("README.md has a <!-- /walk -->");
    let mut steps: Vec<Step> = Vec::new();
    for (number, block) in walk
        .split("```")
        .enumerate()
        .filter(|(number, _)| number % 2 == 1)
    {
        let (language, body) = block.split_once('\n').unwrap();
        match language {
            "sh" => steps.push(Step {
                commands: body.to_owned(),
                shown: Vec::new(),
            }),
            "text" => {
                let step = steps.last_mut().filter(|step| step.shown.is_empty());
                step.expect("commands before their output").shown =
                    body.lines().map(str::to_owned).collect();
            }
            other => panic!("block {number} of the walk is neither sh nor text but {other}"),
        }
    }
    steps
}
