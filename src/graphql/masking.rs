//! Finishes errors: their codes, and how much their words tell.

use async_graphql::ServerError;

use super::error::Code;
use crate::accounts::InternalError;

/// How many characters of the library's words are passed on: some of them quote names.
const WORDS: usize = 300;

/// Gives an error that the library made its code, and words that tell no more than the client may know; logs a error of
/// ours once.
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
            unquoted(&error.message)
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
        None | Some(InternalError::SignedOut(_) | InternalError::Forbidden) => {}
        Some(error) => {
            // Of a full pool the line of the request says enough: a flood must not flood the log as well.
            if !matches!(error, InternalError::Overloaded) {
                tracing::error!(?error, "request failed");
            }
            extensions.set("requestId", request_id);
        }
    }
}

/// The library's words without a value that the client sent: it may be a password in the wrong place.
fn unquoted(message: &str) -> String {
    let cut = [" the value \"", ", found "]
        .iter()
        .filter_map(|before| message.find(before))
        .min();
    message[..cut.unwrap_or(message.len())]
        .chars()
        .take(WORDS)
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
    fn without_introspection_the_librarys_words_are_not_passed_on() {
        assert_eq!(
            finished("Unknown field \"x\" on type \"User\".", false),
            "The document does not fit the schema."
        );
        let mut error = Code::ParseFailed.error("ours");
        finish(&mut error, "id", false);
        assert_eq!(error.message, "ours");
    }

    #[test]
    fn with_it_they_are_without_values() {
        assert_eq!(
            finished("Unknown field \"x\".", true),
            "Unknown field \"x\"."
        );
        let value = "Invalid value for argument \"a\", enumeration type \"E\" does not contain the value \"S3cret\"";
        assert!(!finished(value, true).contains("S3cret"));
        assert_eq!(finished(&"x".repeat(1000), true).len(), WORDS);
    }
}
