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
fn printed_schema_defines_no_directive_and_keeps_specified_by() {
    let sdl = latchkey::graphql::sdl();
    assert!(!sdl.lines().any(|line| line.starts_with("directive ")));
    let date_time = sdl.lines().find(|line| line.starts_with("scalar DateTime"));
    let url = "@specifiedBy(url: \"https://scalars.graphql.org/";
    assert!(date_time.is_some_and(|line| line.contains(url)));
}

#[test]
fn schema_description_explains_errors_unions_and_null() {
    let sdl = latchkey::graphql::sdl();
    let (types, _) = sdl.rsplit_once("\nschema {").unwrap();
    let description = types.rsplit("\"\"\"").nth(1).unwrap();
    for text in [
        "member of the operation's result\nunion and implements `AccountError`",
        "a top-level error with `extensions.code`",
        "unions may gain members",
        "even if it has a single member today",
        "null means the default",
        "`updateProfile` refuses null",
    ] {
        assert!(description.contains(text), "{text}: {description}");
    }
}

#[test]
fn inputs_with_a_default_are_nullable_in_the_schema() {
    let sdl = latchkey::graphql::sdl();
    let with_default: Vec<_> = sdl.lines().filter(|line| line.contains(" = ")).collect();
    let fields = with_default.iter().filter(|line| line.contains(": "));
    for field in fields {
        assert!(!field.contains("! = "), "{field}");
    }
    assert!(sdl.contains("input: LogoutInput = {}"));
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
