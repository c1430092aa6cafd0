//! The middleware around every route, from the outside in: security headers, the request's id, its
//! line in the access log, CORS, and the limits of its head and of the time to its response.

mod access_log;
mod request_id;
mod request_limits;
mod security_headers;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};

use super::AppState;
pub(super) use request_id::{RequestId, X_REQUEST_ID};

/// Wraps the routes. A layer that is added later runs earlier.
pub(super) fn wrap(router: Router<AppState>, state: &AppState) -> Router<AppState> {
    let router = router
        .layer(from_fn_with_state(state.clone(), request_limits::enforce))
        // Around the limits, so that a page can read their responses too.
        .layer(state.origins.cors())
        .layer(from_fn(access_log::record))
        .layer(from_fn_with_state(state.clone(), request_id::assign));
    security_headers::add(router)
}
