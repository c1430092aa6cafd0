//! The JSON schema of the data that users export.

use axum::http::HeaderMap;
use axum::response::Response;

use super::public_document;

const SCHEMA: &str = include_str!("../../docs/data-export.schema.json");

/// Answers with the schema.
pub(super) async fn schema(headers: HeaderMap) -> Response {
    public_document::respond(&headers, "application/schema+json", SCHEMA.to_owned())
}
