//! The rule of a subscription's root (specification, section 5.2.4.1).

use async_graphql::parser::types::{OperationDefinition, Selection, SelectionSet};
use async_graphql::{Pos, Positioned};

use super::Checker;
use crate::graphql::root_fields::written_out;

impl<'a> Checker<'a> {
    /// Checks that a subscription has one root field, which is not skipped. `__typename` beside it,
    /// which the specification refuses, is what Apollo Client and urql add to root fragments.
    pub(super) fn single_root_field(&mut self, operation: &'a OperationDefinition, pos: Pos) {
        let set = &operation.selection_set.node;
        let fields = written_out(set, &self.document.fragments);
        let mut keys = fields
            .iter()
            .filter(|field| field.node.name.node != "__typename")
            .map(|field| &field.node.response_key().node);
        let Some(first) = keys.next() else {
            self.report(pos, "A subscription needs a field of its own.".to_owned());
            return;
        };
        if keys.any(|key| key != first) {
            self.report(pos, "A subscription has one root field.".to_owned());
        }
        self.no_conditions(set);
    }

    /// Refuses `@skip` and `@include` at the root.
    fn no_conditions(&mut self, set: &'a SelectionSet) {
        for selection in &set.items {
            let (directives, below) = match &selection.node {
                Selection::Field(field) => (&field.node.directives, None),
                Selection::InlineFragment(inline) => (
                    &inline.node.directives,
                    Some(&inline.node.selection_set.node),
                ),
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    let fragment = self.document.fragments.get(name);
                    (
                        &spread.node.directives,
                        fragment
                            .map(|fragment: &'a Positioned<_>| &fragment.node.selection_set.node),
                    )
                }
            };
            let condition = directives
                .iter()
                .find(|it| ["skip", "include"].contains(&it.node.name.node.as_str()));
            if let Some(condition) = condition {
                let message = format!(
                    "The directive \"@{}\" cannot be used at the root of a subscription.",
                    condition.node.name.node
                );
                self.report(condition.pos, message);
            }
            if let Some(below) = below {
                self.no_conditions(below);
            }
        }
    }
}
