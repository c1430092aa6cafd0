//! Rules of the variables that operations use, fragments included (specification, section 5.8).

use std::collections::{HashMap, HashSet};

use async_graphql::parser::types::{BaseType, OperationDefinition, Type, VariableDefinition};
use async_graphql::{Name, Pos};
use async_graphql_value::ConstValue;

use super::Checker;
use super::type_system::Input;

/// The variables and fragments that a definition uses itself.
#[derive(Default)]
pub(super) struct Uses<'a> {
    pub(super) variables: Vec<VariableUse<'a>>,
    pub(super) fragments: Vec<&'a Name>,
}

/// A place where a variable stands for a value.
pub(super) struct VariableUse<'a> {
    pub(super) name: Name,
    pub(super) pos: Pos,
    /// Absent if the place itself is an error.
    pub(super) location: Option<Location<'a>>,
}

/// The type that a place in a document takes.
#[derive(Clone, Copy)]
pub(super) struct Location<'a> {
    pub(super) ty: &'a Type,
    /// An argument or field that is left out there has a default.
    pub(super) has_default: bool,
    /// The place is a field of an input object that takes exactly one.
    pub(super) is_one_of: bool,
}

impl<'a> Location<'a> {
    pub(super) const fn of_type(ty: &'a Type) -> Self {
        Self {
            ty,
            has_default: false,
            is_one_of: false,
        }
    }

    pub(super) const fn of_input(input: &'a Input) -> Self {
        Self {
            has_default: input.default.is_some(),
            ..Self::of_type(&input.ty)
        }
    }
}

impl<'a> Checker<'a> {
    /// Checks the variables of an operation, and adds the fragments that it spreads to `spread`.
    pub(super) fn check_uses(
        &mut self,
        operation: &'a OperationDefinition,
        uses: Uses<'a>,
        spread: &mut HashSet<&'a Name>,
    ) {
        let definitions: HashMap<_, _> = operation
            .variable_definitions
            .iter()
            .map(|definition| (&definition.node.name.node, &definition.node))
            .collect();
        let mut found = HashSet::new();
        self.check_variables(&uses.variables, &definitions, &mut found);
        let reached = self.reached(uses.fragments);
        for name in &reached {
            if let Some(uses) = self.fragment_uses.remove(name) {
                self.check_variables(&uses.variables, &definitions, &mut found);
                self.fragment_uses.insert(name, uses);
            }
        }
        for definition in &operation.variable_definitions {
            let name = &definition.node.name.node;
            if !found.contains(name) {
                let message = format!("The variable \"${name}\" is never used.");
                self.report(definition.pos, message);
            }
        }
        spread.extend(reached);
    }

    /// Returns the fragments that are spread, with those that they spread themselves.
    pub(super) fn reached(&self, mut spread: Vec<&'a Name>) -> HashSet<&'a Name> {
        let mut reached = HashSet::new();
        while let Some(name) = spread.pop() {
            if reached.insert(name)
                && let Some(uses) = self.fragment_uses.get(name)
            {
                spread.extend(&uses.fragments);
            }
        }
        reached
    }

    fn check_variables(
        &mut self,
        variables: &[VariableUse<'a>],
        definitions: &HashMap<&'a Name, &'a VariableDefinition>,
        found: &mut HashSet<Name>,
    ) {
        for variable in variables {
            let name = &variable.name;
            let Some(definition) = definitions.get(name) else {
                self.report(
                    variable.pos,
                    format!("The variable \"${name}\" is not defined."),
                );
                continue;
            };
            found.insert(name.clone());
            let Some(location) = variable.location else {
                continue;
            };
            if !fits(definition, location) {
                let message = format!(
                    "The variable \"${name}\" of type \"{}\" cannot stand where a \"{}\" is needed.",
                    definition.var_type.node, location.ty
                );
                self.report(variable.pos, message);
            }
        }
    }
}

/// Returns true where a variable may stand (`IsVariableUsageAllowed` in the specification).
fn fits(definition: &VariableDefinition, location: Location<'_>) -> bool {
    let variable = &definition.var_type.node;
    if location.is_one_of && variable.nullable {
        return false;
    }
    if location.ty.nullable || !variable.nullable {
        return is_compatible(variable, location.ty);
    }
    let default = definition.default_value.as_ref().map(|it| &it.node);
    let has_default = default.is_some_and(|default| *default != ConstValue::Null);
    let is_never_absent = has_default || location.has_default;
    is_never_absent && is_base_compatible(&variable.base, &location.ty.base)
}

fn is_compatible(variable: &Type, location: &Type) -> bool {
    (location.nullable || !variable.nullable) && is_base_compatible(&variable.base, &location.base)
}

fn is_base_compatible(variable: &BaseType, location: &BaseType) -> bool {
    match (variable, location) {
        (BaseType::Named(variable), BaseType::Named(location)) => variable == location,
        (BaseType::List(variable), BaseType::List(location)) => is_compatible(variable, location),
        _ => false,
    }
}
