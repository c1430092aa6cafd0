//! Floor 4: HTTP. Routes, limits, headers; no rules.

mod client_ip;
mod cors;
mod forwarded;
mod graphiql;
mod graphql;
mod health;
mod jwks;
mod limits;
mod metadata;
mod middleware;
mod negotiation;
mod path;
mod request;
mod response;
mod server;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::sync::watch;
use tower::ServiceExt;

use crate::accounts::Accounts;
use crate::graphql::{self as schema, Executor};
use crate::model::Rng;

pub use client_ip::TrustedProxies;
pub use cors::Origins;
pub use graphiql::policy as graphiql_policy;
pub use limits::Limits;
pub use metadata::Metadata;
pub use server::serve;

/// What every route needs.
#[derive(Clone)]
pub struct AppState {
    /// The acts.
    pub accounts: Arc<Accounts>,
    /// The schema, and what clients may ask of it.
    pub executor: Executor,
    /// What the schema knows of the operator's settings.
    pub policy: schema::Policy,
    /// Which web origins may do what.
    pub origins: Arc<Origins>,
    /// Whose forwarding headers are believed.
    pub trusted_proxies: TrustedProxies,
    /// What a client may send, and how long it may take.
    pub limits: Limits,
    /// Randomness, for the ids of requests.
    pub rng: Rng,
    /// What the metadata documents say.
    pub metadata: Arc<Metadata>,
    /// Whether the server was told to stop.
    pub stopping: watch::Receiver<bool>,
}

/// All routes. Serve it with the peers' addresses (`ConnectInfo<SocketAddr>`).
pub fn router(state: AppState) -> Router {
    let cors = state.origins.cors();
    let prefix = state.metadata.path_prefix();
    let routes = Router::new()
        .route(
            "/",
            // Relative, for a server behind a proxy that takes a path prefix off.
            get(async || (StatusCode::SEE_OTHER, [(LOCATION, "graphql")])),
        )
        .route(
            "/graphql",
            get(graphql::get)
                .post(graphql::post)
                .fallback(graphql::wrong_method),
        )
        .route("/graphiql/assets/{file}", get(asset))
        .route("/schema.graphql", get(sdl))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .route("/.well-known/jwks.json", get(jwks::get))
        .merge(metadata_routes())
        .layer(cors)
        .layer(from_fn_with_state(state.clone(), middleware::around))
        .with_state(state);
    Router::new().fallback_service(
        routes.map_request(move |request: Request| path::normalize(request, &prefix)),
    )
}

/// The metadata documents, at both of the paths that clients try.
fn metadata_routes() -> Router<AppState> {
    ["openid-configuration", "oauth-authorization-server"]
        .into_iter()
        .fold(Router::new(), |router, name| {
            let path = format!("/.well-known/{name}");
            router
                .route(&path, get(metadata::get))
                .route(&format!("{path}/{{*path}}"), get(metadata::get_with_path))
        })
}

/// A file of the `GraphiQL` page, where there is one.
async fn asset(State(state): State<AppState>, Path(file): Path<String>) -> Response {
    if state.executor.introspection {
        graphiql::asset(&file)
    } else {
        StatusCode::NOT_FOUND.into_response()
    }
}

/// The schema, for whoever may also ask for it by introspection.
async fn sdl(State(state): State<AppState>) -> Response {
    if !state.executor.introspection {
        return StatusCode::NOT_FOUND.into_response();
    }
    (
        [(CONTENT_TYPE, "application/graphql; charset=utf-8")],
        state.executor.schema.sdl(),
    )
        .into_response()
}
