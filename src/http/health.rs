//! Health checks for orchestrators: liveness and readiness.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HeaderName};
use axum::response::IntoResponse;

use serde_json::json;

use super::AppState;
use crate::accounts::Accounts;

/// The time within which the store must answer.
const STORE_TIMEOUT: Duration = Duration::from_secs(2);

/// Answers 200 as long as the process runs. Never calls the store.
pub(super) async fn live() -> impl IntoResponse {
    status(StatusCode::OK, "live")
}

/// Answers 200 if the store answers, and 503 if it does not or the server is shutting down.
pub(super) async fn ready(State(state): State<AppState>) -> impl IntoResponse {
    if *state.stopping.borrow() {
        return status(StatusCode::SERVICE_UNAVAILABLE, "stopping");
    }
    match tokio::time::timeout(STORE_TIMEOUT, state.accounts.ping()).await {
        Ok(Ok(())) => {
            let (code, headers, body) = status(StatusCode::OK, "ready");
            (code, headers, with_mail(body, &state.accounts))
        }
        _ => status(StatusCode::SERVICE_UNAVAILABLE, "the store does not answer"),
    }
}

/// Adds the length of the queue of emails and the age of the oldest, once the worker has counted
/// them. They do not make a server unready: clients get answers while emails wait.
fn with_mail(body: String, accounts: &Accounts) -> String {
    let Some((queue, measured_at)) = accounts.email_delivery().measured_queue() else {
        return body;
    };
    let age = queue
        .oldest
        .map(|oldest| oldest.until(measured_at).as_secs());
    let mail = json!({ "queued": queue.emails, "oldestSeconds": age });
    json!({ "status": "ready", "mail": mail }).to_string()
}

fn status(code: StatusCode, status: &str) -> (StatusCode, [(HeaderName, &'static str); 1], String) {
    (
        code,
        [(CONTENT_TYPE, "application/json")],
        format!(r#"{{"status":"{status}"}}"#),
    )
}
