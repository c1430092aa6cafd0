//! Text for inline snapshots.

use serde_json::Value;

/// Returns a response with one line per value, such as `user.sessions[0].current: true`. Random ids
/// and tokens are replaced by their kind. Times come from the test's clock and stay.
///
/// `insta` could redact values itself, but that feature brings a parser generator.
pub fn snapshot(answer: &Value) -> String {
    let mut lines = Vec::new();
    write_lines(answer, "", &mut lines);
    lines.join("\n")
}

fn write_lines(value: &Value, path: &str, lines: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            let separator = if path.is_empty() { "" } else { "." };
            for (name, field) in fields {
                write_lines(field, &format!("{path}{separator}{name}"), lines);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                write_lines(item, &format!("{path}[{index}]"), lines);
            }
        }
        Value::String(text) => {
            let shown = random_kind(text).unwrap_or(text);
            lines.push(format!("{path}: {shown}"));
        }
        scalar => lines.push(format!("{path}: {scalar}")),
    }
}

/// Returns the kind of a random id or token.
fn random_kind(text: &str) -> Option<&'static str> {
    let prefixes = [
        ("usr_", "[user id]"),
        ("ses_", "[session id]"),
        ("lkr_", "[refresh token]"),
        ("eyJ", "[access token]"),
    ];
    prefixes
        .into_iter()
        .find_map(|(prefix, kind)| text.starts_with(prefix).then_some(kind))
}
