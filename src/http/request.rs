//! Reads a request: its form and its size are settled before anything is parsed.

use async_graphql::{Request, Variables};
use axum::body::{Body, to_bytes};
use axum::http::header::{ACCEPT, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::graphql::Code;

/// The largest body, in bytes.
pub(super) const BODY: usize = 64 * 1024;

/// A request that is not executed, with the status and the words of the answer. They quote nothing of it.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) code: Code,
    pub(super) message: &'static str,
}

impl Refusal {
    pub(super) const fn new(status: StatusCode, message: &'static str) -> Self {
        Self { status, code: Code::BadUserInput, message }
    }

    pub(super) const fn coded(code: Code, message: &'static str) -> Self {
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, code, message }
    }
}

/// What GraphQL over HTTP puts in a body. Whatever else is in it is passed over, as the specification asks.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Params {
    query: String,
    operation_name: Option<String>,
    variables: Option<Map<String, Value>>,
    #[serde(rename = "extensions")]
    _extensions: Option<Map<String, Value>>,
}

/// JSON and nothing else: forms and plain text can be sent across sites without asking (CSRF).
pub(super) fn require_json(headers: &HeaderMap) -> Result<(), Refusal> {
    let essence = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(essence);
    let unsupported = |message| Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
    if !essence.is_some_and(|essence| essence.eq_ignore_ascii_case("application/json")) {
        return unsupported("Send the document with Content-Type: application/json.");
    }
    if headers.contains_key(CONTENT_ENCODING) {
        return unsupported("Send the document uncompressed.");
    }
    Ok(())
}

/// Reads the body while it is no larger than allowed.
pub(super) async fn read(body: Body) -> Result<Request, Refusal> {
    const TOO_LARGE: Refusal = Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "The request is larger than 64 KiB.");
    const MALFORMED: Refusal = Refusal::new(
        StatusCode::BAD_REQUEST,
        "The body is not a JSON object with a `query`, and optionally `operationName`, `variables` and `extensions`.",
    );
    let bytes = to_bytes(body, BODY).await.map_err(|_| TOO_LARGE)?;
    // A struct could be read from an array too; a batch of operations is refused, whatever is in it.
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
        return Err(MALFORMED);
    }
    let params: Params = serde_json::from_slice(&bytes).map_err(|_| MALFORMED)?;
    let variables = Value::Object(params.variables.unwrap_or_default());
    let request = Request::new(params.query).variables(Variables::from_json(variables));
    Ok(match params.operation_name {
        Some(name) => request.operation_name(name),
        None => request,
    })
}

/// The bearer token, as text; what it is worth is decided two floors below.
pub(super) fn bearer(headers: &HeaderMap) -> Option<SecretString> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().into())
}

/// Whether a media type is asked for by name.
pub(super) fn accepts(headers: &HeaderMap, media_type: &str) -> bool {
    ranges(headers).any(|range| range.eq_ignore_ascii_case(media_type))
}

/// The media ranges of `Accept`, in its order; those with a weight of zero are left out.
pub(super) fn ranges(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let values = headers.get_all(ACCEPT).into_iter().filter_map(|value| value.to_str().ok());
    let refused = |range: &str| {
        let weight = range.split(';').skip(1).find_map(|it| it.trim().strip_prefix("q="));
        weight.and_then(|weight| weight.parse::<f32>().ok()).is_some_and(|weight| weight <= 0.0)
    };
    values.flat_map(|value| value.split(',')).filter(move |range| !refused(range)).map(essence)
}

fn essence(value: &str) -> &str {
    value.split(';').next().unwrap_or_default().trim()
}
