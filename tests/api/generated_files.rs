//! Generated files and tables equal the code, and a failing test prints the command or text that
//! updates them.

use latchkey::graphql::Code;

/// Reads a file at the project's root.
fn root(name: &str) -> String {
    let path = format!("{}/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn schema_file_matches_the_built_schema() {
    let is_current = root("schema.graphql") == latchkey::graphql::sdl();
    assert!(
        is_current,
        "schema.graphql is stale: run cargo run -- schema > schema.graphql"
    );
}

#[test]
fn readme_lists_every_error_code_with_its_meaning() {
    let expected: Vec<_> = Code::ALL
        .iter()
        .map(|code| format!("| `{}` | {} |", code.as_str(), code.meaning()))
        .collect();
    let update = format!(
        "README.md is stale: between <!-- error codes --> and <!-- /error codes --> put\n{}",
        expected.join("\n")
    );
    let readme = root("README.md");
    let section = readme
        .split_once("<!-- error codes -->")
        .and_then(|(_, rest)| rest.split_once("<!-- /error codes -->"));
    let (section, _) = section.unwrap_or_else(|| panic!("{update}"));
    let rows: Vec<_> = section
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with("| `"))
        .collect();
    assert!(rows == expected, "{update}");
}
