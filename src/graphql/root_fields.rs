//! The root of a subscription: fragments written out, and `__typename` beside the one field.
//!
//! The library subscribes to fields that stand directly in the operation. Apollo Client and urql
//! keep root fragments, and add `__typename` to them.

use std::collections::HashMap;

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, Field, FragmentDefinition, Selection, SelectionSet,
};
use async_graphql::{Name, Positioned, Value};

type Fragments = HashMap<Name, Positioned<FragmentDefinition>>;

/// The response keys of the root, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct RootKeys(Vec<RootKey>);

#[derive(Clone, Debug)]
struct RootKey {
    key: Name,
    is_type_name: bool,
}

/// Returns the fields of a root with its fragments written out.
pub(super) fn written_out<'a>(
    set: &'a SelectionSet,
    fragments: &'a Fragments,
) -> Vec<&'a Positioned<Field>> {
    let mut fields = Vec::new();
    collect(set, fragments, &mut fields);
    fields
}

fn collect<'a>(
    set: &'a SelectionSet,
    fragments: &'a Fragments,
    fields: &mut Vec<&'a Positioned<Field>>,
) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => fields.push(field),
            Selection::InlineFragment(inline) => {
                collect(&inline.node.selection_set.node, fragments, fields);
            }
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = fragments.get(&spread.node.fragment_name.node) {
                    collect(&fragment.node.selection_set.node, fragments, fields);
                }
            }
        }
    }
}

/// Leaves the one field at the root of a subscription, with all that is selected of it, and returns
/// the keys of its response.
pub(super) fn flatten(document: &mut ExecutableDocument, name: Option<&Name>) -> RootKeys {
    let ExecutableDocument {
        operations,
        fragments,
    } = document;
    let operation = match (operations, name) {
        (DocumentOperations::Single(operation), _) => Some(operation),
        (DocumentOperations::Multiple(all), Some(name)) => all.get_mut(name),
        (DocumentOperations::Multiple(_), None) => None,
    };
    let mut keys = RootKeys::default();
    let Some(operation) = operation else {
        return keys;
    };
    let set = &mut operation.node.selection_set.node;
    let mut root: IndexMap<Name, Positioned<Field>> = IndexMap::new();
    for field in written_out(set, fragments) {
        let key = field.node.response_key().node.clone();
        let is_type_name = field.node.name.node == "__typename";
        if !keys.0.iter().any(|known| known.key == key) {
            keys.0.push(RootKey {
                key: key.clone(),
                is_type_name,
            });
        }
        if is_type_name {
            continue;
        }
        if let Some(known) = root.get_mut(&key) {
            let more = field.node.selection_set.node.items.iter().cloned();
            known.node.selection_set.node.items.extend(more);
        } else {
            root.insert(key, field.clone());
        }
    }
    set.items = root
        .into_values()
        .map(|field| Positioned::new(Selection::Field(field.clone()), field.pos))
        .collect();
    keys
}

impl RootKeys {
    /// Adds the type's name to the data of an event.
    pub(super) fn complete(&self, data: &mut Value) {
        let Value::Object(fields) = data else {
            return;
        };
        if !self.0.iter().any(|key| key.is_type_name) {
            return;
        }
        let mut found = std::mem::take(fields);
        for RootKey { key, is_type_name } in &self.0 {
            if *is_type_name {
                fields.insert(key.clone(), Value::from("Subscription"));
            } else if let Some(value) = found.swap_remove(key) {
                fields.insert(key.clone(), value);
            }
        }
    }
}
