//! Floor 4: HTTP. Routes, limits, headers; no rules.

mod client;
mod crowd;
mod graphiql;
mod graphql;
mod headers;
mod health;
mod jwks;
mod limits;
mod negotiation;
mod origin;
mod pulse;
mod request;
mod response;
mod serve;
mod stream;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::sync::watch;

use crate::accounts::Accounts;
use crate::graphql::{self as schema, Endpoint};

pub use client::TrustedProxies;
pub use graphiql::policy as graphiql_policy;
pub use limits::Limits;
pub use origin::Origins;
pub use serve::serve;

/// What every route needs.
#[derive(Clone)]
pub struct Door {
    /// The acts.
    pub accounts: Arc<Accounts>,
    /// The schema, and what clients may ask of it.
    pub endpoint: Endpoint,
    /// What the schema knows of the operator's settings.
    pub policy: schema::Policy,
    /// Which web origins may do what.
    pub origins: Arc<Origins>,
    /// Whose forwarding headers are believed.
    pub trusted_proxies: TrustedProxies,
    /// What a client may send, and how long it may take.
    pub limits: Limits,
    /// Whether the server was told to stop.
    pub stopping: watch::Receiver<bool>,
}

/// All routes. Serve it with the peers' addresses (`ConnectInfo<SocketAddr>`).
pub fn router(door: Door) -> Router {
    let cors = door.origins.cors();
    Router::new()
        .route("/", get(async || (StatusCode::SEE_OTHER, [(LOCATION, "/graphql")])))
        .route("/graphql", get(graphql::get).post(graphql::post).fallback(graphql::wrong_method))
        .route("/graphiql/assets/{file}", get(asset))
        .route("/schema.graphql", get(sdl))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .route("/.well-known/jwks.json", get(jwks::get))
        .layer(cors)
        .layer(from_fn_with_state(door.clone(), headers::around))
        .with_state(door)
}

/// A file of the `GraphiQL` page, where there is one.
async fn asset(State(door): State<Door>, Path(file): Path<String>) -> Response {
    if door.endpoint.introspection { graphiql::asset(&file) } else { StatusCode::NOT_FOUND.into_response() }
}

/// The schema, for whoever may also ask for it by introspection.
async fn sdl(State(door): State<Door>) -> Response {
    if !door.endpoint.introspection {
        return StatusCode::NOT_FOUND.into_response();
    }
    ([(CONTENT_TYPE, "application/graphql; charset=utf-8")], door.endpoint.schema.sdl()).into_response()
}
