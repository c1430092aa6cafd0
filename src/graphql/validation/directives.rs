//! Rules of directives and arguments (specification, sections 5.4 and 5.7).

use std::collections::HashSet;

use async_graphql::parser::types::{Directive, DirectiveLocation};
use async_graphql::{Name, Positioned};
use async_graphql_value::Value;

use super::Checker;
use super::type_system::Inputs;
use super::usage::Location;

impl<'a> Checker<'a> {
    pub(super) fn directives(
        &mut self,
        directives: &'a [Positioned<Directive>],
        location: DirectiveLocation,
    ) {
        let mut names = HashSet::new();
        for directive in directives {
            let name = &directive.node.name.node;
            let definition = self.system.directive(name);
            let problem = match definition {
                None => Some("does not exist"),
                Some(it) if !it.locations.contains(&location) => Some("cannot stand here"),
                Some(_) if !names.insert(name) => Some("stands here twice"),
                Some(_) => None,
            };
            if let Some(problem) = problem {
                self.report(
                    directive.pos,
                    format!("The directive \"@{name}\" {problem}."),
                );
            }
            let defined = definition.map(|definition| &definition.arguments);
            self.arguments(&directive.node.arguments, defined, &directive.node.name);
        }
    }

    /// Checks the arguments of a field or directive; without a definition only the variables in
    /// them.
    pub(super) fn arguments(
        &mut self,
        arguments: &'a [(Positioned<Name>, Positioned<Value>)],
        defined: Option<&'a Inputs>,
        owner: &Positioned<Name>,
    ) {
        let mut names = HashSet::new();
        for (name, value) in arguments {
            let argument = &name.node;
            if !names.insert(argument) {
                let message = format!("The argument \"{argument}\" is given twice.");
                self.report(name.pos, message);
            }
            let definition = defined.and_then(|defined| defined.get(argument));
            if defined.is_some() && definition.is_none() {
                let message = format!("\"{}\" has no argument \"{argument}\".", owner.node);
                self.report(name.pos, message);
            }
            self.value(&value.node, definition.map(Location::of_input), value.pos);
        }
        for (name, input) in defined.into_iter().flatten() {
            if input.is_required() && !names.contains(name) {
                let message = format!(
                    "\"{}\" needs the argument \"{name}\" of type \"{}\".",
                    owner.node, input.ty
                );
                self.report(owner.pos, message);
            }
        }
    }
}
