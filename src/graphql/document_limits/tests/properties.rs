//! Properties of all documents: the costs equal a naive count, and the tokens are never
//! undercounted.

use std::fmt::Write;

use async_graphql::parser::types::{ExecutableDocument, Field, Selection, SelectionSet};
use proptest::prelude::*;

use super::super::cost::{Cost, analyze_cost};
use super::super::estimates::Estimates;
use super::super::{DocumentError, check, tokens};
use super::*;
use crate::graphql::operation::spends_credential;

/// A selection of a random document.
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
        // One fragment has a type of the introspection.
        _ = write!(
            text,
            " fragment F{index} on {} ",
            if index == 1 { "__Type" } else { "A" }
        );
        write(set, &mut text);
    }
    text
}

/// Counts by expanding every fragment at every spread. `None` for a fragment cycle.
fn naive(
    document: &ExecutableDocument,
    set: &SelectionSet,
    schema: bool,
    open: &mut Vec<Name>,
) -> Option<Cost> {
    let mut sum = Cost::default();
    for selection in &set.items {
        let cost = match &selection.node {
            Selection::Field(field) => naive_field(document, &field.node, schema, open)?,
            Selection::InlineFragment(inline) => {
                let on = inline.node.type_condition.as_ref();
                let on = on.map(|it| it.node.on.node.as_str());
                let inside = schema || on.is_some_and(|on| on.starts_with("__"));
                naive(document, &inline.node.selection_set.node, inside, open)?
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
                below
            }
        };
        sum = Cost {
            selections: sum.selections + 1 + cost.selections,
            fields: sum.fields + cost.fields,
            depth: sum.depth.max(1 + cost.depth),
            credentials: sum.credentials + cost.credentials,
            values: sum.values.plus(cost.values),
        };
    }
    Some(sum)
}

/// Counts a field and the selections below it; the field itself is no selection or level yet.
fn naive_field(
    document: &ExecutableDocument,
    field: &Field,
    schema: bool,
    open: &mut Vec<Name>,
) -> Option<Cost> {
    let name = field.name.node.as_str();
    let inside = schema || matches!(name, "__schema" | "__type");
    let below = naive(document, &field.selection_set.node, inside, open)?;
    Some(Cost {
        fields: 1,
        credentials: below.credentials + usize::from(spends_credential(name)),
        values: Estimates::of_schema().field(field, below.values, schema),
        ..below
    })
}

/// Returns the smallest number of tokens that can express a document.
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
                    // A value that contains a variable has at least one token.
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
    fn analyzed_cost_equals_that_of_the_expanded_document(
        sets in prop::collection::vec(parts(), FRAGMENTS + 1),
    ) {
        let document = parse_query(&document_of(&sets)).unwrap();
        let (_, operation) = document.operations.iter().next().unwrap();
        let definitions = document.fragments.iter().map(|(name, it)| (Some(name.clone()), &it.node.selection_set.node));
        let costs = definitions.chain([(None, &operation.node.selection_set.node)]).map(|(name, set)| {
            let on = name.as_ref().map(|it| document.fragments[it].node.type_condition.node.on.node.as_str());
            let mut open: Vec<_> = name.into_iter().collect();
            naive(&document, set, on.is_some_and(|on| on.starts_with("__")), &mut open)
        });
        match costs.collect::<Option<Vec<Cost>>>() {
            None => prop_assert!(matches!(
                analyze_cost(&document),
                Err(DocumentError::FragmentCycle(_) | DocumentError::Exceeds(&limits::DEPTH))
            )),
            Some(costs) if costs.iter().any(|it| it.depth > limits::DEPTH.most) => {
                prop_assert!(check(&document_of(&sets)).is_err());
            }
            Some(costs) => {
                let cost = analyze_cost(&document).unwrap();
                prop_assert_eq!(cost.operation, *costs.last().unwrap());
                prop_assert_eq!(cost.selections, costs.iter().map(|it| it.selections).sum::<usize>());
            }
        }
    }

    #[test]
    fn parsed_document_never_has_more_tokens_than_counted(
        parts in prop::collection::vec(prop::sample::select(vec![
            "{", "{ a", "}", "}", "(b:", ")", "[", "]", "\"", "\"\"\"", "\\", "\\\"", "a", "b ", "1", "-", ".", "...", "...F ",
            "... on A {", ":", "$v", "@d", "#", "\n", "\r", " ", ",", "\u{feff}", "é", "query", "fragment F on A", "e5", "0",
        ]), 0..40),
    ) {
        let text = parts.concat();
        if let Ok(document) = parse_query(&text) {
            prop_assert!(tokens::count(&text).tokens >= least_tokens(&document), "{}", text);
        }
    }

    #[test]
    fn strings_and_numbers_are_never_counted_short(
        parts in prop::collection::vec(prop::sample::select(vec![
            "\"\"", "\"x\"", "\"\"\"", "\"\"\"x\"\"\"", "\"\\\"\"", "\\\"\"\"", "1", "-1", "1.5", "1e5", "1e-5", "x", " ", "#", "\n",
        ]), 0..30),
    ) {
        let text = format!("{{ a(b: [{}\n]) }}", parts.concat());
        if let Ok(document) = parse_query(&text) {
            prop_assert!(tokens::count(&text).tokens >= least_tokens(&document), "{}", text);
        }
    }

    #[test]
    fn check_never_panics_on_arbitrary_text(text in "\\PC{0,300}", soup in "[{}()\\[\\]:@$!.\"\\\\#a-c0-9 \n]{0,300}") {
        for text in [text, soup] {
            if let Ok(checked) = check(&text) {
                _ = checked.operation(None);
            }
        }
    }
}
