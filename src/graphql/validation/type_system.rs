//! The schema as the rules need it: built once, from the SDL that the library prints.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, DirectiveDefinition, DirectiveLocation, FieldDefinition, InputValueDefinition,
    OperationType, Type, TypeKind, TypeSystemDefinition,
};
use async_graphql::{Name, Positioned};
use async_graphql_value::ConstValue;

/// The types of the introspection, which no SDL prints (specification, section 4.2).
const INTROSPECTION: &str = include_str!("introspection.graphql");
/// The scalars of the specification, which no SDL needs to define.
const SCALARS: [&str; 5] = ["Int", "Float", "String", "Boolean", "ID"];

/// The types and directives of a schema.
#[derive(Debug, Default)]
pub struct TypeSystem {
    pub(super) composites: HashMap<String, Composite>,
    pub(super) inputs: HashMap<String, InputType>,
    pub(super) directives: HashMap<String, Directive>,
    query: Option<String>,
    mutation: Option<String>,
    subscription: Option<String>,
}

/// A type that an argument or a variable may have.
#[derive(Debug)]
pub(crate) enum InputType {
    Scalar,
    Enum(BTreeSet<Name>),
    Object(InputObject),
}

/// An input object.
#[derive(Debug)]
pub(crate) struct InputObject {
    pub(crate) fields: Inputs,
    /// The type has the directive `@oneOf`: exactly one of its fields is given.
    pub(crate) is_one_of: bool,
}

/// An object, an interface or a union.
#[derive(Debug, Default)]
pub(crate) struct Composite {
    pub(crate) fields: HashMap<Name, Field>,
    /// The object types that a value may have.
    pub(crate) possible: BTreeSet<String>,
    pub(crate) is_object: bool,
}

/// A field of an object or of an interface.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) ty: Type,
    pub(crate) arguments: Inputs,
}

/// Arguments, or the fields of an input object.
pub(crate) type Inputs = BTreeMap<Name, Input>;

/// An argument, or a field of an input object.
#[derive(Debug)]
pub(crate) struct Input {
    pub(crate) ty: Type,
    pub(crate) default: Option<ConstValue>,
}

/// A directive. The schema has no repeatable one, and the library's parser takes every one for
/// repeatable.
#[derive(Debug)]
pub(crate) struct Directive {
    pub(crate) arguments: Inputs,
    pub(crate) locations: Vec<DirectiveLocation>,
}

impl Input {
    /// Returns true where a value must be given.
    pub(crate) const fn is_required(&self) -> bool {
        !self.ty.nullable && self.default.is_none()
    }
}

impl TypeSystem {
    /// Builds the model of a schema.
    ///
    /// # Errors
    /// When the text is not an SDL.
    pub fn parse(sdl: &str) -> Result<Self, async_graphql::parser::Error> {
        let mut system = Self::default();
        for name in SCALARS {
            system.inputs.insert(name.to_owned(), InputType::Scalar);
        }
        for text in [sdl, INTROSPECTION] {
            for definition in parse_schema(text)?.definitions {
                system.add(definition);
            }
        }
        Ok(system)
    }

    fn add(&mut self, definition: TypeSystemDefinition) {
        match definition {
            TypeSystemDefinition::Schema(schema) => {
                let name = |name: Option<Positioned<Name>>| name.map(|name| name.node.to_string());
                self.query = name(schema.node.query);
                self.mutation = name(schema.node.mutation);
                self.subscription = name(schema.node.subscription);
            }
            TypeSystemDefinition::Directive(directive) => {
                let name = directive.node.name.node.to_string();
                self.directives.insert(name, directive.node.into());
            }
            TypeSystemDefinition::Type(definition) => {
                let definition = definition.node;
                let is_one_of = definition
                    .directives
                    .iter()
                    .any(|directive| directive.node.name.node == "oneOf");
                self.add_type(&definition.name.node, definition.kind, is_one_of);
            }
        }
    }

