//! The rules of docs/style.md that can be measured.

mod lengths;
mod words;

use std::fs;
use std::path::{Path, PathBuf};

/// Folders and files that hold text of the project. Lock files and generated files are not among
/// them.
const PLACES: [&str; 15] = [
    "src",
    "tests",
    "fuzz",
    "web",
    "docs",
    "findings",
    "benches",
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "schema.graphql",
    ".env.example",
    "test",
    ".ci",
    "build.rs",
];

/// One line of a text, with the file that it stands in.
struct Line {
    file: String,
    number: usize,
    text: String,
}

impl Line {
    fn place(&self) -> String {
        format!("{}:{}: {}", self.file, self.number, self.text.trim())
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files_below(path: PathBuf, files: &mut Vec<PathBuf>) {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if [
        "node_modules",
        "target",
        "corpus",
        "artifacts",
        "seeds",
        "dist",
    ]
    .contains(&&*name)
    {
        return;
    }
    match fs::read_dir(&path) {
        Ok(entries) => entries.for_each(|entry| files_below(entry.unwrap().path(), files)),
        Err(_) => files.push(path),
    }
}

/// Returns the lines of every file of the project that has one of these extensions.
fn lines(extensions: &[&str]) -> Vec<Line> {
    let mut files = Vec::new();
    PLACES
        .iter()
        .filter(|place| root().join(place).exists())
        .for_each(|place| files_below(root().join(place), &mut files));
    let mut lines = Vec::new();
    for path in files {
        let extension = path.extension().unwrap_or_default().to_string_lossy();
        let file = path.strip_prefix(root()).unwrap().to_string_lossy();
        // These two name the words that they forbid.
        if !extensions.contains(&&*extension)
            || ["docs/style.md", "tests/api/style/words.rs"].contains(&&*file)
        {
            continue;
        }
        let Ok(text) = fs::read_to_string(&path) else {
            continue;
        };
        lines.extend(text.lines().enumerate().map(|(index, text)| Line {
            file: file.clone().into_owned(),
            number: index + 1,
            text: text.to_owned(),
        }));
    }
    lines
}

#[track_caller]
fn assert_none(what: &str, found: &[String]) {
    assert!(
        found.is_empty(),
        "{} {what}:\n{}",
        found.len(),
        found.join("\n")
    );
}
