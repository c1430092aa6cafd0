//! Analyzes the cost of a parsed document as if its fragments were expanded, visiting each fragment
//! once.

use std::collections::HashMap;

use async_graphql::parser::types::{
    ExecutableDocument, Field, FragmentDefinition, InlineFragment, OperationDefinition, Selection,
    SelectionSet,
};
use async_graphql::{Name, Positioned};

use super::DocumentError;
use super::estimates::{Estimates, Values};
use super::limits::DEPTH;
use crate::graphql::operation::spends_credential;

/// The cost of a selection set with its fragments expanded. Sums saturate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cost {
    /// Selections at all levels.
    pub(super) selections: usize,
    /// Fields at the first level.
    pub(super) fields: usize,
    /// Levels of selections, counting fragments as levels.
    pub(super) depth: usize,
    /// Fields that spend a credential, at all levels. The schema has such fields at the root only.
    pub(super) credentials: usize,
    /// The estimated cost of the values in the response.
    pub(super) values: Values,
}

/// The cost of a whole document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct DocumentCost {
    /// Aliases, without expanding fragments.
    pub(super) aliases: usize,
    /// Directives, without expanding fragments.
    pub(super) directives: usize,
    /// True if any part of the document queries the schema.
    pub(super) introspection: bool,
    /// The selections of all operations and fragments, each with its fragments expanded: this is
    /// what validation visits.
    pub(super) selections: usize,
    /// The names of the operations that take a secret.
    pub(super) secret_operations: Vec<Option<Name>>,
    /// The highest cost of an operation, by each measure.
    pub(super) operation: Cost,
}

/// Analyzes a document, and rejects fragment cycles and excessive depth.
pub(super) fn analyze_cost(document: &ExecutableDocument) -> Result<DocumentCost, DocumentError> {
    let mut analyzer = CostAnalyzer {
        fragments: &document.fragments,
        estimates: Estimates::of_schema(),
        analyzed: HashMap::new(),
        total: DocumentCost::default(),
        level: 0,
    };
    for name in document.fragments.keys() {
        let cost = analyzer.fragment(name)?;
        analyzer.total.selections = analyzer.total.selections.saturating_add(cost.selections);
    }
    for (name, operation) in document.operations.iter() {
        let cost = analyzer.operation(&operation.node)?;
        if cost.credentials > 0 {
            analyzer.total.secret_operations.push(name.cloned());
        }
        analyzer.total.selections = analyzer.total.selections.saturating_add(cost.selections);
        analyzer.total.operation = analyzer.total.operation.max(cost);
    }
    Ok(analyzer.total)
}

impl Cost {
    /// Adds a selection of the same set.
    const fn plus(self, other: Self) -> Self {
        Self {
            selections: self.selections.saturating_add(other.selections),
            fields: self.fields.saturating_add(other.fields),
            depth: if self.depth > other.depth {
                self.depth
            } else {
                other.depth
            },
            credentials: self.credentials.saturating_add(other.credentials),
            values: self.values.plus(other.values),
        }
    }

    /// Takes the higher value of each measure.
    fn max(self, other: Self) -> Self {
        Self {
            selections: self.selections.max(other.selections),
            fields: self.fields.max(other.fields),
            depth: self.depth.max(other.depth),
            credentials: self.credentials.max(other.credentials),
            values: self.values.max(other.values),
        }
    }

    /// Adds the level of a fragment. Its fields are fields of the set that contains it.
    const fn in_fragment(self) -> Self {
        Self {
            selections: self.selections.saturating_add(1),
            depth: self.depth.saturating_add(1),
            ..self
        }
    }
}

struct CostAnalyzer<'a> {
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    estimates: &'a Estimates,
    /// The cost of each visited fragment; `None` while it is being analyzed, when another spread of
    /// it is a cycle.
    analyzed: HashMap<&'a str, Option<Cost>>,
    total: DocumentCost,
    /// The current depth of the recursion, which stops beyond the limit.
    level: usize,
}

impl<'a> CostAnalyzer<'a> {
    fn operation(&mut self, operation: &'a OperationDefinition) -> Result<Cost, DocumentError> {
        let in_variables: usize = operation
            .variable_definitions
            .iter()
            .map(|it| it.node.directives.len())
            .sum();
        self.total.directives += operation.directives.len() + in_variables;
        self.set(&operation.selection_set.node, false)
    }

    /// Returns the cost of a fragment, which is analyzed on its first use. An unknown fragment
    /// costs nothing: validation rejects it.
    fn fragment(&mut self, name: &str) -> Result<Cost, DocumentError> {
        let Some((name, fragment)) = self.fragments.get_key_value(name) else {
            return Ok(Cost::default());
        };
        match self.analyzed.get(name.as_str()) {
            Some(Some(cost)) => return Ok(*cost),
            Some(None) => return Err(DocumentError::FragmentCycle(fragment.pos)),
            None => _ = self.analyzed.insert(name, None),
        }
        self.total.directives += fragment.node.directives.len();
        let is_introspection = fragment.node.type_condition.node.on.node.starts_with("__");
        let cost = self.set(&fragment.node.selection_set.node, is_introspection)?;
        self.analyzed.insert(name, Some(cost));
        Ok(cost)
    }

    fn set(
        &mut self,
        set: &'a SelectionSet,
        in_introspection: bool,
    ) -> Result<Cost, DocumentError> {
        if set.items.is_empty() {
            return Ok(Cost::default());
        }
        self.level += 1;
        if self.level > DEPTH.most {
            return Err(DocumentError::Exceeds(&DEPTH));
        }
        let mut sum = Cost::default();
        for selection in &set.items {
            self.total.directives += selection.node.directives().len();
            let cost = match &selection.node {
                Selection::Field(field) => self.field(&field.node, in_introspection)?,
                Selection::FragmentSpread(spread) => self
                    .fragment(&spread.node.fragment_name.node)?
                    .in_fragment(),
                Selection::InlineFragment(inline) => {
                    self.inline(&inline.node, in_introspection)?.in_fragment()
                }
            };
            sum = sum.plus(cost);
        }
        self.level -= 1;
        Ok(sum)
    }

    fn field(&mut self, field: &'a Field, in_introspection: bool) -> Result<Cost, DocumentError> {
        let name = field.name.node.as_str();
        let is_schema = matches!(name, "__schema" | "__type");
        self.total.introspection |= is_schema;
        self.total.aliases += usize::from(field.alias.is_some());
        let below = self.set(&field.selection_set.node, in_introspection || is_schema)?;
        Ok(Cost {
            selections: below.selections.saturating_add(1),
            fields: 1,
            depth: below.depth.saturating_add(1),
            credentials: below
                .credentials
                .saturating_add(usize::from(spends_credential(name))),
            values: self.estimates.field(field, below.values, in_introspection),
        })
    }

    fn inline(
        &mut self,
        inline: &'a InlineFragment,
        in_introspection: bool,
    ) -> Result<Cost, DocumentError> {
        let names_the_schema = inline
            .type_condition
            .as_ref()
            .is_some_and(|it| it.node.on.node.starts_with("__"));
        self.set(
            &inline.selection_set.node,
            in_introspection || names_the_schema,
        )
    }
}
