//! Reads a GraphQL request from a body or a URL. Media type and size are checked before anything is
//! parsed.

use std::error::Error;

use async_graphql::Variables;
use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::http::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use http_body_util::LengthLimitError;
use secrecy::SecretString;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};
use tokio::time::timeout;
use url::form_urlencoded;

use super::limits::Limits;
use crate::graphql::{Code, GraphqlRequest};

/// The status, code and message for a request that never reaches the executor. The message quotes
/// nothing of the request.
#[derive(Clone, Copy, Debug)]
pub(super) struct HttpError {
    pub(super) status: StatusCode,
    pub(super) code: Code,
    pub(super) message: &'static str,
}

impl HttpError {
    /// Makes an error of the client.
    pub(super) const fn new(status: StatusCode, message: &'static str) -> Self {
        Self {
            status,
            code: Code::BadUserInput,
            message,
        }
    }

    /// Makes an error with another code.
    pub(super) const fn coded(status: StatusCode, code: Code, message: &'static str) -> Self {
        Self {
            status,
            code,
            message,
        }
    }
}

const TOO_LARGE: HttpError = HttpError::new(
    StatusCode::PAYLOAD_TOO_LARGE,
    "The request is larger than 64 KiB.",
);
const TOO_SLOW: HttpError = HttpError::new(
    StatusCode::REQUEST_TIMEOUT,
    "The body took too long to arrive.",
);
const BROKEN: HttpError = HttpError::new(
    StatusCode::BAD_REQUEST,
    "The body did not arrive completely.",
);
const NOT_JSON: HttpError = HttpError::new(StatusCode::BAD_REQUEST, "The body is not JSON.");
const MALFORMED: HttpError = HttpError::new(
    StatusCode::UNPROCESSABLE_ENTITY,
    "The body is not a JSON object with a `query`, and optionally `operationName`, `variables` and `extensions`.",
);
const BATCH: HttpError = HttpError::new(
    StatusCode::UNPROCESSABLE_ENTITY,
    "Batches are refused: send one request for each operation.",
);
const MALFORMED_URL: HttpError = HttpError::new(
    StatusCode::UNPROCESSABLE_ENTITY,
    "The URL has no `query`, or one of `operationName`, `variables` and `extensions` is malformed or appears twice.",
);

/// The parameters of a request in GraphQL over HTTP. Others are ignored, as the specification
/// requires.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RequestBody {
    query: Option<String>,
    document_id: Option<String>,
    operation_name: Option<String>,
    variables: Option<Map<String, Value>>,
    extensions: Option<Map<String, Value>>,
}

/// Accepts JSON only: other sites can send forms and plain text without a preflight (CSRF).
pub(super) fn require_json(headers: &HeaderMap) -> Result<(), HttpError> {
    let unsupported = |message| Err(HttpError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
    if !headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(is_json)
    {
        return unsupported("Send the document with Content-Type: application/json.");
    }
    let is_identity = |coding: &HeaderValue| coding.as_bytes().eq_ignore_ascii_case(b"identity");
    if !headers.get_all(CONTENT_ENCODING).iter().all(is_identity) {
        return unsupported("Send the document uncompressed.");
    }
    Ok(())
}

/// Returns true if a content type is JSON, and its charset, if any, is UTF-8.
fn is_json(content_type: &str) -> bool {
    let mut parts = content_type.split(';').map(str::trim);
    let is_json = parts
        .next()
        .is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"));
    let mut charsets = parts.filter_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("charset")
            .then(|| value.trim().trim_matches('"'))
    });
    is_json && charsets.all(is_utf_8)
}

/// Returns true for UTF-8, by any of its names in use, and for ASCII, which is part of it. JSON is
/// UTF-8 by definition (RFC 8259, section 8.1), and the parameter has no meaning; a body in another
/// charset would be misread.
fn is_utf_8(charset: &str) -> bool {
    ["utf-8", "utf8", "us-ascii", "ascii"]
        .iter()
        .any(|name| charset.eq_ignore_ascii_case(name))
}

/// Reads and parses a body, within the limits of size and time.
pub(super) async fn read(body: Body, limits: &Limits) -> Result<GraphqlRequest, HttpError> {
    parse(&read_bytes(body, limits).await?)
}

