//! The estimate of a response's values: never below the number of values that the schema answers
//! with, and by `first` for the lists of an account.

use async_graphql::parser::types::Selection;
use serde_json::Value as Json;

use super::super::cost::analyze_cost;
use super::super::estimates::{Estimates, Values};
use super::super::limits;
use super::*;
use crate::graphql::validation::TypeSystem;

/// Returns the estimate of a document.
fn estimate(document: &str) -> usize {
    let parsed = syntax::parse(document).unwrap().document;
    analyze_cost(&parsed).unwrap().operation.values.average
}

/// Counts the fields of all objects.
fn count(value: &Json) -> usize {
    match value {
        Json::Array(items) => items.iter().map(count).sum(),
        Json::Object(fields) => fields.values().map(|field| 1 + count(field)).sum(),
        _ => 0,
    }
}

/// Executes a document of the introspection, and counts the values of its data.
async fn values_in(document: &str) -> usize {
    let response = crate::graphql::schema().execute(document).await;
    assert!(response.errors.is_empty(), "{:?}", response.errors);
    count(&response.data.into_json().unwrap())
}

#[tokio::test]
async fn no_introspection_has_more_values_than_estimated() {
    let chains = [
        "fields { type { NEXT name } }",
        "fields { args { type { NEXT name } } }",
        "possibleTypes { NEXT name }",
        "possibleTypes { interfaces { NEXT name } }",
        "inputFields { type { ofType { NEXT name } name } }",
        "fields { type { possibleTypes { NEXT name } ofType { possibleTypes { NEXT name } } } }",
        "enumValues { name } fields { type { ofType { NEXT enumValues { name } } } }",
    ];
    let starts = [
        "{ __schema { types { NEXT } } }",
        "{ __schema { queryType { NEXT } directives { name args { type { NEXT } } } } }",
        "{ __type(name: \"User\") { NEXT } }",
        "{ __type(name: \"Mutation\") { NEXT } }",
        "{ __type(name: \"AccountError\") { NEXT } }",
    ];
    let mut documents = vec![INTROSPECTION.to_owned()];
    for start in starts {
        for chain in chains {
            let once = start.replace("NEXT", chain);
            let twice = once.replace("NEXT", chain);
            documents.extend([once, twice].map(|it| it.replace("NEXT", "")));
        }
    }
    let mut executed = 0;
    for document in documents {
        let estimated = estimate(&document);
        // What is refused is not executed, here either.
        if estimated <= limits::VALUES.most {
            executed += 1;
            let values = values_in(&document).await;
            assert!(values <= estimated, "{values} of {estimated}: {document}");
        }
    }
    assert!(executed > 40, "{executed}");
}

#[test]
fn nested_lists_of_the_introspection_are_refused() {
    let nested = |levels: usize| {
        let open = "fields { type { ".repeat(levels);
        let close = "} } ".repeat(levels);
        format!("{{ __schema {{ types {{ {open} name {close} }} }} }}")
    };
    assert!(check(&nested(2)).is_ok());
    assert_eq!(exceeded(&nested(5)), "VALUES");
    let spread = "{ __schema { types { ...A } } } fragment A on __Type { possibleTypes { ...B } } \
        fragment B on __Type { possibleTypes { possibleTypes { possibleTypes { possibleTypes { name } } } } }";
    assert_eq!(exceeded(spread), "VALUES");
}

#[test]
fn one_type_counts_with_the_longest_list() {
    let names = "name ".repeat(300);
    assert!(check(&format!("{{ __schema {{ types {{ {names} }} }} }}")).is_ok());
    let longest = estimate("{ __type(name: \"User\") { fields { name } } }");
    let average = estimate("{ __schema { types { fields { name } } } }");
    assert!(
        longest > 10 && average < longest * 40,
        "{longest}, {average}"
    );
}

#[test]
fn lists_of_an_account_count_by_first() {
    let sdl = "schema { query: Query } type Query { me: User } \
        type User { events(first: Int = 20): Events! keys: [Key!]! name: String } \
        type Events { nodes: [Event!]! } type Event { id: ID! } type Key { id: ID! }";
    let estimates = Estimates::new(&TypeSystem::parse(sdl).unwrap());
    let row = Values {
        average: 32,
        most: 32,
    };
    let cost = |field: &str| {
        let text = format!("query($n: Int) {{ {field} }}");
        let parsed = syntax::parse(&text).unwrap().document;
        let (_, operation) = parsed.operations.iter().next().unwrap();
        let selection = &operation.node.selection_set.node.items[0].node;
        let Selection::Field(field) = selection else {
            panic!("{field} is a field");
        };
        estimates.field(&field.node, row, false).average
    };
    for (field, rows) in [
        ("name", 1),
        ("keys", 50),
        ("events", 20),
        ("events(first: 3)", 3),
        ("events(first: 1000)", 100),
        ("events(first: $n)", 100),
        ("events(first: null)", 100),
    ] {
        assert_eq!(cost(field), 32 * rows + 32, "{field}");
    }
}
