//! The introspection's types, which no SDL prints.

use crate::graphql::{schema, type_system};

/// The options of newer introspection that the library passes over.
const NEWER: [&str; 1] = ["__Schema.directives(includeDeprecated)"];

#[tokio::test]
async fn introspection_types_are_those_the_library_serves() {
    let served = schema()
        .execute("{ __schema { types { name fields { name args { name } } } } }")
        .await
        .data
        .into_json()
        .unwrap();
    let list = |value: &serde_json::Value| value.as_array().cloned().unwrap_or_default();
    let mut names = Vec::new();
    for ty in list(&served["__schema"]["types"]) {
        for field in list(&ty["fields"]) {
            let name = |value: &serde_json::Value| value["name"].as_str().unwrap().to_owned();
            let path = format!("{}.{}", name(&ty), name(&field));
            names.extend(
                list(&field["args"])
                    .iter()
                    .map(|arg| format!("{path}({})", name(arg))),
            );
            names.push(path);
        }
    }
    names.retain(|name| name.starts_with("__"));
    names.extend(NEWER.map(str::to_owned));
    names.sort();
    assert_eq!(type_system().introspection_fields(), names);
}