/// Reads a body, within the limits of size and time.
pub(super) async fn read_bytes(body: Body, limits: &Limits) -> Result<Bytes, HttpError> {
    if body.size_hint().lower() > limits.body_bytes as u64 {
        return Err(TOO_LARGE);
    }
    let reading = timeout(limits.body, to_bytes(body, limits.body_bytes));
    match reading.await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) if exceeds_limit(&error) => Err(TOO_LARGE),
        Ok(Err(_)) => Err(BROKEN),
        Err(_) => Err(TOO_SLOW),
    }
}

/// Returns true if reading a body failed because it is too large.
fn exceeds_limit(error: &axum::Error) -> bool {
    error
        .source()
        .is_some_and(<dyn Error>::is::<LengthLimitError>)
}

/// Parses a complete body.
fn parse(bytes: &[u8]) -> Result<GraphqlRequest, HttpError> {
    // RFC 8259 allows readers to ignore a byte order mark.
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    // Serde would read the struct from an array, too. An array is a batch of operations, which is
    // refused.
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    if first != Some(&b'{') {
        serde_json::from_slice::<IgnoredAny>(bytes).map_err(|_| NOT_JSON)?;
        return Err(if first == Some(&b'[') {
            BATCH
        } else {
            MALFORMED
        });
    }
    let body: RequestBody = serde_json::from_slice(bytes)
        .map_err(|error| if error.is_data() { MALFORMED } else { NOT_JSON })?;
    body.into_request().ok_or(MALFORMED)
}

/// Parses the query of a URL. A request by GET must not change anything.
pub(super) fn read_url(query: &str) -> Result<GraphqlRequest, HttpError> {
    let body = RequestBody::from_url(query).ok_or(MALFORMED_URL)?;
    Ok(GraphqlRequest {
        safe: true,
        ..body.into_request().ok_or(MALFORMED_URL)?
    })
}

impl RequestBody {
    /// Returns `None` if a parameter is malformed or appears twice.
    fn from_url(query: &str) -> Option<Self> {
        let mut body = Self::default();
        let text = |field: &mut Option<String>, value: String| field.replace(value).is_none();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let value = value.into_owned();
            let is_first = match &*name {
                "query" => text(&mut body.query, value),
                "documentId" => text(&mut body.document_id, value),
                "operationName" => text(&mut body.operation_name, value),
                "variables" => body.variables.replace(object(&value)?).is_none(),
                "extensions" => body.extensions.replace(object(&value)?).is_none(),
                _ => true,
            };
            if !is_first {
                return None;
            }
        }
        Some(body)
    }

    /// Returns `None` without a document or a hash.
    pub(super) fn into_request(self) -> Option<GraphqlRequest> {
        let document = self.document_id.or_else(|| hash(self.extensions.as_ref()?));
        if self.query.is_none() && document.is_none() {
            return None;
        }
        Some(GraphqlRequest {
            query: self.query,
            document,
            operation_name: self.operation_name.filter(|name| !name.is_empty()),
            variables: Variables::from_json(Value::Object(self.variables.unwrap_or_default())),
            safe: false,
        })
    }
}

/// Returns the document's hash from the extension of Apollo's and urql's clients.
fn hash(extensions: &Map<String, Value>) -> Option<String> {
    extensions
        .get("persistedQuery")?
        .get("sha256Hash")?
        .as_str()
        .map(str::to_owned)
}

/// Parses a JSON object in a URL. An empty value and `null` are an empty object.
fn object(text: &str) -> Option<Map<String, Value>> {
    if text.is_empty() {
        Some(Map::new())
    } else {
        serde_json::from_str(text)
            .ok()
            .map(Option::unwrap_or_default)
    }
}

/// Returns the bearer token as text. The layers below verify it.
pub(super) fn bearer(headers: &HeaderMap) -> Option<SecretString> {
    bearer_of(headers.get(AUTHORIZATION)?.to_str().ok()?)
}

/// Returns the bearer token of credentials, as the `Authorization` header has them.
pub(super) fn bearer_of(credentials: &str) -> Option<SecretString> {
    let (scheme, token) = credentials.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| token.trim().into())
}
