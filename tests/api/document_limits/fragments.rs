//! Documents that are small to send and dear to answer.

use serde_json::json;

/// What is left of 64 KiB for a document, once it is a string in JSON.
const ROOM: usize = 64 * 1024 - 100;

/// How much room a text takes in JSON.
fn room(text: &str) -> usize {
    json!(text).to_string().len() - 2
}

fn filled(before: &str, unit: &str, after: &str) -> String {
    format!(
        "{before}{}{after}",
        unit.repeat((ROOM - room(before) - room(after)) / room(unit))
    )
}

fn several(part: impl Fn(usize) -> String) -> String {
    let mut left = ROOM - 20;
    let parts = (0..).map(part).take_while(|part| {
        let fits = room(part) <= left;
        left = left.saturating_sub(room(part));
        fits
    });
    parts.collect()
}

fn times(count: usize, part: impl Fn(usize) -> String) -> String {
    (0..count).map(part).collect()
}

pub fn fan_out(width: usize, levels: usize) -> String {
    let fragment = |level: usize| {
        format!(
            "fragment f{level} on User{{{}}}",
            format!("...f{} ", level + 1).repeat(width)
        )
    };
    let fragments: String = (0..levels).map(fragment).collect();
    format!("{{me{{...f0}}}}{fragments}fragment f{levels} on User{{id}}")
}

fn login(alias: usize) -> String {
    format!("a{alias}:login(input:{{email:\"a@x.test\",password:\"guess\"}}){{__typename}}")
}

