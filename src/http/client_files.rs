//! The schema and the operations as files for front-end tools, where introspection is enabled.

use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use tokio::sync::OnceCell;

use super::AppState;
use crate::graphql::{self as schema, Introspection};

include!(concat!(env!("OUT_DIR"), "/operations.rs"));

const GRAPHQL: [(HeaderName, &str); 1] = [(CONTENT_TYPE, "application/graphql; charset=utf-8")];
const JSON: [(HeaderName, &str); 1] = [(CONTENT_TYPE, "application/json; charset=utf-8")];

/// Answers with the schema in the schema definition language.
pub(super) async fn sdl(State(state): State<AppState>) -> Response {
    if state.executor.introspection {
        (GRAPHQL, schema::sdl()).into_response()
    } else {
        StatusCode::NOT_FOUND.into_response()
    }
}

/// Answers with a file of those that the package `latchkey-client` has too.
pub(super) async fn get(state: State<AppState>, Path(file): Path<String>) -> Response {
    if !state.executor.introspection {
        return StatusCode::NOT_FOUND.into_response();
    }
    match file.as_str() {
        "schema.graphql" => sdl(state).await,
        "schema.json" => (JSON, introspection().await.schema.to_string()).into_response(),
        "possibleTypes.json" => {
            (JSON, introspection().await.possible_types.to_string()).into_response()
        }
        "operations.graphql" => (GRAPHQL, all_operations()).into_response(),
        file => operation(file).map_or_else(
            || StatusCode::NOT_FOUND.into_response(),
            |text| (GRAPHQL, text).into_response(),
        ),
    }
}

async fn introspection() -> &'static Introspection {
    static ONCE: OnceCell<Introspection> = OnceCell::const_new();
    ONCE.get_or_init(schema::introspect).await
}

fn operation(file: &str) -> Option<&'static str> {
    let name = file.strip_prefix("operations/")?;
    let found = OPERATIONS.iter().find(|(known, _)| *known == name);
    found.map(|(_, text)| *text)
}

/// Returns every operation and fragment as one document.
fn all_operations() -> String {
    OPERATIONS.iter().map(|(_, text)| *text).collect()
}
