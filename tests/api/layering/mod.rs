//! The structure of the source: modules import from lower layers only, by the table in the docs of
//! `src/lib.rs`; the collaborators of the operations keep their fields private; files stay short.

mod imports;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use imports::{code, imports};

const MAX_LINES: usize = 300;

/// The types of `src/accounts` whose fields only their own file may use.
const COLLABORATORS: [&str; 7] = [
    "AccountStore",
    "Accounts",
    "EmailDelivery",
    "OneTimeCodes",
    "RateLimiter",
    "ResponseTiming",
    "SessionIssuer",
];

type Layers = BTreeMap<String, u8>;

/// Reads the layers from rows such as `//! | 5 | [`app`], [`config`] | … |`.
fn layers(lib: &str) -> Layers {
    let rows = lib.lines().filter_map(|line| line.strip_prefix("//! |"));
    let cells = rows.filter_map(|row| row.split_once('|'));
    let numbered = cells.filter_map(|(layer, rest)| Some((layer.trim().parse::<u8>().ok()?, rest)));
    let modules = |rest: &str| {
        let cell = rest.split('|').next().unwrap_or_default();
        cell.split("[`")
            .skip(1)
            .map(|it| it.split('`').next().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    numbered
        .flat_map(|(layer, rest)| modules(rest).into_iter().map(move |module| (module, layer)))
        .collect()
}

/// Returns the Rust files below a folder of the project, in order.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|it| it == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// Returns the body of a type's definition, if the code has it.
fn fields<'a>(code: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = code.split_once(&format!("struct {name} {{"))?;
    rest.split_once("\n}").map(|(fields, _)| fields)
}

/// Returns the imports of a file that its layer does not allow.
fn violations(layers: &Layers, source: &Path, file: &Path) -> Vec<String> {
    let relative = file.strip_prefix(source).unwrap();
    let mut path: Vec<_> = relative
        .with_extension("")
        .iter()
        .map(|it| it.to_str().unwrap().to_owned())
        .collect();
    path.retain(|part| part != "mod");
    if path == ["lib"] || path == ["main"] || path.iter().any(|part| part == "tests") {
        return Vec::new();
    }
    let Some(layer) = layers.get(&path[0]) else {
        return vec![format!("{}: is in no layer", relative.display())];
    };
    let wrong = |module: &String| {
        *module != path[0] && layers.get(module).is_none_or(|other| other >= layer)
    };
    let imports = imports(&code(&fs::read_to_string(file).unwrap()), path.len());
    let found = imports.into_iter().filter(|(_, module)| wrong(module));
    found
        .map(|(line, module)| {
            let other = layers
                .get(&module)
                .map_or("no layer".to_owned(), |other| format!("layer {other}"));
            format!(
                "src/{}:{line}: {} (layer {layer}) imports {module} ({other})",
                relative.display(),
                path[0]
            )
        })
        .collect()
}

#[test]
fn modules_import_from_lower_layers_only() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let layers = layers(&fs::read_to_string(source.join("lib.rs")).unwrap());
    assert!(layers.len() > 8 && layers["model"] == 0, "{layers:?}");
    let violations: Vec<_> = rust_files(&source)
        .iter()
        .flat_map(|file| violations(&layers, &source, file))
        .collect();
    assert!(violations.is_empty(), "{}", violations.join("\n"));
}

#[test]
fn table_parser_finds_every_module_of_a_row() {
    let table = "//! | layer | modules | what |\n//! |---|---|---|\n//! | 5 | [`app`], [`config`] | builds |\n//! | 0 | [`model`] | [`x`] |";
    let expected = [
        ("app".to_owned(), 5),
        ("config".to_owned(), 5),
        ("model".to_owned(), 0),
    ];
    assert_eq!(layers(table), Layers::from(expected));
}

#[test]
fn collaborators_of_the_operations_keep_fields_private() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/accounts");
    let mut found = Vec::new();
    for file in rust_files(&source) {
        let code = code(&fs::read_to_string(&file).unwrap());
        for name in COLLABORATORS {
            let Some(fields) = fields(&code, name) else {
                continue;
            };
            found.push(name);
            assert!(
                !fields.lines().any(|line| line.trim().starts_with("pub")),
                "{name} has a public field in {}",
                file.display()
            );
        }
    }
    found.sort_unstable();
    assert_eq!(found, COLLABORATORS);
}

#[test]
fn source_files_have_at_most_300_lines() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let long: Vec<_> = ["src", "tests"]
        .iter()
        .flat_map(|folder| rust_files(&root.join(folder)))
        .map(|file| {
            let lines = fs::read_to_string(&file).unwrap().lines().count();
            (file, lines)
        })
        .filter(|(_, lines)| *lines > MAX_LINES)
        .collect();
    assert!(long.is_empty(), "split these files: {long:#?}");
}

#[test]
fn sessions_start_in_the_gate_alone() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    // What starts a session or issues its tokens, and the files that may do it.
    let guarded = [
        ("Session::begin(", &["accounts/gate.rs"][..]),
        (".sign_in(session", &["accounts/gate.rs"]),
        (".begin(session", &["model/user.rs"]),
        (
            ".issue_tokens(",
            &["accounts/gate.rs", "accounts/refresh/mod.rs"],
        ),
        ("access_tokens.issue(", &["accounts/session_issuer.rs"]),
        ("refresh_tokens.issue(", &["accounts/session_issuer.rs"]),
    ];
    for (call, files) in guarded {
        let calls = |file: &&PathBuf| {
            let code = code(&fs::read_to_string(file).unwrap());
            let squeezed: String = code.split_whitespace().collect();
            squeezed.contains(call)
        };
        let is_test = |file: &PathBuf| {
            file.ends_with("properties.rs") || file.iter().any(|part| part == "tests")
        };
        let sources = rust_files(&source);
        let callers = sources.iter().filter(|file| !is_test(file)).filter(calls);
        let names = callers.map(|file| file.strip_prefix(&source).unwrap().display().to_string());
        assert_eq!(names.collect::<Vec<_>>(), files, "{call}");
    }
}
