//! The reasons why a request is rejected before it is executed.

use std::sync::Arc;

use async_graphql::ServerError;

use super::document_limits::DocumentError;
use super::error::Code;

/// A reason to reject a request.
pub(super) enum RequestError {
    /// The document or its variables are malformed, or exceed a limit.
    Document(DocumentError),
    /// The document queries the schema, and introspection is switched off.
    IntrospectionDisabled,
    /// The document queries the schema, and only other documents are trusted. Holds the URL of the
    /// schema as text.
    SchemaElsewhere(Arc<str>),
    /// The request was sent by GET, and its operation is a mutation.
    MutationByGet,
    /// The operation is a subscription, and the transport has room for one response only.
    SubscriptionWithoutStream,
    /// The operation is a mutation, and the transport is for subscriptions.
    MutationInStream,
    /// No trusted document has the request's hash.
    UntrustedDocument,
    /// The request has a hash instead of a document, and the server has no trusted documents.
    TrustedDocumentsDisabled,
    /// The document breaks a rule of the specification, or a variable has no value of its type.
    Invalid {
        /// The name of the operation, for the log.
        operation: Option<String>,
        /// One error for each violation.
        errors: Vec<ServerError>,
    },
}

impl From<DocumentError> for RequestError {
    fn from(error: DocumentError) -> Self {
        Self::Document(error)
    }
}

impl RequestError {
    /// Returns the name of the operation, if it is known, and the errors for the client.
    pub(super) fn into_errors(self) -> (Option<String>, Vec<ServerError>) {
        let error = match self {
            Self::Invalid { operation, errors } => return (operation, errors),
            Self::Document(error) => error.into(),
            Self::IntrospectionDisabled => Code::ValidationFailed.error(
                "Introspection is disabled on this server. Its operator can print the schema with `latchkey schema`.",
            ),
            Self::SchemaElsewhere(url) => Code::ValidationFailed.error(&format!(
                "This server executes trusted documents only. Its schema is at {url}."
            )),
            Self::MutationByGet => {
                Code::BadUserInput.error("Send mutations by POST, and queries that take a secret.")
            }
            Self::SubscriptionWithoutStream => Code::BadUserInput.error(
                "Send subscriptions over WebSocket (graphql-transport-ws), or by POST with Accept: text/event-stream.",
            ),
            Self::MutationInStream => {
                Code::BadUserInput.error("Send mutations by POST, with Accept: application/json.")
            }
            // Clients with automatic persisted queries match these two messages. After the second
            // they send documents.
            Self::UntrustedDocument => Code::PersistedQueryNotFound.error("PersistedQueryNotFound"),
            Self::TrustedDocumentsDisabled => {
                Code::PersistedQueryNotFound.error("PersistedQueryNotSupported")
            }
        };
        (None, vec![error])
    }
}