    fn add_type(&mut self, name: &str, kind: TypeKind, is_one_of: bool) {
        let input = match kind {
            TypeKind::Object(object) => {
                for interface in object.implements {
                    let interface = self.composites.entry(interface.node.to_string());
                    interface.or_default().possible.insert(name.to_owned());
                }
                let composite = self.add_composite(name, object.fields);
                composite.is_object = true;
                composite.possible.insert(name.to_owned());
                return;
            }
            TypeKind::Interface(interface) => {
                self.add_composite(name, interface.fields);
                return;
            }
            TypeKind::Union(union) => {
                let members = union.members.iter().map(|member| member.node.to_string());
                self.add_composite(name, Vec::new())
                    .possible
                    .extend(members);
                return;
            }
            TypeKind::Scalar => InputType::Scalar,
            TypeKind::Enum(values) => {
                let names = values.values.into_iter().map(|value| value.node.value.node);
                InputType::Enum(names.collect())
            }
            TypeKind::InputObject(object) => InputType::Object(InputObject {
                fields: inputs(object.fields),
                is_one_of,
            }),
        };
        self.inputs.insert(name.to_owned(), input);
    }

    /// Adds fields to a type, which may be known already: by a type that implements it, or by what
    /// it extends.
    fn add_composite(
        &mut self,
        name: &str,
        fields: Vec<Positioned<FieldDefinition>>,
    ) -> &mut Composite {
        let composite = self.composites.entry(name.to_owned()).or_default();
        composite.fields.extend(fields.into_iter().map(|field| {
            let definition = Field {
                ty: field.node.ty.node,
                arguments: inputs(field.node.arguments),
            };
            (field.node.name.node, definition)
        }));
        let type_name = Field {
            ty: Type {
                base: BaseType::Named(Name::new("String")),
                nullable: false,
            },
            arguments: Inputs::new(),
        };
        composite.fields.insert(Name::new("__typename"), type_name);
        composite
    }

    /// Returns the fields and arguments of the introspection's own types, in order.
    #[cfg(test)]
    pub(crate) fn introspection_fields(&self) -> Vec<String> {
        let mut names = Vec::new();
        let own = self
            .composites
            .iter()
            .filter(|(name, _)| name.starts_with("__"));
        for (ty, composite) in own {
            let fields = composite
                .fields
                .iter()
                .filter(|(name, _)| *name != "__typename");
            for (name, field) in fields {
                let path = format!("{ty}.{name}");
                names.extend(
                    field
                        .arguments
                        .keys()
                        .map(|argument| format!("{path}({argument})")),
                );
                names.push(path);
            }
        }
        names.sort();
        names
    }

    /// Returns the type that operations of a kind start at.
    pub(crate) fn root(&self, ty: OperationType) -> Option<&str> {
        let root = match ty {
            OperationType::Query => &self.query,
            OperationType::Mutation => &self.mutation,
            OperationType::Subscription => &self.subscription,
        };
        root.as_deref()
    }

    pub(crate) fn composite(&self, name: &str) -> Option<&Composite> {
        self.composites.get(name)
    }

    pub(crate) fn input(&self, name: &str) -> Option<&InputType> {
        self.inputs.get(name)
    }

    pub(crate) fn directive(&self, name: &str) -> Option<&Directive> {
        self.directives.get(name)
    }
}

impl From<DirectiveDefinition> for Directive {
    fn from(directive: DirectiveDefinition) -> Self {
        let locations = directive.locations.into_iter();
        Self {
            arguments: inputs(directive.arguments),
            locations: locations.map(|location| location.node).collect(),
        }
    }
}

fn inputs(definitions: Vec<Positioned<InputValueDefinition>>) -> Inputs {
    let input = |definition: Positioned<InputValueDefinition>| {
        let definition = definition.node;
        let input = Input {
            ty: definition.ty.node,
            default: definition.default_value.map(|default| default.node),
        };
        (definition.name.node, input)
    };
    definitions.into_iter().map(input).collect()
}

/// Returns the name of a type without its lists and exclamation marks.
pub(crate) fn named(ty: &Type) -> &Name {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(item) => named(item),
    }
}
