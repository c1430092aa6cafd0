//! Finishes errors before they are sent: gives each a code, and removes what clients must not see.

use async_graphql::ServerError;

use super::error::Code;
use crate::accounts::InternalError;

/// The maximum length of the library's messages, some of which quote names.
const MAX_MESSAGE_CHARS: usize = 300;

/// Gives an error of the library its code, and a message without values or, if introspection is
/// off, without names. Logs the cause of a failure of the service, once.
pub(super) fn finish(error: &mut ServerError, request_id: &str, introspection: bool) {
    let executed = !error.path.is_empty();
    let extensions = error.extensions.get_or_insert_default();
    if extensions.get("code").is_none() {
        let code = if executed {
            Code::BadUserInput
        } else {
            Code::ValidationFailed
        };
        extensions.set("code", code.as_str());
        error.message = if introspection {
            without_values(&error.message)
        } else {
            code.meaning().to_owned()
        };
    }
    let extensions = error.extensions.get_or_insert_default();
    match error
        .source
        .take()
        .as_deref()
        .and_then(|source| source.downcast_ref())
    {
        None
        | Some(
            InternalError::SignedOut(_)
            | InternalError::Forbidden(_)
            | InternalError::InvalidArgument(_),
        ) => {}
        Some(error) => {
            // The access log records an overload already: many requests at once must not flood the
            // log as well.
            if !matches!(error, InternalError::Overloaded) {
                tracing::error!(error = reason(error), "request failed");
            }
            extensions.set("requestId", request_id);
        }
    }
}

/// Returns the cause of a failure, for the log.
fn reason(error: &InternalError) -> String {
    match error {
        InternalError::Store(error) | InternalError::Unacknowledged(error) => error.to_string(),
        other => format!("{other:?}"),
    }
}

/// Cuts a message of the library before a value that the client sent: it may be a password in the
/// wrong field.
fn without_values(message: &str) -> String {
    let cut = [" the value \"", ", found "]
        .iter()
        .filter_map(|before| message.find(before))
        .min();
    message[..cut.unwrap_or(message.len())]
        .chars()
        .take(MAX_MESSAGE_CHARS)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finished(message: &str, introspection: bool) -> String {
        let mut error = ServerError::new(message, None);
        finish(&mut error, "id", introspection);
        error.message
    }

    #[test]
    fn library_messages_are_hidden_without_introspection() {
        assert_eq!(
            finished("Unknown field \"x\" on type \"User\".", false),
            "The document does not fit the schema."
        );
        let mut error = Code::ParseFailed.error("ours");
        finish(&mut error, "id", false);
        assert_eq!(error.message, "ours");
    }

    #[test]
    fn library_messages_never_quote_the_clients_values() {
        assert_eq!(
            finished("Unknown field \"x\".", true),
            "Unknown field \"x\"."
        );
        let value = "Invalid value for argument \"a\", enumeration type \"E\" does not contain the value \"S3cret\"";
        assert!(!finished(value, true).contains("S3cret"));
        assert_eq!(finished(&"x".repeat(1000), true).len(), MAX_MESSAGE_CHARS);
    }
}
