//! Fields of one response name must be one field (specification, section 5.3.2).
//!
//! Fields are compared in groups, not in pairs: all fields of one name on every level must have one
//! shape, and those that can be of one object must be the same field with the same arguments. So
//! the work grows with the selections.

use std::collections::{BTreeMap, HashSet};

use async_graphql::parser::types::{BaseType, Field, Selection, SelectionSet, Type};
use async_graphql::{Name, Pos, Positioned};
use async_graphql_value::Value;

use super::selections::Parent;
use super::{Checker, named};

/// A field, and the type that it is selected from.
#[derive(Clone, Copy)]
struct Selected<'a> {
    parent: Parent<'a>,
    field: &'a Field,
    ty: &'a Type,
    pos: Pos,
}

type Groups<'a> = BTreeMap<&'a str, Vec<Selected<'a>>>;

impl<'a> Checker<'a> {
    pub(super) fn overlap(&mut self) {
        let document = self.document;
        for (_, operation) in document.operations.iter() {
            let root = self.system.root(operation.node.ty);
            let Some(parent) = root.and_then(|root| Parent::new(self.system, root)) else {
                continue;
            };
            let mut fields = Groups::new();
            let set = &operation.node.selection_set.node;
            self.collect(set, parent, &mut HashSet::new(), &mut fields);
            self.same_shape(&fields);
            self.same_fields(&fields);
        }
    }

    /// Adds the fields of a selection set to their groups, with those of its fragments.
    fn collect(
        &self,
        set: &'a SelectionSet,
        parent: Parent<'a>,
        spread: &mut HashSet<&'a Name>,
        fields: &mut Groups<'a>,
    ) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    let Some(definition) = parent.composite.fields.get(&field.node.name.node)
                    else {
                        continue;
                    };
                    let group = fields.entry(&field.node.response_key().node).or_default();
                    group.push(Selected {
                        parent,
                        field: &field.node,
                        ty: &definition.ty,
                        pos: field.pos,
                    });
                }
                Selection::FragmentSpread(spread_of) => {
                    let name = &spread_of.node.fragment_name.node;
                    let found = self.document.fragments.get_key_value(name);
                    if let Some((name, fragment)) = found
                        && let on = &fragment.node.type_condition.node.on.node
                        && spread.insert(name)
                        && let Some(inner) = Parent::new(self.system, on)
                    {
                        self.collect(&fragment.node.selection_set.node, inner, spread, fields);
                    }
                }
                Selection::InlineFragment(inline) => {
                    let inner = match &inline.node.type_condition {
                        Some(on) => Parent::new(self.system, &on.node.on.node),
                        None => Some(parent),
                    };
                    if let Some(inner) = inner {
                        self.collect(&inline.node.selection_set.node, inner, spread, fields);
                    }
                }
            }
        }
    }

    /// Collects what is selected below all the fields of a group.
    fn below(&self, group: &[Selected<'a>]) -> Groups<'a> {
        let mut fields = Groups::new();
        let mut spread = HashSet::new();
        for selected in group {
            if let Some(parent) = Parent::new(self.system, named(selected.ty)) {
                let set = &selected.field.selection_set.node;
                self.collect(set, parent, &mut spread, &mut fields);
            }
        }
        fields
    }

    /// `SameResponseShape` in the specification, of all the fields of each group at once.
    fn same_shape(&mut self, fields: &Groups<'a>) {
        for (key, group) in fields {
            let first = group[0];
            let differs = |other: &&Selected<'a>| !self.has_same_shape(first.ty, other.ty);
            if let Some(other) = group.iter().find(differs) {
                self.conflict(key, "their types differ", other.pos);
                return;
            }
            let below = self.below(group);
            self.same_shape(&below);
        }
    }

    fn has_same_shape(&self, one: &Type, other: &Type) -> bool {
        one.nullable == other.nullable
            && match (&one.base, &other.base) {
                (BaseType::List(one), BaseType::List(other)) => self.has_same_shape(one, other),
                (BaseType::Named(one), BaseType::Named(other)) => {
                    let is_composite = |name: &Name| self.system.composite(name).is_some();
                    one == other || (is_composite(one) && is_composite(other))
                }
                _ => false,
            }
    }

    /// Compares the fields of each group that one object can have.
    fn same_fields(&mut self, fields: &Groups<'a>) {
        for (key, group) in fields {
            for common in by_common_parent(group) {
                let first = common[0].field;
                for other in &common[1..] {
                    if other.field.name.node != first.name.node {
                        self.conflict(key, "they are different fields", other.pos);
                        return;
                    }
                    if !are_same(&first.arguments, &other.field.arguments) {
                        self.conflict(key, "their arguments differ", other.pos);
                        return;
                    }
                }
                let below = self.below(&common);
                self.same_fields(&below);
            }
        }
    }

    fn conflict(&mut self, key: &str, why: &str, pos: Pos) {
        let message = format!("Fields cannot share the name \"{key}\", because {why}.");
        self.report(pos, message);
    }
}

/// Splits a group by object type. Fields of an interface can be of every object, so each part has
/// them.
fn by_common_parent<'a>(group: &[Selected<'a>]) -> Vec<Vec<Selected<'a>>> {
    let mut parts: BTreeMap<&str, Vec<Selected<'a>>> = BTreeMap::new();
    let (of_objects, of_interfaces): (Vec<_>, Vec<_>) = group
        .iter()
        .copied()
        .partition(|selected| selected.parent.composite.is_object);
    for selected in of_objects {
        parts
            .entry(selected.parent.name)
            .or_default()
            .push(selected);
    }
    if parts.is_empty() {
        return vec![of_interfaces];
    }
    parts
        .into_values()
        .map(|mut part| {
            part.extend(&of_interfaces);
            part
        })
        .collect()
}

fn are_same(
    one: &[(Positioned<Name>, Positioned<Value>)],
    other: &[(Positioned<Name>, Positioned<Value>)],
) -> bool {
    one.len() == other.len()
        && one.iter().all(|(name, value)| {
            let is_same = |(its_name, its_value): &(Positioned<Name>, Positioned<Value>)| {
                its_name.node == name.node && its_value.node == value.node
            };
            other.iter().any(is_same)
        })
}
