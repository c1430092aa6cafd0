//! For orchestrators: is the process alive, can it do its work?

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HeaderName};
use axum::response::IntoResponse;

use super::AppState;

/// How long the store may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Answers as long as the process does; never touches the store.
pub(super) async fn live() -> impl IntoResponse {
    status(StatusCode::OK, "live")
}

/// Answers 200 when the store answers, 503 when it does not or the server was told to stop.
pub(super) async fn ready(State(state): State<AppState>) -> impl IntoResponse {
    if *state.stopping.borrow() {
        return status(StatusCode::SERVICE_UNAVAILABLE, "stopping");
    }
    match tokio::time::timeout(PATIENCE, state.accounts.ping()).await {
        Ok(Ok(())) => status(StatusCode::OK, "ready"),
        _ => status(StatusCode::SERVICE_UNAVAILABLE, "the store does not answer"),
    }
}

fn status(code: StatusCode, status: &str) -> (StatusCode, [(HeaderName, &'static str); 1], String) {
    (
        code,
        [(CONTENT_TYPE, "application/json")],
        format!(r#"{{"status":"{status}"}}"#),
    )
}
