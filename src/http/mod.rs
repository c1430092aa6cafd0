//! Floor 4: HTTP. Routes, limits, headers; no rules.

mod graphiql;
mod graphql;
mod headers;
mod health;
mod origin;
mod request;
mod response;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::accounts::Accounts;
use crate::graphql::{self as schema, Latchkey};

pub use origin::Origins;

/// What every route needs.
#[derive(Clone)]
pub struct Door {
    /// The acts.
    pub accounts: Arc<Accounts>,
    /// The schema.
    pub schema: Latchkey,
    /// What the schema knows of the operator's settings.
    pub policy: schema::Policy,
    /// Which web origins may do what.
    pub origins: Arc<Origins>,
}

/// All routes. Serve it with the peers' addresses (`ConnectInfo<SocketAddr>`).
pub fn router(door: Door) -> Router {
    let cors = door.origins.cors();
    Router::new()
        .route("/", get(async || (StatusCode::SEE_OTHER, [(LOCATION, "/graphql")])))
        .route("/graphql", get(graphql_page).post(graphql::post).fallback(graphql::wrong_method))
        .route("/graphiql/assets/{file}", get(async |Path(file): Path<String>| graphiql::asset(&file)))
        .route("/schema.graphql", get(sdl))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .route("/.well-known/jwks.json", get(jwks))
        .layer(cors)
        .layer(from_fn_with_state(door.clone(), headers::around))
        .with_state(door)
}

/// GraphiQL for whoever asks for a page; a document in the URL is not executed.
async fn graphql_page(headers: HeaderMap) -> Response {
    if request::accepts(&headers, "text/html") { graphiql::page() } else { graphql::wrong_method().await }
}

async fn sdl(State(door): State<Door>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/graphql; charset=utf-8")], door.schema.sdl())
}

async fn jwks(State(door): State<Door>) -> impl IntoResponse {
    let keys = door.accounts.access_tokens.keyring.jwks();
    ([(CONTENT_TYPE, "application/jwk-set+json")], keys.to_string())
}
