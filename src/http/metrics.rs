//! The measurements for Prometheus, on a listener of their own.

use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;

use super::AppState;

/// The content type of the text form, version 1.0.0.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Builds the router of the metrics listener: nothing else is there.
pub fn metrics_router(state: AppState) -> Router {
    Router::new().route("/metrics", get(text)).with_state(state)
}

async fn text(State(state): State<AppState>) -> impl IntoResponse {
    let queue = state.accounts.email_delivery().measured_queue();
    let emails = queue.map(|(queue, measured_at)| {
        let age = queue.oldest.map(|oldest| oldest.until(measured_at));
        (queue.emails, age.unwrap_or(Duration::ZERO))
    });
    state
        .metrics
        .queues(state.accounts.waiting_hashes(), emails);
    ([(CONTENT_TYPE, OPEN_METRICS)], state.metrics.text())
}
