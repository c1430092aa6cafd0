//! Writes one line to the log for every request, also if its client hangs up.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tracing::Instrument;

use crate::graphql::AuditFields;
use crate::metrics::Metrics;

/// The beginning of a request's line, which its response completes.
#[derive(Clone)]
pub(super) struct AccessLogEntry {
    began: Instant,
    method: &'static str,
    route: String,
    metrics: Metrics,
}

/// Runs the request and logs its line. The task is its own, so a client that hangs up misses the
/// response, but the log misses nothing.
pub(super) async fn record(
    State(metrics): State<Metrics>,
    mut request: Request,
    next: Next,
) -> Response {
    let entry = AccessLogEntry::new(&request, metrics);
    request.extensions_mut().insert(entry.clone());
    let recorded = async move {
        let response = next.run(request).await;
        entry.write(&response, "answered");
        response
    };
    tokio::spawn(recorded.in_current_span())
        .await
        .unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

impl AccessLogEntry {
    fn new(request: &Request, metrics: Metrics) -> Self {
        Self {
            began: Instant::now(),
            method: method_name(request.method()),
            route: route(request),
            metrics,
        }
    }

    /// Writes the line, with the audit fields if the response is GraphQL.
    pub(super) fn write(&self, response: &Response, message: &str) {
        let Self {
            began,
            method,
            route,
            metrics,
        } = self;
        let audit = response.extensions().get::<AuditFields>();
        let operation = audit.and_then(|it| it.operation.as_deref());
        let operations = audit.and_then(|it| it.operations.as_deref());
        let outcome = audit.map(|it| it.outcome.as_str());
        let status = response.status().as_u16();
        // A u64 is a number in the JSON log; a u128 would be a string.
        let time = began.elapsed();
        metrics.response(route, status, time);
        for (operation, outcome) in audit.into_iter().flat_map(AuditFields::results) {
            metrics.operation(operation, outcome);
        }
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        tracing::info!(
            method,
            route,
            operation,
            operations,
            outcome,
            status,
            micros,
            "{message}"
        );
    }
}

/// Returns the route that the router matched. The path itself may hold anything, and is not logged.
fn route(request: &Request) -> String {
    let matched = request.extensions().get::<MatchedPath>();
    matched.map_or("none", MatchedPath::as_str).to_owned()
}

/// Returns the name of a standard method, or `other`.
fn method_name(method: &Method) -> &'static str {
    let standard = ["GET", "POST", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"];
    standard
        .into_iter()
        .find(|name| method == name)
        .unwrap_or("other")
}
