//! Each rule of the specification's section 5, by a document that breaks it and one that does not.

mod introspection;
mod variables;

use super::*;
use crate::graphql::syntax::parse;

const SDL: &str = r#"
schema { query: Query mutation: Mutation }
directive @include(if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT
directive @skip(if: Boolean!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT
directive @tag(name: String) on FIELD | VARIABLE_DEFINITION
type Query { pet: Pet animal(named: Name!): Animal human(of: [ID!], age: Int = 1): Human at(point: Point): String }
type Mutation { rename(input: Rename!): Human! }
interface Pet { name: String! }
type Dog implements Pet { name: String! barks: Boolean! age: Int friend: Pet }
type Cat implements Pet { name: String! barks: String! age: Int! friend: Cat }
type Human { id: ID! pets: [Pet!]! size: Float }
union Animal = Dog | Human
enum Name { REX TOM }
input Rename { name: Name! note: String! = "none" tags: [String!] next: Rename }
input Point @oneOf { x: Int y: String }
"#;

fn messages(text: &str) -> Vec<String> {
    let system = TypeSystem::parse(SDL).unwrap();
    let parsed = parse(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    let errors = validate(&system, &parsed.document)
        .err()
        .unwrap_or_default();
    errors.into_iter().map(|error| error.message).collect()
}

#[track_caller]
fn refuses(text: &str, message: &str) {
    let messages = messages(text);
    assert!(
        messages.iter().any(|it| it.contains(message)),
        "{text}: {messages:?}"
    );
}

#[track_caller]
fn accepts(texts: &[&str]) {
    for text in texts {
        assert_eq!(messages(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn fields_and_their_selections_must_fit_the_types() {
    accepts(&[
        "{ pet { __typename name ... on Dog { barks } } __typename }",
        "{ __schema { directives(includeDeprecated: true) { name } } __type(name: \"A\") { kind } }",
        "{ animal(named: REX) { __typename ... on Pet { name } } }",
    ]);
    for (text, message) in [
        ("{ pets { name } }", "no field \"pets\""),
        ("{ pet { barks } }", "\"Pet\" has no field \"barks\""),
        ("{ animal(named: REX) { name } }", "\"Animal\" has no field"),
        ("{ pet }", "needs a selection"),
        ("{ pet { name { x } } }", "no fields to select"),
        ("{ __typename { x } }", "no fields to select"),
        ("{ __typename(a: 1) }", "no argument \"a\""),
        (
            "{ pet { __schema { types { name } } } }",
            "no field \"__schema\"",
        ),
        ("subscription { pet { name } }", "no subscription type"),
    ] {
        refuses(text, message);
    }
}

#[test]
fn fields_of_one_response_name_must_be_one_field() {
    accepts(&[
        "{ pet { name name ... on Dog { name } ... on Cat { name friend { name } } } }",
        "{ pet { ... on Dog { a: name } ... on Cat { a: barks } } }",
        "{ human(of: [1], age: 2) { id } human(age: 2, of: [1]) { size } }",
        "{ pet { ... on Dog { friend { name } } ... on Cat { friend { x: age name } } } }",
    ]);
    for (text, why) in [
        ("{ pet { a: name a: __typename } }", "different fields"),
        (
            "{ human(age: 2) { id } human(age: 3) { id } }",
            "arguments differ",
        ),
        ("{ human { id } human(age: 1) { id } }", "arguments differ"),
        (
            "{ pet { ... on Dog { barks } ... on Cat { barks } } }",
            "types differ",
        ),
        (
            "{ pet { ... on Dog { age } ... on Cat { age } } }",
            "types differ",
        ),
        (
            "{ pet { a: name ... on Dog { a: barks } } }",
            "types differ",
        ),
        (
            "{ pet { ...A ...B } } fragment A on Dog { friend { a: name } } fragment B on Dog { friend { a: __typename } }",
            "different fields",
        ),
        (
            "{ pet { ... on Dog { friend { a: name } } ... on Cat { friend { a: age } } } }",
            "types differ",
        ),
    ] {
        refuses(text, why);
    }
}

#[test]
fn fragments_must_be_defined_used_and_possible() {
    accepts(&[
        "{ pet { ...F } } fragment F on Pet { ...G } fragment G on Dog { name }",
        "{ ... { __typename } ... @include(if: true) { __typename } }",
    ]);
    for (text, message) in [
        ("{ pet { ...F } }", "\"F\" is not defined"),
        (
            "{ pet { name } } fragment F on Dog { name }",
            "\"F\" is never used",
        ),
        (
            "{ pet { ... on Bird { name } } }",
            "\"Bird\" does not exist",
        ),
        (
            "{ pet { ... on Name { name } } }",
            "cannot be on the type \"Name\"",
        ),
        ("{ pet { ... on Human { id } } }", "is never one"),
        (
            "{ pet { ...F } } fragment F on Human { id }",
            "is never one",
        ),
    ] {
        refuses(text, message);
    }
}

#[test]
fn arguments_and_directives_must_be_defined_and_unique() {
    accepts(&["query($a: Int @tag(name: \"x\")) { human(age: $a) @tag { id } }"]);
    for (text, message) in [
        ("{ animal { __typename } }", "needs the argument \"named\""),
        ("{ human(years: 1) { id } }", "no argument \"years\""),
        ("{ human(age: 1, age: 1) { id } }", "is given twice"),
        ("{ pet @nothing { name } }", "\"@nothing\" does not exist"),
        ("{ pet @skip { name } }", "needs the argument \"if\""),
        (
            "{ pet @skip(if: true) @skip(if: true) { name } }",
            "stands here twice",
        ),
        (
            "query @skip(if: true) { pet { name } }",
            "cannot stand here",
        ),
        ("{ __typename @skip(if: 1) }", "type \"Boolean!\" is needed"),
        ("{ __typename @skip(if: $a) }", "\"$a\" is not defined"),
    ] {
        refuses(text, message);
    }
}

#[test]
fn values_must_be_of_the_types_they_stand_for() {
    accepts(&[
        "{ human(of: \"a\", age: null) { id } }",
        "{ human(of: [1, \"a\"]) { id } at(point: { x: 1 }) }",
        "mutation { rename(input: { name: REX, tags: \"a\", next: { name: TOM } }) { id } }",
    ]);
    for (text, message) in [
        ("{ human(age: 1.0) { id } }", "type \"Int\""),
        ("{ human(age: 2147483648) { id } }", "type \"Int\""),
        ("{ human(of: [null]) { id } }", "type \"ID!\""),
        (
            "{ animal(named: \"REX\") { __typename } }",
            "type \"Name!\"",
        ),
        ("{ animal(named: MAX) { __typename } }", "type \"Name!\""),
        ("{ animal(named: null) { __typename } }", "type \"Name!\""),
        (
            "mutation { rename(input: {}) { id } }",
            "needs the field \"name\"",
        ),
        (
            "mutation { rename(input: { name: REX, note: null }) { id } }",
            "type \"String!\"",
        ),
        (
            "mutation { rename(input: { name: REX, age: 1 }) { id } }",
            "no field \"age\"",
        ),
        (
            "mutation { rename(input: [{ name: REX }]) { id } }",
            "type \"Rename!\"",
        ),
        (
            "{ at(point: { x: 1, y: \"a\" }) }",
            "exactly one of its fields",
        ),
        ("{ at(point: { x: null }) }", "exactly one of its fields"),
        ("{ at(point: {}) }", "exactly one of its fields"),
    ] {
        refuses(text, message);
    }
}

#[test]
fn errors_are_few_in_order_and_without_values() {
    let unknown: String = ["x ", "y ", "z "].concat().repeat(9);
    assert_eq!(
        messages(&format!("{{ pet {{ {unknown} }} }}")).len(),
        MAX_ERRORS
    );
    let text = "{\n  b(c: \"S3cret\")\n  a\n  human(age: \"S3cret\") { id } }";
    let messages = messages(text);
    assert!(messages[0].contains("\"b\"") && messages[1].contains("\"a\""));
    assert!(messages.iter().all(|message| !message.contains("S3cret")));
}
