//! The schema in the JSON forms that front-end tools read.

use async_graphql::Value;
use serde_json::{Map, Value as Json, json};

use super::{DESCRIPTION, schema};

const QUERY: &str = include_str!("document_limits/introspection.graphql");
/// The description that the library gives every schema.
const LIBRARY_DESCRIPTION: &str = "A GraphQL Schema defines the capabilities of a GraphQL server. \
     It exposes all available types and directives on the server, as well as the entry points for \
     query, mutation, and subscription operations.";

/// The schema as tools read it without speaking GraphQL.
pub(crate) struct Introspection {
    /// The result of the introspection query, as `schema.json` holds it.
    pub(crate) schema: Json,
    /// The members of each union and the implementations of each interface, by name: what Apollo
    /// Client calls `possibleTypes`.
    pub(crate) possible_types: Json,
}

/// Introspects the schema, whatever requests may do.
pub(crate) async fn introspect() -> Introspection {
    let mut data = schema().execute(QUERY).await.data;
    describe(&mut data);
    let schema = data.into_json().unwrap_or_default();
    let possible_types = possible_types(&schema);
    Introspection {
        schema,
        possible_types,
    }
}

/// Replaces the library's description of the schema by the one of `schema.graphql`.
pub(super) fn describe(data: &mut Value) {
    match data {
        Value::String(text) if text == LIBRARY_DESCRIPTION => {
            DESCRIPTION.trim_end().clone_into(text);
        }
        Value::List(values) => values.iter_mut().for_each(describe),
        Value::Object(fields) => fields.values_mut().for_each(describe),
        _ => {}
    }
}

fn possible_types(schema: &Json) -> Json {
    let types = schema["__schema"]["types"].as_array();
    let mut possible = Map::new();
    for kind in types.into_iter().flatten() {
        let Some(members) = kind["possibleTypes"].as_array() else {
            continue;
        };
        let mut names: Vec<&str> = members
            .iter()
            .filter_map(|member| member["name"].as_str())
            .collect();
        names.sort_unstable();
        if let Some(name) = kind["name"].as_str() {
            possible.insert(name.to_owned(), json!(names));
        }
    }
    Json::Object(possible)
}
