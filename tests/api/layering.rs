//! A module imports lower floors only, never its own. The floors are the table in the docs of `src/lib.rs`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

type Floors = BTreeMap<String, u8>;

/// Reads rows such as `//! | 5 | [`app`], [`config`] | … |`.
fn floors(lib: &str) -> Floors {
    let rows = lib.lines().filter_map(|line| line.strip_prefix("//! |"));
    let cells = rows.filter_map(|row| row.split_once('|'));
    let numbered = cells.filter_map(|(floor, rest)| Some((floor.trim().parse::<u8>().ok()?, rest)));
    let modules = |rest: &str| {
        let cell = rest.split('|').next().unwrap_or_default();
        cell.split("[`")
            .skip(1)
            .map(|it| it.split('`').next().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    numbered
        .flat_map(|(floor, rest)| modules(rest).into_iter().map(move |module| (module, floor)))
        .collect()
}

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|it| it == "rs") {
            files.push(path);
        }
    }
}

/// The code without comments and without its tests, with all its lines.
fn code(text: &str) -> String {
    let mut lines = Vec::new();
    let mut source = text.lines().peekable();
    while let Some(line) = source.next() {
        // Tests stand last in a file; where they are a file of their own, what is imported here goes on.
        let is_tests = |next: &&str| next.trim().starts_with("mod ") && next.trim().ends_with('{');
        if line.trim() == "#[cfg(test)]" && source.peek().is_some_and(is_tests) {
            break;
        }
        lines.push(line.split("//").next().unwrap_or_default());
    }
    lines.join("\n")
}

/// Names what a path goes on with: one module, or several in braces.
fn heads(rest: &str) -> Vec<String> {
    let name = |text: &str| {
        text.trim()
            .chars()
            .take_while(|it| it.is_alphanumeric() || *it == '_')
            .collect::<String>()
    };
    let Some(group) = rest.strip_prefix('{') else {
        return vec![name(rest)];
    };
    let (mut depth, mut parts) = (0, vec![String::new()]);
    for character in group.chars() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => parts.push(String::new()),
            _ => {}
        }
        parts.last_mut().unwrap().push(character);
    }
    parts
        .iter()
        .map(|part| name(part.trim_start_matches(',')))
        .filter(|name| !name.is_empty())
        .collect()
}

/// Every module at the root that a file names, by `crate::` or by enough `super::`, with the line.
fn imports(code: &str, depth: usize) -> Vec<(usize, String)> {
    let mut imports = Vec::new();
    let is_path_before =
        |at: usize| code[..at].ends_with(|it: char| it.is_alphanumeric() || it == '_' || it == ':');
    for (at, _) in code
        .match_indices("crate::")
        .chain(code.match_indices("super::"))
    {
        if is_path_before(at) {
            continue;
        }
        let mut rest = &code[at..];
        let mut supers = 0;
        while let Some(outer) = rest.strip_prefix("super::") {
            (rest, supers) = (outer, supers + 1);
        }
        let from_root = rest
            .strip_prefix("crate::")
            .or((supers == depth).then_some(rest));
        let line = code[..at].lines().count().max(1);
        imports.extend(
            from_root
                .into_iter()
                .flat_map(heads)
                .map(|head| (line, head)),
        );
    }
    imports
}

/// What a file imports that it may not.
fn violations(floors: &Floors, source: &Path, file: &Path) -> Vec<String> {
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
    let Some(floor) = floors.get(&path[0]) else {
        return vec![format!("{}: is on no floor", relative.display())];
    };
    let wrong = |module: &String| {
        *module != path[0] && floors.get(module).is_none_or(|other| other >= floor)
    };
    let imports = imports(&code(&fs::read_to_string(file).unwrap()), path.len());
    let found = imports.into_iter().filter(|(_, module)| wrong(module));
    found
        .map(|(line, module)| {
            let other = floors
                .get(&module)
                .map_or("no floor".to_owned(), |other| format!("floor {other}"));
            format!(
                "src/{}:{line}: {} (floor {floor}) imports {module} ({other})",
                relative.display(),
                path[0]
            )
        })
        .collect()
}

#[test]
fn modules_import_from_lower_layers_only() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let floors = floors(&fs::read_to_string(source.join("lib.rs")).unwrap());
    assert!(floors.len() > 8 && floors["model"] == 0, "{floors:?}");
    let mut files = Vec::new();
    rust_files(&source, &mut files);
    files.sort();
    let violations: Vec<_> = files
        .iter()
        .flat_map(|file| violations(&floors, &source, file))
        .collect();
    assert!(violations.is_empty(), "{}", violations.join("\n"));
}

#[test]
fn import_parser_finds_every_form_of_path() {
    let text = "use crate::mail::{A, B};\nuse crate::{\n    http,\n    token::{C, D},\n};\n// use crate::cli;\n\
        fn f() { super::super::app::run(crate::model::now()) }\npub(in crate::graphql) fn g() {}\nuse super::sibling;\n\
        #[cfg(test)]\nmod tests;\nuse crate::config;\n#[cfg(test)]\nmod tests {\n    use crate::cli;\n}\n";
    let mut found = imports(&code(text), 2);
    found.sort();
    let found: Vec<_> = found
        .iter()
        .map(|(line, module)| (*line, module.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            (1, "mail"),
            (2, "http"),
            (2, "token"),
            (7, "app"),
            (7, "model"),
            (8, "graphql"),
            (12, "config")
        ]
    );
}

#[test]
fn table_parser_finds_every_module_of_a_row() {
    let table = "//! | floor | modules | what |\n//! |---|---|---|\n//! | 5 | [`app`], [`config`] | builds |\n//! | 0 | [`model`] | [`x`] |";
    let expected = [
        ("app".to_owned(), 5),
        ("config".to_owned(), 5),
        ("model".to_owned(), 0),
    ];
    assert_eq!(floors(table), Floors::from(expected));
}
