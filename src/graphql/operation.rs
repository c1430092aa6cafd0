//! The marks that every operation carries, and the root types that are built from them.

use super::{Mutation, Query};

/// A root field of the schema. [`root_type!`](super::root_type) takes no operation without these
/// marks.
pub(super) trait Operation {
    /// The field's name in the schema.
    const FIELD: &'static str;
    /// True if the operation spends, sends or checks a credential: an operation of a document may
    /// have one such field only.
    const SPENDS_CREDENTIAL: bool;
}

/// The marks of one operation, as a value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Marks {
    field: &'static str,
    spends_credential: bool,
}

impl Marks {
    pub(super) const fn of<O: Operation>() -> Self {
        Self {
            field: O::FIELD,
            spends_credential: O::SPENDS_CREDENTIAL,
        }
    }
}

/// Declares a root type from its operations, and lists their marks: an operation file that forgets
/// them does not compile.
macro_rules! root_type {
    ($(#[$attribute:meta])* $root:ident: $($module:ident::$operation:ident,)*) => {
        $(#[$attribute])*
        #[derive(async_graphql::MergedObject, Default)]
        pub struct $root($($module::$operation),*);

        impl $root {
            const OPERATIONS: &[$crate::graphql::operation::Marks] =
                &[$($crate::graphql::operation::Marks::of::<$module::$operation>()),*];
        }
    };
}
pub(super) use root_type;

/// Returns true if a field spends, sends or checks a credential. Such fields exist at the root
/// only.
pub(super) fn spends_credential(field: &str) -> bool {
    let mut operations = Query::OPERATIONS.iter().chain(Mutation::OPERATIONS);
    operations.any(|operation| operation.spends_credential && operation.field == field)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use async_graphql::parser::parse_schema;
    use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};

    use super::*;

    /// The kind of every type in the schema.
    fn types() -> BTreeMap<String, TypeKind> {
        let schema = parse_schema(super::super::schema().sdl()).unwrap();
        let definitions = schema.definitions.into_iter();
        definitions
            .filter_map(|definition| match definition {
                TypeSystemDefinition::Type(it) => Some((it.node.name.to_string(), it.node.kind)),
                _ => None,
            })
            .collect()
    }

    /// The fields of a root type, and the name of each field's type without its exclamation mark.
    fn root_fields(types: &BTreeMap<String, TypeKind>, root: &str) -> BTreeMap<String, String> {
        let TypeKind::Object(object) = &types[root] else {
            panic!("{root} is not an object type");
        };
        let field = |name: String, ty: String| (name, ty.trim_end_matches('!').to_owned());
        let fields = object.fields.iter();
        fields
            .map(|it| field(it.node.name.to_string(), it.node.ty.to_string()))
            .collect()
    }

    #[test]
    fn every_root_field_is_marked_under_its_name() {
        let types = types();
        for (root, operations) in [
            ("Query", Query::OPERATIONS),
            ("Mutation", Mutation::OPERATIONS),
        ] {
            let fields: BTreeSet<_> = root_fields(&types, root).into_keys().collect();
            let marked = operations.iter().map(|it| it.field.to_owned()).collect();
            assert_eq!(fields, marked, "{root}");
        }
    }

    #[test]
    fn results_about_a_credential_belong_to_marked_operations() {
        let types = types();
        let about_a_credential = [
            "InvalidCredentials",
            "InvalidCode",
            "InvalidProof",
            "InvalidRefreshToken",
            "CodeSent",
            "LoginCodeSent",
            "PasswordAccepted",
        ];
        for (field, result) in ["Query", "Mutation"]
            .into_iter()
            .flat_map(|root| root_fields(&types, root))
        {
            let TypeKind::Union(union) = &types[&result] else {
                continue;
            };
            let mut members = union.members.iter().map(|it| it.node.as_str());
            if members.any(|member| about_a_credential.contains(&member)) {
                assert!(spends_credential(&field), "{field}");
            }
        }
    }
}
