//! The lengths of the lists that the introspection returns.

use super::type_system::{Composite, Directive, InputType, TypeSystem};

/// The lengths of one type's lists.
#[derive(Debug, Default)]
pub(crate) struct TypeLengths {
    /// The number of arguments of each field.
    pub(crate) fields: Vec<usize>,
    pub(crate) input_fields: usize,
    pub(crate) enum_values: usize,
    pub(crate) possible_types: usize,
    pub(crate) interfaces: usize,
}

impl TypeSystem {
    /// Returns the number of types, those of the introspection included.
    pub(crate) fn types(&self) -> usize {
        self.composites.len() + self.inputs.len()
    }

    pub(crate) fn composites(&self) -> impl Iterator<Item = (&String, &Composite)> {
        self.composites.iter()
    }

    pub(crate) fn directives(&self) -> impl Iterator<Item = &Directive> {
        self.directives.values()
    }

    /// Returns the lengths of every type's lists.
    pub(crate) fn lengths(&self) -> impl Iterator<Item = TypeLengths> {
        let composites = self
            .composites
            .iter()
            .map(|(name, composite)| self.lengths_of(name, composite));
        composites.chain(self.inputs.values().map(|input| match input {
            InputType::Scalar => TypeLengths::default(),
            InputType::Enum(values) => TypeLengths {
                enum_values: values.len(),
                ..TypeLengths::default()
            },
            InputType::Object(object) => TypeLengths {
                input_fields: object.fields.len(),
                ..TypeLengths::default()
            },
        }))
    }

    fn lengths_of(&self, name: &str, composite: &Composite) -> TypeLengths {
        let has_fields = |it: &Composite| it.fields.len() > 1;
        let is_interface = |it: &&Composite| !it.is_object && has_fields(it);
        let interfaces = self.composites.values().filter(is_interface);
        let is_of = |it: &&Composite| composite.is_object && it.possible.contains(name);
        let fields = composite.fields.iter();
        let fields = fields.filter(|(name, _)| *name != "__typename");
        TypeLengths {
            fields: fields.map(|(_, field)| field.arguments.len()).collect(),
            possible_types: if composite.is_object {
                0
            } else {
                composite.possible.len()
            },
            interfaces: interfaces.filter(is_of).count(),
            ..TypeLengths::default()
        }
    }
}
