//! The grammar, held against the library's parser and the specification's examples.

use async_graphql::parser::types::Selection;
use async_graphql_value::Value;
use proptest::prelude::*;

use super::*;

/// The value of the argument of `{ a(b: …) }`.
fn value(literal: &str) -> Result<Value, SyntaxError> {
    let parsed = parse(&format!("{{ a(b: {literal}) }}"))?;
    let operation = parsed
        .document
        .operations
        .iter()
        .next()
        .unwrap()
        .1
        .node
        .clone();
    match &operation.selection_set.node.items[0].node {
        Selection::Field(field) => Ok(field.node.arguments[0].1.node.clone()),
        other => panic!("{other:?}"),
    }
}

fn string(literal: &str) -> String {
    match value(literal) {
        Ok(Value::String(text)) => text,
        other => panic!("{literal}: {other:?}"),
    }
}

#[test]
fn escapes_name_any_character_of_unicode() {
    for (literal, text) in [
        (r#""\u0041\u{41}\u{00000041}""#, "AAA"),
        (r#""\uD83D\uDE00\u{1F600}""#, "😀😀"),
        (r#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"),
        (r#""""#, ""),
        (r#""é 😀""#, "é 😀"),
    ] {
        assert_eq!(string(literal), text, "{literal}");
    }
}

#[test]
fn malformed_strings_and_escapes_are_syntax_errors() {
    for literal in [
        r#""\uD83D""#,
        r#""\uDE00""#,
        r#""\uD83D\uD83D""#,
        r#""\u{D83D}""#,
        r#""\u{110000}""#,
        r#""\u{}""#,
        r#""\u{+1}""#,
        r#""\u+041""#,
        r#""\u00é""#,
        r#""\x""#,
        "\"a\nb\"",
        "\"a",
        r#""""a"#,
    ] {
        assert!(value(literal).is_err(), "{literal}");
    }
}

#[test]
fn block_strings_lose_their_common_indentation() {
    for (literal, text) in [
        (
            "\"\"\"\n    Hello,\n      Ada!\n\n    Yours,\n      GraphQL.\n  \"\"\"",
            "Hello,\n  Ada!\n\nYours,\n  GraphQL.",
        ),
        ("\"\"\"a \\\"\"\" b\"\"\"", "a \"\"\" b"),
        ("\"\"\"  a\r\n  b\r  c\"\"\"", "  a\nb\nc"),
        ("\"\"\"\n \t \n\"\"\"", ""),
        ("\"\"\"\\u0041\"\"\"", "\\u0041"),
    ] {
        assert_eq!(string(literal), text, "{literal:?}");
    }
}

#[test]
fn numbers_are_read_by_the_specifications_grammar() {
    for (literal, number) in [
        ("0", "0"),
        ("-7", "-7"),
        ("1.5", "1.5"),
        ("1e3", "1000.0"),
        ("-1.5E-1", "-0.15"),
    ] {
        assert_eq!(value(literal).unwrap().to_string(), number, "{literal}");
    }
    for malformed in [
        "01", "-", "1.", ".5", "1e", "1.5.", "0x1", "1a", "+1", "1_000",
    ] {
        assert!(value(malformed).is_err(), "{malformed}");
    }
}

#[test]
fn descriptions_stand_before_operations_fragments_and_variables() {
    let described =
        "\"what\" query A(\"\"\"which\"\"\" $a: Int) { a } \"what\" fragment F on A { a }";
    let parsed = parse(described).unwrap();
    assert!(!parsed.has_strings);
    for malformed in [
        "\"what\" { a }",
        "{ \"what\" a }",
        "\"what\" \"what\" query { a }",
        "{ a } \"what\"",
    ] {
        assert!(parse(malformed).is_err(), "{malformed}");
    }
}

#[test]
fn positions_count_lines_and_characters_from_one() {
    let at = |text: &str| parse(text).unwrap_err().position().unwrap();
    assert_eq!(at("{ a ^"), Pos { line: 1, column: 5 });
    assert_eq!(at("{\r\n\r \"é😀\""), Pos { line: 3, column: 2 });
    assert_eq!(
        at("{ a(b: \"é😀\") ^ }"),
        Pos {
            line: 1,
            column: 14
        }
    );
    assert_eq!(at(""), Pos { line: 1, column: 1 });
}

#[test]
fn repeated_unique_names_are_refused_after_the_grammar() {
    for text in [
        "{ a } { a }",
        "query A { a } query A { a }",
        "{ a } query A { a }",
        "{ a } fragment F on A { a } fragment F on A { a }",
    ] {
        assert!(
            matches!(parse(text), Err(SyntaxError::RepeatedName(_))),
            "{text}"
        );
    }
    assert_eq!(
        parse("fragment F on A { a }").err(),
        Some(SyntaxError::NoOperation)
    );
    let repeated = SyntaxError::RepeatedInputField(
        "c".to_owned(),
        Pos {
            line: 1,
            column: 14,
        },
    );
    assert_eq!(parse("{ a(b: {c: 1,c: 2}) }").err(), Some(repeated));
    let malformed = parse("{ a(b: {c: 1, c: 2}) ").err();
    assert!(matches!(malformed, Some(SyntaxError::Malformed(_))));
}

#[test]
fn reserved_words_are_names_only_in_some_places() {
    for text in [
        "{ fragment on query true null }",
        "query query { a(on: on) }",
        "{ ...{ a } ...@a { a } ... on A { a } }",
    ] {
        assert!(parse(text).is_ok(), "{text}");
    }
    for text in [
        "{ ...on }",
        "fragment on on A { a } { a }",
        "{ a() }",
        "{ }",
        "{ a {} }",
        "query A() { a }",
        "query { a(b: $) }",
        "type A { a: Int }",
        "query ($a: Int = $b) { a }",
    ] {
        assert!(
            matches!(parse(text), Err(SyntaxError::Malformed(_))),
            "{text}"
        );
    }
}

proptest! {
    #[test]
    fn documents_that_the_library_parses_become_one_tree(
        parts in prop::collection::vec(prop::sample::select(vec![
            "{", "{ a", "}", " }", "(b:", ")", "[", "]", "\"x\"", "\"\\n\"", "a", "b ", "1", "-1", "1.5", "e5", " ", "...F ", "... on A {",
            ":", "$v ", "@d ", "#c\n", "\r\n", ",", "{c:1}", "null", "true", "query ($a: [Int!] = 1) ", "fragment F on A ",
        ]), 0..24),
    ) {
        let text = format!("{{ {}", parts.concat());
        if let Ok(expected) = async_graphql::parser::parse_query(&text) {
            let parsed = parse(&text);
            prop_assert!(parsed.is_ok(), "{}: {:?}", text, parsed);
            if expected.fragments.len() < 2 && expected.operations.iter().len() < 2 {
                prop_assert_eq!(format!("{:?}", parsed.unwrap().document), format!("{expected:?}"), "{}", text);
            }
        }
    }
}
