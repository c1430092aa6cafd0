//! Documents around each limit. Any library answers each of them in milliseconds.

use serde_json::{Value, json};

/// The scalar fields of a user that are selected repeatedly through a fragment.
const USER_FIELDS: [&str; 11] = [
    "id",
    "email",
    "emailVerified",
    "firstName",
    "lastName",
    "gender",
    "mobileNumber",
    "role",
    "createdAt",
    "updatedAt",
    "lastLoginAt",
];
const SESSION_FIELDS: [&str; 8] = [
    "id",
    "current",
    "deviceName",
    "userAgent",
    "ipAddress",
    "createdAt",
    "lastUsedAt",
    "expiresAt",
];

fn numbered(count: usize, part: impl Fn(usize) -> String) -> String {
    (0..count).map(part).collect()
}

/// Returns a request whose document has `count` of what a limit counts, and is valid except for
/// `NESTING`: the schema has no place for lists of lists.
pub fn request_with(limit: &str, count: usize) -> Value {
    let document = match limit {
        "TOKENS" => format!("{{__typename {}}}", "#\n".repeat(count - 3)),
        "NESTING" => {
            let lists = count - 2;
            format!("{{me(a:{}{}){{id}}}}", "[".repeat(lists), "]".repeat(lists))
        }
        "WORD" => format!("{{{}: __typename}}", "a".repeat(count)),
        "FRAGMENTS" => fragments(count),
        "OPERATIONS" => numbered(count, |it| format!("query q{it}{{__typename}}")),
        "ROOT_FIELDS" => format!("{{{}}}", "__typename ".repeat(count)),
        "ALIASES" => format!("{{me{{{}}}}}", numbered(count, |it| format!("a{it}:id "))),
        "DIRECTIVES" => format!("{{me{{{}}}}}", "id @skip(if:false) ".repeat(count)),
        "DEPTH" => {
            let inline = count - 2;
            format!(
                "{{me{}id{}}}",
                "{...".repeat(inline) + "{",
                "}".repeat(inline + 1)
            )
        }
        "SELECTIONS" => selections(count),
        "VALUES" => values(count),
        "CREDENTIALS" => format!("mutation{{{}}}", numbered(count, login)),
        "VARIABLES" => "{__typename}".to_owned(),
        other => panic!("no document for {other}"),
    };
    let operation = (limit == "OPERATIONS").then_some("q0");
    let variables = match limit {
        // The list is a value as well.
        "VARIABLES" => json!({ "v": vec![0; count - 1] }),
        _ => json!({}),
    };
    json!({ "query": document, "operationName": operation, "variables": variables })
}

fn fragments(count: usize) -> String {
    let spreads = numbered(count, |it| format!("...f{it} "));
    let definitions = numbered(count, |it| format!("fragment f{it} on User{{id}}"));
    format!("{{me{{{spreads}}}}}{definitions}")
}

/// 80 spreads of one fragment, and single fields up to the count.
fn selections(count: usize) -> String {
    let (spreads, in_fragment) = (80, USER_FIELDS.len());
    let single = count - 1 - in_fragment - spreads * (1 + in_fragment);
    format!(
        "{{me{{{}{}}}}}fragment U on User{{{}}}",
        "...U ".repeat(spreads),
        "id ".repeat(single),
        USER_FIELDS.join(" ")
    )
}

/// A list of 50 sessions with 62 fields each, and single fields up to the count. A field counts for
/// 32.
fn values(count: usize) -> String {
    let sessions = 50 * 62 * 32 + 32;
    let single = (count - sessions - 32).div_ceil(32);
    format!(
        "{{me{{{}sessions{{{}id current deviceName userAgent ipAddress createdAt}}}}}}fragment S on Session{{{}}}",
        "id ".repeat(single),
        "...S ".repeat(7),
        SESSION_FIELDS.join(" ")
    )
}

fn login(alias: usize) -> String {
    format!("a{alias}:login(input:{{email:\"a@x.test\",password:\"guess\"}}){{__typename}}")
}