/// Every bomb: its name, its document, and the code that it is answered with.
pub fn bombs() -> Vec<(&'static str, String, &'static str)> {
    const TOO_COMPLEX: &str = "QUERY_TOO_COMPLEX";
    const PARSE_FAILED: &str = "GRAPHQL_PARSE_FAILED";
    const VALIDATION_FAILED: &str = "GRAPHQL_VALIDATION_FAILED";
    vec![
        ("fan-out, 2 wide, 26 deep", fan_out(2, 26), TOO_COMPLEX),
        ("fan-out, 2 wide, 20 deep", fan_out(2, 20), TOO_COMPLEX),
        ("fan-out, 30 wide, 6 deep", fan_out(30, 6), TOO_COMPLEX),
        ("fan-out, 19 wide, 20 deep", fan_out(19, 20), TOO_COMPLEX),
        (
            "aliased logins",
            format!("mutation{{{}}}", several(login)),
            TOO_COMPLEX,
        ),
        (
            "50 aliased logins",
            format!("mutation{{{}}}", times(50, login)),
            TOO_COMPLEX,
        ),
        (
            "2 aliased logins",
            format!("mutation{{{}{}}}", login(0), login(1)),
            TOO_COMPLEX,
        ),
        (
            "aliases",
            format!("{{{}}}", several(|it| format!("a{it}:me{{id}}"))),
            TOO_COMPLEX,
        ),
        ("fields", filled("{", "me ", "}"), TOO_COMPLEX),
        (
            "unknown fields",
            format!("{{me{{{}}}}}", several(|it| format!("x{it} "))),
            TOO_COMPLEX,
        ),
        (
            "unknown fields, in limits",
            format!("{{me{{{}}}}}", times(900, |it| format!("x{it} "))),
            VALIDATION_FAILED,
        ),
        (
            "long unknown fields",
            format!("{{me{{{}}}}}", times(480, |it| format!("a{it:x>126} "))),
            VALIDATION_FAILED,
        ),
        (
            "conflicting fields",
            format!("{{me{{{}}}}}", times(32, |it| format!("a:x{it} "))),
            VALIDATION_FAILED,
        ),
        (
            "conflicting arguments",
            format!("{}{}{}", "{", "me(a:1,b:2,c:3) ".repeat(16), "}"),
            VALIDATION_FAILED,
        ),
        ("arguments", filled("{me(", "a:1 ", "){id}}"), TOO_COMPLEX),
        (
            "arguments, in limits",
            format!(
                "{}{}{}",
                "{a:me(",
                "a:1 ".repeat(325),
                "){id} a:me(b:1){id}}"
            ),
            VALIDATION_FAILED,
        ),
        (
            "directives",
            filled("{me{id ", "@include(if:true)", "}}"),
            TOO_COMPLEX,
        ),
        (
            "unknown directives",
            filled("{me{id ", "@a ", "}}"),
            TOO_COMPLEX,
        ),
        (
            "nested fields",
            format!("{}{}", "{me".repeat(ROOM / 4), "}".repeat(ROOM / 4)),
            TOO_COMPLEX,
        ),
        (
            "50 nested fields",
            format!("{}{}", "{me".repeat(50), "}".repeat(50)),
            TOO_COMPLEX,
        ),
        (
            "nested fields without an end",
            filled("", "{me", ""),
            TOO_COMPLEX,
        ),
        (
            "nested inline fragments without an end",
            filled("", "{...", ""),
            TOO_COMPLEX,
        ),
        (
            "nested lists",
            format!(
                "{{me(a:{}{})}}",
                "[".repeat(ROOM / 2 - 10),
                "]".repeat(ROOM / 2 - 10)
            ),
            TOO_COMPLEX,
        ),
        (
            "nested types",
            format!(
                "query($a:{}A{}){{me{{id}}}}",
                "[".repeat(ROOM / 2 - 20),
                "]".repeat(ROOM / 2 - 20)
            ),
            TOO_COMPLEX,
        ),
        (
            "a circle",
            "{me{...a}}fragment a on User{...b}fragment b on User{...a}".to_owned(),
            VALIDATION_FAILED,
        ),
        (
            "a long integer",
            filled("{me(a:", "1", "){id}}"),
            TOO_COMPLEX,
        ),
        (
            "an integer of 1000 digits",
            format!("{{me(a:{}){{id}}}}", "1".repeat(1000)),
            TOO_COMPLEX,
        ),
        ("a long name", filled("{", "a", "}"), TOO_COMPLEX),
        (
            "a long string",
            filled("{me(a:\"", "S3cret", "\"){id}}"),
            VALIDATION_FAILED,
        ),
        (
            "a long block string",
            filled("{me(a:\"\"\"", " \n", "\"\"\"){id}}"),
            VALIDATION_FAILED,
        ),
        (
            "a block string without an end",
            filled("{me(a:\"\"\"", " \n", ""),
            PARSE_FAILED,
        ),
        ("quotes", filled("{me(a:", "\"", "){id}}"), TOO_COMPLEX),
        (
            "escapes",
            filled("{me(a:\"", "\\u0041", "\"){id}}"),
            VALIDATION_FAILED,
        ),
        ("comments", filled("{me{id", "#\n", "}}"), TOO_COMPLEX),
        (
            "small fragments",
            format!(
                "{{me{{id}}}}{}",
                several(|it| format!("fragment f{it} on User{{id}}"))
            ),
            TOO_COMPLEX,
        ),
        (
            "operations",
            several(|it| format!("query q{it}{{me{{id}}}}")),
            TOO_COMPLEX,
        ),
        (
            "variable definitions",
            format!(
                "query({}){{me{{id}}}}",
                several(|it| format!("$v{it}:Int "))
            ),
            TOO_COMPLEX,
        ),
        (
            "the schema many times",
            format!(
                "{{{}}}",
                "__schema{types{name fields{name args{name type{name}}}}}".repeat(100)
            ),
            TOO_COMPLEX,
        ),
        (
            "the schema in itself",
            "{__schema{types{fields{type{fields{type{fields{type{fields{type{name}}}}}}}}}}}"
                .to_owned(),
            TOO_COMPLEX,
        ),
        ("unbalanced brackets", filled("{me", "}", ""), TOO_COMPLEX),
    ]
}
