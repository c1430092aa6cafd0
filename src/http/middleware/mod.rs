//! The middleware around every route, from the outside in: security headers, the request's id, its
//! line in the access log, CORS, and the limits of its head and of the time to its response.

mod access_log;
mod request_id;
mod request_limits;
mod security_headers;

use axum::Router;
use axum::middleware::from_fn_with_state;

use super::{AppState, cors};
pub(super) use request_id::{RequestId, X_REQUEST_ID};

/// Wraps the routes, and those of documents that any origin may read. A layer that is added later
/// runs earlier.
pub(super) fn wrap(
    router: Router<AppState>,
    public: Router<AppState>,
    state: &AppState,
) -> Router<AppState> {
    let limited = |routes: Router<AppState>| {
        routes.layer(from_fn_with_state(state.clone(), request_limits::enforce))
    };
    // CORS is around the limits, so that a page can read their responses too. The fallback of a
    // merged router is that of the second one.
    let router = limited(public)
        .layer(cors::public())
        .merge(limited(router).layer(state.origins.cors()))
        .layer(from_fn_with_state(
            state.metrics.clone(),
            access_log::record,
        ))
        .layer(from_fn_with_state(state.clone(), request_id::assign));
    security_headers::add(router)
}
