//! Weighs a parsed document with its fragments written out, each of them analyzed once.

use std::collections::HashMap;

use async_graphql::parser::types::{
    ExecutableDocument, Field, FragmentDefinition, InlineFragment, OperationDefinition, Selection,
    SelectionSet,
};
use async_graphql::{Name, Positioned};

use super::DocumentError;
use super::limits::{CREDENTIAL_FIELDS, DEPTH, rows, size};

/// What a selection set comes to with its fragments written out. Sums stop at the largest number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cost {
    pub(super) selections: usize,
    /// Fields of this set itself.
    pub(super) fields: usize,
    /// Levels below, fragments included.
    pub(super) depth: usize,
    /// Fields that consume a credential, at any level: there are some at the root alone.
    pub(super) credentials: usize,
    /// Values of the answer, by estimate.
    pub(super) values: usize,
}

/// What was found in the whole document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct DocumentCost {
    /// As written.
    pub(super) aliases: usize,
    /// As written.
    pub(super) directives: usize,
    /// Whether anything asks for the schema.
    pub(super) introspection: bool,
    /// Selections of each operation and of each fragment, fragments written out: what validation walks.
    pub(super) selections: usize,
    /// The names of the operations that take a secret.
    pub(super) secret_operations: Vec<Option<Name>>,
    /// The heaviest operation by each measure.
    pub(super) operation: Cost,
}

/// Weighs all of a document.
pub(super) fn analyze_cost(document: &ExecutableDocument) -> Result<DocumentCost, DocumentError> {
    let mut analyzer = CostAnalyzer {
        fragments: &document.fragments,
        analyzed: HashMap::new(),
        found: DocumentCost::default(),
        level: 0,
    };
    for name in document.fragments.keys() {
        let cost = analyzer.fragment(name)?;
        analyzer.found.selections = analyzer.found.selections.saturating_add(cost.selections);
    }
    for (name, operation) in document.operations.iter() {
        let cost = analyzer.operation(&operation.node)?;
        if cost.credentials > 0 {
            analyzer.found.secret_operations.push(name.cloned());
        }
        analyzer.found.selections = analyzer.found.selections.saturating_add(cost.selections);
        analyzer.found.operation = analyzer.found.operation.or_more(cost);
    }
    Ok(analyzer.found)
}

impl Cost {
    /// Both side by side.
    const fn and(self, other: Self) -> Self {
        Self {
            selections: self.selections.saturating_add(other.selections),
            fields: self.fields.saturating_add(other.fields),
            depth: if self.depth > other.depth {
                self.depth
            } else {
                other.depth
            },
            credentials: self.credentials.saturating_add(other.credentials),
            values: self.values.saturating_add(other.values),
        }
    }

    /// The larger of each.
    fn or_more(self, other: Self) -> Self {
        Self {
            selections: self.selections.max(other.selections),
            fields: self.fields.max(other.fields),
            depth: self.depth.max(other.depth),
            credentials: self.credentials.max(other.credentials),
            values: self.values.max(other.values),
        }
    }

    /// One level further up: in a fragment, whose fields are those of the set that it is spread in.
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
    /// None for those that are being analyzed: who meets one of them goes in a circle.
    analyzed: HashMap<&'a str, Option<Cost>>,
    found: DocumentCost,
    /// How deep the walk is. It is called off where the document is known to be too deep.
    level: usize,
}

impl<'a> CostAnalyzer<'a> {
    fn operation(&mut self, operation: &'a OperationDefinition) -> Result<Cost, DocumentError> {
        let in_variables: usize = operation
            .variable_definitions
            .iter()
            .map(|it| it.node.directives.len())
            .sum();
        self.found.directives += operation.directives.len() + in_variables;
        self.set(&operation.selection_set.node, false)
    }

    /// Weighs a fragment the first time that it is met. One that is not defined weighs nothing: validation will tell.
    fn fragment(&mut self, name: &str) -> Result<Cost, DocumentError> {
        let Some((name, fragment)) = self.fragments.get_key_value(name) else {
            return Ok(Cost::default());
        };
        match self.analyzed.get(name.as_str()) {
            Some(Some(cost)) => return Ok(*cost),
            Some(None) => return Err(DocumentError::FragmentCycle(fragment.pos)),
            None => _ = self.analyzed.insert(name, None),
        }
        self.found.directives += fragment.node.directives.len();
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
            self.found.directives += selection.node.directives().len();
            let cost = match &selection.node {
                Selection::Field(field) => self.field(&field.node, in_introspection)?,
                Selection::FragmentSpread(spread) => self
                    .fragment(&spread.node.fragment_name.node)?
                    .in_fragment(),
                Selection::InlineFragment(inline) => {
                    self.inline(&inline.node, in_introspection)?.in_fragment()
                }
            };
            sum = sum.and(cost);
        }
        self.level -= 1;
        Ok(sum)
    }

    fn field(&mut self, field: &'a Field, in_introspection: bool) -> Result<Cost, DocumentError> {
        let name = field.name.node.as_str();
        let is_schema = matches!(name, "__schema" | "__type");
        self.found.introspection |= is_schema;
        self.found.aliases += usize::from(field.alias.is_some());
        let below = self.set(&field.selection_set.node, in_introspection || is_schema)?;
        Ok(Cost {
            selections: below.selections.saturating_add(1),
            fields: 1,
            depth: below.depth.saturating_add(1),
            credentials: below
                .credentials
                .saturating_add(usize::from(CREDENTIAL_FIELDS.contains(&name))),
            values: below
                .values
                .saturating_mul(rows(name, in_introspection))
                .saturating_add(size(in_introspection || is_schema)),
        })
    }

    fn inline(
        &mut self,
        inline: &'a InlineFragment,
        in_introspection: bool,
    ) -> Result<Cost, DocumentError> {
        let names_it = inline
            .type_condition
            .as_ref()
            .is_some_and(|it| it.node.on.node.starts_with("__"));
        self.set(&inline.selection_set.node, in_introspection || names_it)
    }
}
