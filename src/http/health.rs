//! Health checks for orchestrators: liveness and readiness.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HeaderName};
use axum::response::IntoResponse;

use serde_json::json;

use super::AppState;
use crate::accounts::{Accounts, StoreState};

/// Answers 200 as long as the process runs. Never calls the store.
pub(super) async fn live() -> impl IntoResponse {
    status(StatusCode::OK, "live")
}

/// Answers 200 if the last probe of the store succeeded, and 503 if it did not or the server is
/// shutting down. Never calls the store.
pub(super) async fn ready(State(state): State<AppState>) -> impl IntoResponse {
    if *state.stopping.borrow() {
        return status(StatusCode::SERVICE_UNAVAILABLE, "stopping");
    }
    match state.accounts.store_health().state() {
        StoreState::Writable => {
            let (code, headers, body) = status(StatusCode::OK, "ready");
            (code, headers, with_mail(body, &state.accounts))
        }
        StoreState::Failing => {
            let failing = "the store does not answer or cannot be written";
            status(StatusCode::SERVICE_UNAVAILABLE, failing)
        }
        StoreState::Unknown => status(StatusCode::SERVICE_UNAVAILABLE, "starting"),
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
