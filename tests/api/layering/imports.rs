//! Finds the modules that a source file imports.

/// Returns a file's code without comments and tests, line by line.
pub fn code(text: &str) -> String {
    let mut lines = Vec::new();
    let mut source = text.lines().peekable();
    while let Some(line) = source.next() {
        // Inline tests end a file. `mod tests;` does not: imports may follow.
        let is_tests = |next: &&str| next.trim().starts_with("mod ") && next.trim().ends_with('{');
        if line.trim() == "#[cfg(test)]" && source.peek().is_some_and(is_tests) {
            break;
        }
        lines.push(line.split("//").next().unwrap_or_default());
    }
    lines.join("\n")
}

/// Returns the modules that a path continues with: one, or several in braces.
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

/// Returns every root module that a file names, by `crate::` or by enough `super::`, with its line.
pub fn imports(code: &str, depth: usize) -> Vec<(usize, String)> {
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

#[test]
fn import_parser_finds_every_form_of_path() {
    let text = "use crate::mail::{A, B};\nuse crate::{\n    http,\n    token::{C, D},\n};\n// use crate::cli;\nfn f() { super::super::app::run(crate::model::now()) }\npub(in crate::graphql) fn g() {}\nuse super::sibling;\n\
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
