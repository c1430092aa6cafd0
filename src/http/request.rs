//! Reads a request: its body and its size are settled before anything is parsed.

use std::future::poll_fn;
use std::pin::pin;

use async_graphql::Variables;
use axum::body::{Body, HttpBody};
use axum::http::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Map, Value};
use tokio::time::timeout;
use url::form_urlencoded;

use super::limits::Limits;
use crate::graphql::{Code, GraphqlRequest};

/// A request that is not executed, with the status and the words of the answer. They quote nothing of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct HttpError {
    pub(super) status: StatusCode,
    pub(super) code: Code,
    pub(super) message: &'static str,
}

impl HttpError {
    pub(super) const fn new(status: StatusCode, message: &'static str) -> Self {
        Self {
            status,
            code: Code::BadUserInput,
            message,
        }
    }

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
const BROKEN: HttpError = HttpError::new(StatusCode::BAD_REQUEST, "The body did not arrive whole.");
const MALFORMED: HttpError = HttpError::new(
    StatusCode::BAD_REQUEST,
    "The body is not a JSON object with a `query`, and optionally `operationName`, `variables` and `extensions`.",
);
const MALFORMED_URL: HttpError = HttpError::new(
    StatusCode::BAD_REQUEST,
    "The URL has no `query`, or one of `operationName`, `variables` and `extensions` is not of its form, or is there twice.",
);

/// What GraphQL over HTTP puts in a body, or in a URL. Whatever else is there is passed over, as the specification asks.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequestBody {
    query: Option<String>,
    document_id: Option<String>,
    operation_name: Option<String>,
    variables: Option<Map<String, Value>>,
    extensions: Option<Map<String, Value>>,
}

/// JSON and nothing else: forms and plain text can be sent across sites without request (CSRF).
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

/// Whether a content type is JSON, in UTF-8 where it says in what.
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

/// Returns whether a charset is UTF-8, by any of its names in use, or the ASCII in it. JSON is UTF-8 by definition
/// (RFC 8259, section 8.1), and the parameter means nothing; another charset is a mistake that would be read wrong.
fn is_utf_8(charset: &str) -> bool {
    ["utf-8", "utf8", "us-ascii", "ascii"]
        .iter()
        .any(|name| charset.eq_ignore_ascii_case(name))
}

/// Reads the body while it is no larger and no slower than allowed.
pub(super) async fn read(body: Body, limits: &Limits) -> Result<GraphqlRequest, HttpError> {
    if body.size_hint().lower() > limits.body_bytes as u64 {
        return Err(TOO_LARGE);
    }
    let bytes = timeout(limits.body, collect(body, limits.body_bytes))
        .await
        .map_err(|_| TOO_SLOW)??;
    parse(&bytes)
}

async fn collect(body: Body, most: usize) -> Result<Vec<u8>, HttpError> {
    let mut body = pin!(body);
    let mut bytes = Vec::new();
    while let Some(frame) = poll_fn(|cx| body.as_mut().poll_frame(cx)).await {
        let Ok(data) = frame.map_err(|_| BROKEN)?.into_data() else {
            continue;
        };
        if bytes.len() + data.len() > most {
            return Err(TOO_LARGE);
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes)
}

/// Reads a whole body.
fn parse(bytes: &[u8]) -> Result<GraphqlRequest, HttpError> {
    // RFC 8259 lets a reader pass over a byte order mark.
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    // A struct could be read from an array too; a batch of operations is refused, whatever is in it.
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
        return Err(MALFORMED);
    }
    let body: RequestBody = serde_json::from_slice(bytes).map_err(|_| MALFORMED)?;
    body.request().ok_or(MALFORMED)
}

/// Reads a URL's query: what comes by GET may change nothing.
pub(super) fn read_url(query: &str) -> Result<GraphqlRequest, HttpError> {
    let body = RequestBody::from_url(query).ok_or(MALFORMED_URL)?;
    Ok(GraphqlRequest {
        safe: true,
        ..body.request().ok_or(MALFORMED_URL)?
    })
}

impl RequestBody {
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

    /// None without a document, or its hash.
    fn request(self) -> Option<GraphqlRequest> {
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

/// Where Apollo's and urql's clients put a document's hash.
fn hash(extensions: &Map<String, Value>) -> Option<String> {
    extensions
        .get("persistedQuery")?
        .get("sha256Hash")?
        .as_str()
        .map(str::to_owned)
}

/// A JSON object in a URL; an empty value and `null` stand for an empty one.
fn object(text: &str) -> Option<Map<String, Value>> {
    if text.is_empty() {
        Some(Map::new())
    } else {
        serde_json::from_str(text)
            .ok()
            .map(Option::unwrap_or_default)
    }
}

/// The bearer token, as text; what it is worth is decided two floors below.
pub(super) fn bearer(headers: &HeaderMap) -> Option<SecretString> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| token.trim().into())
}
