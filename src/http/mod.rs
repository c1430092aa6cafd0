//! Layer 4: HTTP. Routes, limits and headers; the rules are in lower layers.

mod accept_language;
mod client_files;
mod client_ip;
mod cookies;
mod cors;
mod data_export;
mod forwarded;
mod graphiql;
mod graphql;
mod health;
mod introspection;
mod jwks;
mod limits;
mod live;
mod metadata;
mod metrics;
mod middleware;
mod negotiation;
mod path;
mod providers;
mod public_document;
mod related_origins;
mod request;
mod response;
mod server;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::sync::watch;
use tower::ServiceExt;

use crate::accounts::Accounts;
use crate::graphql::{self as schema, Executor};
use crate::metrics::Metrics;
use crate::model::Rng;
use crate::token::ResourceServers;

pub use client_ip::TrustedProxies;
pub use cors::Origins;
pub use graphiql::policy as graphiql_policy;
pub use limits::Limits;
pub use live::Sockets;
pub use metadata::Metadata;
pub use metrics::metrics_router;
pub use server::{KnownPeers, ServerOptions, Shutdown, serve};

/// The path of token introspection.
const INTROSPECTION_PATH: &str = "/oauth/introspect";

/// The state that routes share.
#[derive(Clone)]
pub struct AppState {
    /// The use cases.
    pub accounts: Arc<Accounts>,
    /// The GraphQL schema, and the settings for executing requests.
    pub executor: Executor,
    /// The operator's settings that resolvers need.
    pub policy: schema::Policy,
    /// The web origins that may call the service and use its refresh cookie.
    pub origins: Arc<Origins>,
    /// The proxies whose forwarding headers are trusted.
    pub trusted_proxies: TrustedProxies,
    /// The limits of sizes and times.
    pub limits: Limits,
    /// The measurements.
    pub metrics: Metrics,
    /// The random number generator, for request ids.
    pub rng: Rng,
    /// The resource servers that may introspect tokens, if there are any.
    pub resource_servers: Option<ResourceServers>,
    /// The place where emails arrive, for the `GraphiQL` page to name.
    pub emails: Arc<str>,
    /// The content of the metadata documents.
    pub metadata: Arc<Metadata>,
    /// The sockets and event streams that are open.
    pub sockets: Sockets,
    /// True once the server is shutting down.
    pub stopping: watch::Receiver<bool>,
}

/// Builds the router. Its server must provide the peers' addresses (`ConnectInfo<SocketAddr>`).
pub fn router(state: AppState) -> Router {
    let prefix = state.metadata.path_prefix();
    // Without a path of its own the server may still be behind a proxy that takes one off: then only
    // a relative address is right.
    let page = if prefix.is_empty() {
        "graphql".to_owned()
    } else {
        format!("{prefix}/graphql")
    };
    let routes = Router::new()
        .route(
            "/",
            get(async || (StatusCode::SEE_OTHER, [(LOCATION, page)])),
        )
        .route(
            "/graphql",
            get(graphql::get)
                .post(graphql::post)
                .fallback(graphql::method_not_allowed),
        )
        .route("/graphiql/assets/{file}", get(asset))
        .route("/schema.graphql", get(client_files::sdl))
        .route("/client/{*file}", get(client_files::get))
        .route("/providers/start", get(providers::start))
        .route("/providers/callback", get(providers::callback))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .route(
            INTROSPECTION_PATH,
            post(introspection::post).fallback(introspection::method_not_allowed),
        );
    let public = metadata_routes()
        .route("/.well-known/jwks.json", get(jwks::get))
        .route("/.well-known/webauthn", get(related_origins::get))
        .route("/data-export.schema.json", get(data_export::schema));
    let routes = middleware::wrap(routes, public, &state).with_state(state);
    Router::new().fallback_service(
        routes.map_request(move |request: Request| path::normalize(request, &prefix)),
    )
}

/// Returns the routes of the metadata documents, at both of the paths that clients try.
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

/// Answers with a file of the `GraphiQL` page, if the page is enabled.
async fn asset(State(state): State<AppState>, Path(file): Path<String>) -> Response {
    if state.executor.offers_graphiql() {
        graphiql::asset(&file)
    } else {
        StatusCode::NOT_FOUND.into_response()
    }
}
