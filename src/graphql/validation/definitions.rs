//! Rules of operations, fragments and variable definitions (specification, sections 5.2, 5.5.1 and
//! 5.8).

use std::collections::HashSet;

use async_graphql::parser::types::{
    DirectiveLocation, FragmentDefinition, OperationDefinition, OperationType, VariableDefinition,
};
use async_graphql::{Pos, Positioned};

use super::selections::Parent;
use super::usage::Location;
use super::{Checker, named};

impl<'a> Checker<'a> {
    /// Walks every definition once.
    pub(super) fn definitions(&mut self) {
        let document = self.document;
        self.fragments();
        let mut spread = HashSet::new();
        for (_, operation) in document.operations.iter() {
            self.operation(&operation.node, operation.pos);
            let uses = std::mem::take(&mut self.uses);
            self.check_uses(&operation.node, uses, &mut spread);
        }
        for (name, fragment) in &document.fragments {
            if !spread.contains(name) {
                let message = format!("The fragment \"{name}\" is never used.");
                self.report(fragment.pos, message);
            }
        }
    }

    pub(super) fn fragments(&mut self) {
        for (name, fragment) in &self.document.fragments {
            self.fragment(&fragment.node);
            let uses = std::mem::take(&mut self.uses);
            self.fragment_uses.insert(name, uses);
        }
    }

    pub(super) fn operation(&mut self, operation: &'a OperationDefinition, pos: Pos) {
        let OperationDefinition {
            ty,
            variable_definitions,
            directives,
            selection_set,
        } = operation;
        let root = self.system.root(*ty);
        if root.is_none() {
            self.report(pos, format!("The schema has no {ty} type."));
        }
        let location = match ty {
            OperationType::Query => DirectiveLocation::Query,
            OperationType::Mutation => DirectiveLocation::Mutation,
            OperationType::Subscription => DirectiveLocation::Subscription,
        };
        if root.is_some() && *ty == OperationType::Subscription {
            self.single_root_field(operation, pos);
        }
        self.variable_definitions(variable_definitions);
        self.directives(directives, location);
        let parent = root.and_then(|root| Parent::new(self.system, root));
        self.selections(&selection_set.node, parent);
    }

    fn variable_definitions(&mut self, definitions: &'a [Positioned<VariableDefinition>]) {
        let mut names = HashSet::new();
        for definition in definitions {
            let VariableDefinition {
                name,
                var_type,
                directives,
                default_value,
            } = &definition.node;
            let variable = &name.node;
            if !names.insert(variable) {
                let message = format!("The variable \"${variable}\" is defined twice.");
                self.report(name.pos, message);
            }
            let type_name = named(&var_type.node);
            if self.system.composite(type_name).is_some() {
                let message = format!(
                    "The variable \"${variable}\" has the type \"{type_name}\", which is no input type."
                );
                self.report(var_type.pos, message);
            } else if self.system.input(type_name).is_none() {
                self.unknown_type(type_name, var_type.pos);
            }
            if let Some(default) = default_value {
                let location = Location::of_type(&var_type.node);
                self.value(
                    &default.node.clone().into_value(),
                    Some(location),
                    default.pos,
                );
            }
            self.directives(directives, DirectiveLocation::VariableDefinition);
        }
    }

    fn fragment(&mut self, fragment: &'a FragmentDefinition) {
        let condition = &fragment.type_condition.node.on;
        let parent = self.type_condition(condition);
        self.directives(&fragment.directives, DirectiveLocation::FragmentDefinition);
        self.selections(&fragment.selection_set.node, parent);
    }
}
