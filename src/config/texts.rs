//! Texts generated from the table of settings: `.env.example` and the table of docs/configuration.md.

use std::fmt::Write;

use super::SETTINGS;

const HEAD: &str = "\
# Every setting of latchkey with its default: copy this file to .env, and take the # off what you change.
# The environment wins over .env. A value with spaces, quotes, # or $ needs single quotes around it.
# Any other name that begins with LATCHKEY_ is refused, but for LATCHKEY_TEST_… (the tests') and LATCHKEY_GRAPHIQL (the build's).
# Made by: cargo run -- settings > .env.example
";

/// The text of `.env.example`.
#[must_use]
pub fn env_example() -> String {
    let mut text = HEAD.to_owned();
    for setting in SETTINGS {
        let meaning = setting.meaning.replace('`', "");
        let default = quoted(setting.default);
        let name = setting.name;
        _ = write!(
            text,
            "\n# {meaning}\n# For example: {name}={}\n#{name}={default}\n",
            quoted(setting.example)
        );
    }
    text
}

/// Returns the table of settings in docs/configuration.md.
#[must_use]
pub fn markdown_table() -> String {
    let mut text =
        "| Setting | Default | Meaning | Example |\n| --- | --- | --- | --- |\n".to_owned();
    for setting in SETTINGS {
        let default = if setting.default.is_empty() {
            "none".to_owned()
        } else {
            format!("`{}`", setting.default)
        };
        _ = writeln!(
            text,
            "| `{}` | {default} | {} | `{}` |",
            setting.name, setting.meaning, setting.example
        );
    }
    text
}

fn quoted(value: &str) -> String {
    if value.contains([' ', '#', '$', '<']) {
        format!("'{value}'")
    } else {
        value.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::environment;

    fn checked_in(name: &str) -> String {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
        std::fs::read_to_string(&path).unwrap_or_default()
    }

    #[test]
    fn env_example_is_the_table() {
        let cure = ".env.example is stale: run cargo run -- settings > .env.example";
        assert!(checked_in(".env.example") == env_example(), "{cure}");
    }

    #[test]
    fn configuration_page_contains_the_generated_table() {
        let stale = "docs/configuration.md is stale: replace its table by the output of cargo run -- settings --format markdown";
        assert!(
            checked_in("docs/configuration.md").contains(&markdown_table()),
            "{stale}"
        );
    }

    #[test]
    fn env_example_with_all_lines_switched_on_sets_every_default() {
        let (vars, errors) =
            environment::parse(&env_example().replace("\n#LATCHKEY_", "\nLATCHKEY_"));
        assert!(errors.is_empty(), "{errors:?}");
        for setting in SETTINGS {
            assert_eq!(
                vars.get(setting.name).map(String::as_str),
                Some(setting.default),
                "{}",
                setting.name
            );
        }
    }
}
