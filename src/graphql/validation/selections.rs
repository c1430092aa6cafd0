//! Rules of fields and fragments (specification, sections 5.3 and 5.5).

use async_graphql::parser::types::{
    DirectiveLocation, Field, FragmentSpread, InlineFragment, Selection, SelectionSet,
};
use async_graphql::{Name, Pos, Positioned};

use super::type_system::{Composite, TypeSystem};
use super::{Checker, named};

/// The type that a selection set selects from.
#[derive(Clone, Copy)]
pub(super) struct Parent<'a> {
    pub(super) name: &'a str,
    pub(super) composite: &'a Composite,
}

impl<'a> Parent<'a> {
    pub(super) fn new(system: &'a TypeSystem, name: &'a str) -> Option<Self> {
        let composite = system.composite(name)?;
        Some(Self { name, composite })
    }
}

impl<'a> Checker<'a> {
    /// Checks a selection set. Without a parent, which is an error of its own, its fields are not
    /// looked up.
    pub(super) fn selections(&mut self, set: &'a SelectionSet, parent: Option<Parent<'a>>) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => self.field(&field.node, parent),
                Selection::FragmentSpread(spread) => self.spread(spread, parent),
                Selection::InlineFragment(inline) => self.inline(inline, parent),
            }
        }
    }

    fn field(&mut self, field: &'a Field, parent: Option<Parent<'a>>) {
        let Positioned { node: name, pos } = &field.name;
        let definition = parent.and_then(|parent| parent.composite.fields.get(name));
        if let (Some(parent), None) = (parent, definition) {
            let message = format!("The type \"{}\" has no field \"{name}\".", parent.name);
            self.report(*pos, message);
        }
        let defined = definition.map(|definition| &definition.arguments);
        self.arguments(&field.arguments, defined, &field.name);
        self.directives(&field.directives, DirectiveLocation::Field);
        let selections = &field.selection_set.node;
        let below = definition.and_then(|it| Parent::new(self.system, named(&it.ty)));
        if let Some(definition) = definition {
            let is_empty = selections.items.is_empty();
            let ty = &definition.ty;
            if below.is_some() && is_empty {
                let message =
                    format!("The field \"{name}\" of type \"{ty}\" needs a selection of fields.");
                self.report(*pos, message);
            } else if below.is_none() && !is_empty {
                let message =
                    format!("The field \"{name}\" of type \"{ty}\" has no fields to select from.");
                self.report(field.selection_set.pos, message);
            }
        }
        self.selections(selections, below);
    }

    fn spread(&mut self, spread: &'a Positioned<FragmentSpread>, parent: Option<Parent<'a>>) {
        self.directives(&spread.node.directives, DirectiveLocation::FragmentSpread);
        let Positioned { node: name, pos } = &spread.node.fragment_name;
        let Some((name, fragment)) = self.document.fragments.get_key_value(name) else {
            self.report(*pos, format!("The fragment \"{name}\" is not defined."));
            return;
        };
        self.uses.fragments.push(name);
        let condition = &fragment.node.type_condition.node.on.node;
        self.spread_is_possible(parent, condition, spread.pos);
    }

    fn inline(&mut self, inline: &'a Positioned<InlineFragment>, parent: Option<Parent<'a>>) {
        let condition = inline.node.type_condition.as_ref();
        let inner = match condition {
            Some(condition) => {
                let on = &condition.node.on;
                self.spread_is_possible(parent, &on.node, inline.pos);
                self.type_condition(on)
            }
            None => parent,
        };
        self.directives(&inline.node.directives, DirectiveLocation::InlineFragment);
        self.selections(&inline.node.selection_set.node, inner);
    }

    /// Checks that a fragment's type exists and has fields.
    pub(super) fn type_condition(&mut self, on: &'a Positioned<Name>) -> Option<Parent<'a>> {
        let parent = Parent::new(self.system, &on.node);
        if parent.is_none() {
            if self.system.input(&on.node).is_some() {
                let message = format!("A fragment cannot be on the type \"{}\".", on.node);
                self.report(on.pos, message);
            } else {
                self.unknown_type(&on.node, on.pos);
            }
        }
        parent
    }

    /// Checks that some object is of both types: what is selected for another would never be there.
    fn spread_is_possible(&mut self, parent: Option<Parent<'a>>, condition: &str, pos: Pos) {
        let (Some(parent), Some(inner)) = (parent, self.system.composite(condition)) else {
            return;
        };
        if parent.composite.possible.is_disjoint(&inner.possible) {
            let message = format!(
                "A fragment on \"{condition}\" cannot be spread here: a \"{}\" is never one.",
                parent.name
            );
            self.report(pos, message);
        }
    }

    pub(super) fn unknown_type(&mut self, name: &str, pos: Pos) {
        self.report(pos, format!("The type \"{name}\" does not exist."));
    }
}
