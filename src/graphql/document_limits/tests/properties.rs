//! What holds for every document: the memo changes no number, and the scanner never counts too little.

use std::fmt::Write;

use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};
use proptest::prelude::*;

use super::super::cost::{Cost, analyze_cost};
use super::super::limits::{CREDENTIAL_FIELDS, rows, size};
use super::super::{DocumentError, check, scan};
use super::*;

/// A selection, to be written down.
#[derive(Clone, Debug)]
enum Part {
    Field(&'static str, Vec<Part>),
    Inline(Option<&'static str>, Vec<Part>),
    Spread(usize),
}

const FRAGMENTS: usize = 5;

fn parse_query(text: &str) -> Result<ExecutableDocument, SyntaxError> {
    syntax::parse(text).map(|parsed| parsed.document)
}

fn parts() -> impl Strategy<Value = Vec<Part>> {
    let name = prop::sample::select(vec![
        "a", "b", "login", "__schema", "types", "fields", "sessions",
    ]);
    let leaf = prop_oneof![
        3 => name.clone().prop_map(|name| Part::Field(name, Vec::new())),
        2 => (0..FRAGMENTS).prop_map(Part::Spread),
    ];
    let on = prop::option::of(prop::sample::select(vec!["A", "__Type"]));
    let part = leaf.prop_recursive(3, 12, 3, move |inner| {
        let set = prop::collection::vec(inner, 1..4);
        prop_oneof![
            (name.clone(), set.clone()).prop_map(|(name, set)| Part::Field(name, set)),
            (on.clone(), set).prop_map(|(on, set)| Part::Inline(on, set)),
        ]
    });
    prop::collection::vec(part, 1..4)
}

fn write(parts: &[Part], text: &mut String) {
    text.push('{');
    for part in parts {
        match part {
            Part::Field(name, set) => {
                _ = write!(text, " {name}");
                if !set.is_empty() {
                    write(set, text);
                }
            }
            Part::Inline(on, set) => {
                text.push_str(" ...");
                if let Some(on) = on {
                    _ = write!(text, " on {on}");
                }
                write(set, text);
            }
            Part::Spread(fragment) => _ = write!(text, " ...F{fragment}"),
        }
    }
    text.push('}');
}

fn document_of(sets: &[Vec<Part>]) -> String {
    let mut text = String::new();
    write(&sets[0], &mut text);
    for (index, set) in sets[1..].iter().enumerate() {
        // One of the fragments is on a type of the introspection.
        _ = write!(
            text,
            " fragment F{index} on {} ",
            if index == 1 { "__Type" } else { "A" }
        );
        write(set, &mut text);
    }
    text
}

/// Weighs by writing everything out. None where that has no end.
fn naive(
    document: &ExecutableDocument,
    set: &SelectionSet,
    schema: bool,
    open: &mut Vec<Name>,
) -> Option<Cost> {
    let mut sum = Cost::default();
    for selection in &set.items {
        let (own, below) = match &selection.node {
            Selection::Field(field) => {
                let name = field.node.name.node.as_str();
                let inside = schema || matches!(name, "__schema" | "__type");
                let below = naive(document, &field.node.selection_set.node, inside, open)?;
                let credentials = usize::from(CREDENTIAL_FIELDS.contains(&name));
                let values = size(inside) + below.values * rows(name, schema);
                (
                    Cost {
                        fields: 1,
                        credentials,
                        values,
                        ..Cost::default()
                    },
                    Cost {
                        fields: 0,
                        values: 0,
                        ..below
                    },
                )
            }
            Selection::InlineFragment(inline) => {
                let on = inline
                    .node
                    .type_condition
                    .as_ref()
                    .map(|it| it.node.on.node.as_str());
                let inside = schema || on.is_some_and(|on| on.starts_with("__"));
                (
                    Cost::default(),
                    naive(document, &inline.node.selection_set.node, inside, open)?,
                )
            }
            Selection::FragmentSpread(spread) => {
                let name = &spread.node.fragment_name.node;
                if open.contains(name) {
                    return None;
                }
                let fragment = &document.fragments[name].node;
                open.push(name.clone());
                let inside = fragment.type_condition.node.on.node.starts_with("__");
                let below = naive(document, &fragment.selection_set.node, inside, open)?;
                open.pop();
                (Cost::default(), below)
            }
        };
        sum = Cost {
            selections: sum.selections + 1 + below.selections,
            fields: sum.fields + own.fields + below.fields,
            depth: sum.depth.max(1 + below.depth),
            credentials: sum.credentials + own.credentials + below.credentials,
            values: sum.values + own.values + below.values,
        };
    }
    Some(sum)
}

/// The fewest tokens that a document can have been written with.
fn least_tokens(document: &ExecutableDocument) -> usize {
    fn value(it: &Value) -> usize {
        match it {
            Value::List(items) => 2 + items.iter().map(value).sum::<usize>(),
            Value::Object(fields) => 2 + fields.values().map(|it| 2 + value(it)).sum::<usize>(),
            _ => 1,
        }
    }
    fn set(it: &SelectionSet) -> usize {
        if it.items.is_empty() {
            0
        } else {
            2 + it.items.iter().map(|it| selection(&it.node)).sum::<usize>()
        }
    }
    fn selection(it: &Selection) -> usize {
        2 * it.directives().len()
            + match it {
                Selection::Field(field) => {
                    // A value with a variable in it is at least one token.
                    let least = |it: Value| value(&it);
                    let values = field
                        .node
                        .arguments
                        .iter()
                        .map(|(_, it)| it.node.clone().into_const().map_or(1, least));
                    let arguments = values.map(|value| 2 + value).sum::<usize>();
                    1 + 2 * usize::from(field.node.alias.is_some())
                        + arguments
                        + set(&field.node.selection_set.node)
                }
                Selection::FragmentSpread(_) => 2,
                Selection::InlineFragment(inline) => 1 + set(&inline.node.selection_set.node),
            }
    }
    let operations: usize = document
        .operations
        .iter()
        .map(|(_, it)| set(&it.node.selection_set.node))
        .sum();
    operations
        + document
            .fragments
            .values()
            .map(|it| 4 + set(&it.node.selection_set.node))
            .sum::<usize>()
}

proptest! {
    #[test]
    fn the_memoised_weight_is_that_of_the_document_written_out(
        sets in prop::collection::vec(parts(), FRAGMENTS + 1),
    ) {
        let document = parse_query(&document_of(&sets)).unwrap();
        let (_, operation) = document.operations.iter().next().unwrap();
        let definitions = document.fragments.iter().map(|(name, it)| (Some(name.clone()), &it.node.selection_set.node));
        let weights = definitions.chain([(None, &operation.node.selection_set.node)]).map(|(name, set)| {
            let on = name.as_ref().map(|it| document.fragments[it].node.type_condition.node.on.node.as_str());
            let mut open: Vec<_> = name.into_iter().collect();
            naive(&document, set, on.is_some_and(|on| on.starts_with("__")), &mut open)
        });
        match weights.collect::<Option<Vec<Cost>>>() {
            None => prop_assert!(matches!(analyze_cost(&document), Err(DocumentError::FragmentCycle(_) | DocumentError::Exceeds(&limits::DEPTH)))),
            Some(weights) if weights.iter().any(|it| it.depth > limits::DEPTH.most) => {
                prop_assert!(check(&document_of(&sets)).is_err());
            }
            Some(weights) => {
                let found = analyze_cost(&document).unwrap();
                prop_assert_eq!(found.operation, *weights.last().unwrap());
                prop_assert_eq!(found.selections, weights.iter().map(|it| it.selections).sum::<usize>());
            }
        }
    }

    #[test]
    fn nothing_that_parses_has_fewer_tokens_than_were_counted(
        parts in prop::collection::vec(prop::sample::select(vec![
            "{", "{ a", "}", "}", "(b:", ")", "[", "]", "\"", "\"\"\"", "\\", "\\\"", "a", "b ", "1", "-", ".", "...", "...F ",
            "... on A {", ":", "$v", "@d", "#", "\n", "\r", " ", ",", "\u{feff}", "é", "query", "fragment F on A", "e5", "0",
        ]), 0..40),
    ) {
        let text = parts.concat();
        if let Ok(document) = parse_query(&text) {
            prop_assert!(scan::count(&text).tokens >= least_tokens(&document), "{}", text);
        }
    }

    #[test]
    fn a_list_of_strings_and_numbers_is_never_counted_short(
        parts in prop::collection::vec(prop::sample::select(vec![
            "\"\"", "\"x\"", "\"\"\"", "\"\"\"x\"\"\"", "\"\\\"\"", "\\\"\"\"", "1", "-1", "1.5", "1e5", "1e-5", "x", " ", "#", "\n",
        ]), 0..30),
    ) {
        let text = format!("{{ a(b: [{}\n]) }}", parts.concat());
        if let Ok(document) = parse_query(&text) {
            prop_assert!(scan::count(&text).tokens >= least_tokens(&document), "{}", text);
        }
    }

    #[test]
    fn no_text_brings_the_guard_down(text in "\\PC{0,300}", soup in "[{}()\\[\\]:@$!.\"\\\\#a-c0-9 \n]{0,300}") {
        for text in [text, soup] {
            if let Ok(checked) = check(&text) {
                _ = checked.operation(None);
            }
        }
    }
}
