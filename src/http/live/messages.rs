//! The messages of graphql-transport-ws.

use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::http::request::{RequestBody, bearer_of};

/// The maximum length of the id that a client gives to an operation.
const MAX_ID: usize = 128;

/// A message of a client.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum ClientMessage {
    ConnectionInit {
        #[serde(default)]
        payload: Option<Map<String, Value>>,
    },
    Subscribe {
        id: String,
        payload: RequestBody,
    },
    Complete {
        id: String,
    },
    Ping,
    Pong,
}

impl ClientMessage {
    /// Parses a text. Returns `None` for what the protocol does not have.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let message = serde_json::from_str(text).ok()?;
        if let Self::Subscribe { id, .. } | Self::Complete { id } = &message
            && (id.is_empty() || id.len() > MAX_ID)
        {
            return None;
        }
        Some(message)
    }
}

/// Returns the bearer token in the payload of `connection_init`.
pub(super) fn bearer(payload: &Map<String, Value>) -> Option<SecretString> {
    let mut fields = payload.iter();
    let (_, value) = fields.find(|(name, _)| name.eq_ignore_ascii_case("authorization"))?;
    bearer_of(value.as_str()?)
}

pub(super) const ACKNOWLEDGED: &str = r#"{"type":"connection_ack"}"#;
pub(super) const PING: &str = r#"{"type":"ping"}"#;
pub(super) const PONG: &str = r#"{"type":"pong"}"#;

/// Writes a response of an operation.
pub(super) fn next(id: &str, response: &str) -> String {
    with_payload("next", id, response)
}

/// Writes the errors for which an operation was rejected.
pub(super) fn error(id: &str, response: &str) -> String {
    let response: Value = serde_json::from_str(response).unwrap_or_default();
    with_payload("error", id, &response["errors"].to_string())
}

/// Writes the end of an operation.
pub(super) fn complete(id: &str) -> String {
    json!({ "type": "complete", "id": id }).to_string()
}

fn with_payload(ty: &str, id: &str, payload: &str) -> String {
    let id = Value::from(id);
    format!(r#"{{"type":"{ty}","id":{id},"payload":{payload}}}"#)
}
